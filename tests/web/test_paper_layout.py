"""Papers as they come out, against the rule's millimetres: measured, drawn and
read back by poppler, their codes by zbarimg, their DOCX by python-docx."""
import io
import json
import re
import subprocess

import pytest

from conftest import PRATU, ROOT

PRINT = PRATU.parent / "tests" / "unit" / "paper_print"
PAPERS = ROOT / "data" / "papers"
KINDS = sorted(p.stem for p in PAPERS.glob("*.paper"))
MM = 72 / 25.4
THAI = str.maketrans("0123456789", "๐๑๒๓๔๕๖๗๘๙")


def sample(kind):
    own = PAPERS / f"{kind}.json"
    return json.loads((own if own.exists() else PAPERS / "case.json")
                      .read_text())


@pytest.fixture
def paper(tmp_path):
    """Makes a paper of a shipped template, or of a text; gives its path."""
    def make(kind, data=None, form="pdf", text=None, extra=()):
        template, values = tmp_path / "t.paper", tmp_path / "t.json"
        template.write_text(
            text or (PAPERS / f"{kind}.paper").read_text())
        values.write_text(json.dumps(data or sample(kind)))
        done = subprocess.run([PRINT, template, values, form, *extra],
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        assert done.returncode == 0, done.stderr.decode()
        out = tmp_path / f"{kind}.{form}"
        out.write_bytes(done.stdout)
        return out
    return make


def read(pdf, page=None):
    """In the order in which it was written."""
    pages = ["-f", str(page), "-l", str(page)] if page else []
    return subprocess.run(["pdftotext", "-raw", *pages, pdf, "-"], text=True,
                          stdout=subprocess.PIPE, check=True).stdout


def words(pdf):
    """(text, left, top, right, bottom) in millimetres, by page."""
    out = subprocess.run(["pdftotext", "-bbox", pdf, "-"], text=True,
                         stdout=subprocess.PIPE, check=True).stdout
    pages = []
    for line in out.splitlines():
        if "<page " in line:
            pages.append([])
        found = re.search(r'xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" '
                          r'yMax="([\d.]+)">(.*)</word>', line)
        if found:
            box = [float(x) / MM for x in found.groups()[:4]]
            pages[-1].append((found[5], *box))
    return pages


def word(page, text):
    found = [w for w in page if w[0].startswith(text)]
    assert found, (text, page)
    return found[0]


def info(pdf):
    out = subprocess.run(["pdfinfo", pdf], text=True, check=True,
                         stdout=subprocess.PIPE).stdout
    return dict(line.split(":", 1) for line in out.splitlines()
                if ":" in line)


def picture(pdf, page=1, dpi=300):
    """Width, height and RGB bytes."""
    raw = subprocess.run(
        ["pdftoppm", "-r", str(dpi), "-f", str(page), "-l", str(page), pdf],
        stdout=subprocess.PIPE, check=True).stdout
    kind, size, deep, data = raw.split(b"\n", 3)
    assert (kind, deep) == (b"P6", b"255")
    w, h = map(int, size.split())
    return w, h, data


def bare(text):
    """Without blanks: where poppler sees one depends on the marks (they are
    raised), and where a line ends on the page."""
    return re.sub(r"\s", "", text)


def templates_words(kind, data):
    """What the template and its data say, field by field, by other means than
    the program's: lines whose fields are all simple, outside of any branch."""
    text = (PAPERS / f"{kind}.paper").read_text()
    thai = ".digits thai" in text
    depth = 0
    for line in text.splitlines():
        if re.match(r"\.(if|unless|each)\b", line):
            depth += 1
        elif line.startswith(".end"):
            depth -= 1
        elif depth == 0 and line and not re.match(
                r"\.(\.|title|memo|digits|landscape|top|foot|number|table|qr"
                r"|page|space|columns|sign|row)", line):
            line = re.sub(r"^\.\w+ ", "", line).replace("**", "")

            def value(found):
                v = data
                for key in found[1].split("."):
                    v = v[key]
                raw = found[1].split(".")[-1] in ("request", "code", "link",
                                                  "revision", "digest")
                return str(v) if raw or not thai else str(v).translate(THAI)
            for part in line.split("|"):
                yield re.sub(r"\{([\w.]+)\}", value, part.strip())


@pytest.mark.parametrize("kind", KINDS)
def test_each_paper_reads_back_as_its_template(paper, kind):
    data = sample(kind)
    pdf = paper(kind)
    got = bare(read(pdf))
    said = list(templates_words(kind, data))
    assert kind == "register" or said
    for text in said:
        assert bare(text) in got, text
    about = info(pdf)
    assert about["Title"].strip() and "A4" in about["Page size"]
    assert b"/Lang (th)" in pdf.read_bytes()
    fonts = subprocess.run(["pdffonts", pdf], text=True, check=True,
                           stdout=subprocess.PIPE).stdout.splitlines()[2:]
    for line in fonts:
        assert "Laksaman" in line and line.split()[-5:-2] == ["yes"] * 3, line


def test_a_memorandum_stands_where_the_rule_says(paper):
    """domain.md 2.1: margins 30 and 20 mm, garuda 15 mm from the edge, name in
    the middle, first lines 25 mm in."""
    page = words(paper("request"))[0]
    for text, left, top, right, bottom in page:
        assert left >= 29.9 and right <= 190.6, (text, left, right)
    name = word(page, "บันทึกข้อความ")
    assert abs((name[1] + name[3]) / 2 - 110) < 0.5
    unit, no, day, about = (word(page, w) for w in (
        "ส่วนงาน", "ที่", "วันที่", "เรื่อง"))
    for label in (unit, no, about):
        assert abs(label[1] - 30) < 0.3, label
    day = [w for w in page if w[0] == "วันที่" and abs(w[2] - no[2]) < 0.5]
    assert len(day) == 1 and abs(day[0][1] - 110) < 0.5
    body = word(page, "ด้วย")
    assert abs(body[1] - 55) < 0.3
    assert abs(word(page, "เรียน")[1] - 30) < 0.3
    # 29, 20 and 16 points of one letter's kind.
    tall = [w[4] - w[2] for w in (name, unit, body)]
    assert abs(tall[0] / tall[2] - 29 / 16) < 0.02
    assert abs(tall[1] / tall[2] - 20 / 16) < 0.02
    urgent = word(page, "ด่วนที่สุด")
    assert (urgent[4] - urgent[2]) / tall[2] >= 32 / 16 - 0.02
    assert 45 < urgent[1] and urgent[3] < name[1]
    secret = [w for w in page if w[0] == "ลับ"]
    assert len(secret) == 2
    for w in secret:
        assert abs((w[1] + w[3]) / 2 - 110) < 0.5
    assert secret[0][2] < 15 and secret[1][4] > 280
    stamp = word(page, "เลขรับ")
    assert stamp[1] > 140 and stamp[4] < 32


def dark(data, w, x, y):
    i = (y * w + x) * 3
    return data[i] < 128


def test_the_garudas_frame_and_the_colour_of_stamps(paper):
    w, h, data = picture(paper("request"))
    px = 300 / 25.4

    def at(x_mm, y_mm):
        x, y = round(x_mm * px), round(y_mm * px)
        return any(dark(data, w, x + i, y + j)
                   for i in (-2, -1, 0, 1, 2) for j in (-2, -1, 0, 1, 2))
    # A frame 15 mm wide and high, 30 mm from the left, 15 mm from above.
    for x, y in ((30, 20), (45, 20), (37, 15), (37, 30)):
        assert at(x, y), (x, y)
    for x, y in ((37, 22), (28, 20), (37, 13.5)):
        assert not at(x, y), (x, y)
    red = 0
    for y in range(round(15 * px), round(32 * px)):
        for x in range(round(47 * px), round(85 * px)):
            i = (y * w + x) * 3
            red += data[i] > 150 and data[i + 1] < 80 and data[i + 2] < 80
    assert red > 3000, red


def test_a_garuda_of_the_institutions_own_fills_its_place(paper, tmp_path):
    import struct
    import zlib

    def chunk(kind, data):
        body = kind + data
        return (struct.pack(">I", len(data)) + body
                + struct.pack(">I", zlib.crc32(body)))
    row = b"\0" + b"\0\0\xff" * 20
    png = (b"\x89PNG\r\n\x1a\n"
           + chunk(b"IHDR", struct.pack(">IIBBBBB", 20, 20, 8, 2, 0, 0, 0))
           + chunk(b"IDAT", zlib.compress(row * 20)) + chunk(b"IEND", b""))
    own = tmp_path / "own.png"
    own.write_bytes(png)
    w, h, data = picture(paper("reply", extra=[own]), dpi=100)
    px = 100 / 25.4

    def blue(x_mm, y_mm):
        i = (round(y_mm * px) * w + round(x_mm * px)) * 3
        return data[i] < 60 and data[i + 2] > 200
    assert blue(31, 16) and blue(44, 29) and blue(37, 22)
    assert not blue(28, 20) and not blue(47, 20) and not blue(37, 32)


@pytest.mark.parametrize("kind, field", [("request", "scan"),
                                         ("notice", "accept")])
def test_the_code_says_the_link_beside_it(paper, kind, field, tmp_path):
    data = sample(kind)
    pdf = paper(kind, data)
    found = []
    for page in range(1, int(info(pdf)["Pages"]) + 1):
        subprocess.run(["pdftoppm", "-r", "150", "-png", "-singlefile", "-f",
                        str(page), "-l", str(page), pdf, tmp_path / "q"],
                       check=True)
        found += subprocess.run(
            ["zbarimg", "-q", "--raw", tmp_path / "q.png"], text=True,
            stdout=subprocess.PIPE).stdout.split()
    assert data[field]["link"] in found
    for link in found:
        assert link in bare(read(pdf)), link


def test_names_are_not_broken_and_words_are(paper):
    name = "รองศาสตราจารย์ ดร. ชูพันธุ์ รัตนโภคาสถาพรไพบูลย์"
    text = (".memo บันทึกข้อความ\n"
            + "".join("ก" * n + " {signer.name} "
                      + "คำอธิบายข้อมูลนักศึกษา" * 3 + "\n"
                      for n in range(1, 40)))
    pdf = paper("request", {"signer": {"name": name}}, text=text)
    lines = read(pdf).splitlines()
    assert sum(bare(name) in bare(line) for line in lines) == 39
    # Lines of words end where a word does.
    ends = {bare(line)[-3:] for line in lines if len(line) > 60}
    assert not any(bare(line)[0] in "ะาำๅๆฯ็่้๊๋์ิีึืัุู"
                   for line in lines if bare(line)), ends


def test_a_register_of_thirty_pages_keeps_heads_and_numbers(paper):
    rows = [{**sample("register")["rows"][0], "number": n,
             "title": f"ข้อมูลรายการที่ {n} " + "ของหน่วยงาน " * (n % 4)}
            for n in range(1, 701)]
    data = {**sample("register"), "rows": rows}
    pdf = paper("register", data)
    pages = int(info(pdf)["Pages"])
    assert pages >= 30
    seen = []
    for page in range(1, pages + 1):
        text = read(pdf, page)
        assert f"หน้า {page} จาก {pages}" in text
        assert "เลขบันทึกเข้า" in text and "คะแนน" in text, page
        seen += [int(n) for n in re.findall(r"รายการที่\s*(\d+)", text)]
    assert seen == list(range(1, 701))
    for page in words(pdf):
        assert all(w[4] < 210 - 8 and w[3] <= 277.5 for w in page)


def test_pages_after_the_first_have_their_number(paper):
    text = (".memo บันทึกข้อความ\n.digits thai\n"
            + "ข้อความที่ยาวพอสมควรเพื่อให้เกินหนึ่งหน้า\n" * 80
            + ".sign {empty} | ({name}) | ตำแหน่ง\n")
    pdf = paper("request", {"empty": "", "name": "นายลงนาม"}, text=text)
    pages = words(pdf)
    assert len(pages) >= 3
    assert "- ๑ -" not in read(pdf, 1)
    for n, page in enumerate(pages[1:], 2):
        assert f"- {n} -".translate(THAI) in read(pdf, n)
        mark = word(page, str(n).translate(THAI))
        assert abs((mark[1] + mark[3]) / 2 - 110) < 1.5 and mark[2] < 20
        first = word(page, "ข้อความ")
        assert 24 < first[2] < 30
    # The signature is in the right half, and whole.
    sign = word(pages[-1], "(นายลงนาม)")
    assert abs((sign[1] + sign[3]) / 2 - (30 + 65 + 95 / 2)) < 1


def test_the_same_words_in_docx(paper):
    import docx
    pdf, path = paper("request"), paper("request", form="docx")
    d = docx.Document(io.BytesIO(path.read_bytes()))
    said = [p.text for p in d.paragraphs if p.text.strip()]
    got = bare(read(pdf))
    for text in said:
        for part in text.split("\t"):
            assert bare(part) in got, part
    assert d.core_properties.title == info(pdf)["Title"].strip()
    section = d.sections[0]
    assert abs(section.left_margin.mm - 30) < 0.1
    assert abs(section.right_margin.mm - 20) < 0.1
    assert abs(section.page_height.mm - 297) < 0.5
    name = [r for p in d.paragraphs for r in p.runs
            if r.text == "บันทึกข้อความ"][0]
    assert name.font.size.pt == 29 and name.font.bold
    assert len(d.inline_shapes) == 0 and d.tables  # the stamp is a table
