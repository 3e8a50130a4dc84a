"""How many memoranda a second: the shipped request memo with its code and stamps,
from template and data to the bytes of a PDF, in one process and in two, and
through a desk that serves; beside LibreOffice, which makes PDFs of the same memo's
DOCX, and beside Pango and Cairo alone, as Python calls them."""
import concurrent.futures
import json
import os
import re
import shutil
import subprocess
import time

import requests

import lines
from conftest import PRATU, ROOT
from work import interleave, median

PRINT = PRATU.parent / "tests/unit/paper_print"
PAPERS = ROOT / "data/papers"
N = 400          # of ours in a round
OFFICE_N = 40    # of LibreOffice's


def memo(stage):
    """The template with one code, as a memo has it: to be scanned back."""
    path = stage.dir / "memo.paper"
    text = (PAPERS / "request.paper").read_text()
    path.write_text(re.sub(r"(?ms)^\.if signature\.link$.*?^\.end$\n", "",
                           text))
    return path


def ours(stage, n=N):
    """A second, by one process; and a second of the processor, which says the
    same where nothing else runs."""
    process = subprocess.Popen(
        [PRINT, memo(stage), PAPERS / "case.json", str(n)],
        stdout=subprocess.PIPE, text=True)
    said = process.stdout.read()
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    worked.append(n / (used.ru_utime + used.ru_stime))
    return n / float(said)


worked = []  # of the runs of ours since the last figure


def at_once(run, n):
    with concurrent.futures.ThreadPoolExecutor(n) as pool:
        return sum(pool.map(lambda _: run(), range(n)))


class Office:
    """LibreOffice, without a window, which keeps what it starts with."""

    def __init__(self, stage, number):
        self.home = stage.dir / f"office{number}"
        self.home.mkdir(exist_ok=True)
        self.docx = self.home / "0.docx"
        self.docx.write_bytes(subprocess.run(
            [PRINT, memo(stage), PAPERS / "case.json", "docx"], check=True,
            stdout=subprocess.PIPE).stdout)
        for i in range(1, OFFICE_N + 1):
            shutil.copy(self.docx, self.home / f"{i}.docx")

    def seconds(self, n):
        files = [self.home / f"{i}.docx" for i in range(n)]
        begun = time.monotonic()
        subprocess.run(
            ["soffice", f"-env:UserInstallation=file://{self.home}/profile",
             "--headless", "--convert-to", "pdf", "--outdir",
             self.home / "pdf", *files], check=True,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        took = time.monotonic() - begun
        made = list((self.home / "pdf").glob("*.pdf"))
        assert len(made) == n, f"LibreOffice made {len(made)} of {n}"
        shutil.rmtree(self.home / "pdf")
        return took

    def rate(self):
        """Without what it takes to start: n + 1 less one."""
        return OFFICE_N / (self.seconds(OFFICE_N + 1) - self.seconds(1))


FLOOR = r"""
import cairo, gi, io, json, sys, time
gi.require_version("Pango", "1.0")
gi.require_version("PangoCairo", "1.0")
from gi.repository import Pango, PangoCairo
paragraphs, n = json.loads(sys.argv[1]), int(sys.argv[2])
fonts = PangoCairo.FontMap.get_default()
fonts.set_resolution(72)

def one():
    out = io.BytesIO()
    s = cairo.PDFSurface(out, 595, 842)
    cr = cairo.Context(s)
    context = fonts.create_context()
    y = 60
    for text in paragraphs:
        layout = Pango.Layout(context)
        layout.set_font_description(
            Pango.FontDescription("Laksaman 10.56px"))
        layout.set_width(453 * Pango.SCALE)
        layout.set_text(text, -1)
        cr.move_to(85, y)
        PangoCairo.show_layout(cr, layout)
        y += layout.get_size()[1] / Pango.SCALE + 6
    s.finish()
    return out.getvalue()

one()
begun = time.monotonic()
for _ in range(n):
    one()
print(n / (time.monotonic() - begun))
open(sys.argv[3], "wb").write(one())
"""


def said(pdf):
    return re.sub(r"\s", "", subprocess.run(
        ["pdftotext", "-raw", pdf, "-"], check=True, text=True,
        stdout=subprocess.PIPE).stdout)


def floor(stage, n=N):
    """The memo's paragraphs and nothing else: no head, stamp, code, template."""
    words = subprocess.run(
        [PRINT, memo(stage), PAPERS / "case.json", "pdf"], check=True,
        stdout=subprocess.PIPE).stdout
    pdf, bare = stage.dir / "memo.pdf", stage.dir / "floor.pdf"
    pdf.write_bytes(words)
    lines_ = subprocess.run(["pdftotext", "-layout", pdf, "-"], check=True,
                            stdout=subprocess.PIPE, text=True).stdout
    paragraphs = [p.strip() for p in lines_.split("\n") if p.strip()]
    done = subprocess.run(
        ["/usr/bin/python3", "-W", "ignore", "-c", FLOOR,
         json.dumps(paragraphs), str(n), bare], check=True, text=True,
        stdout=subprocess.PIPE)
    assert "บันทึกข้อความ" in said(pdf) and "บันทึกข้อความ" in said(bare)
    return float(done.stdout)


def figure(line, mine, peer, theirs):
    said = f"{median(mine):,.0f} /s ({median(worked):,.0f} of processor)"
    worked.clear()
    return lines.Figure(line.name, line.work, said, peer,
                        f"{median(theirs):,.1f} /s",
                        median(mine) / median(theirs), value=median(mine),
                        least=100, goal_text=">= 100 /s")


def beside_office(processes):
    def run(stage, line):
        offices = [Office(stage, i) for i in range(processes)]

        def theirs():
            with concurrent.futures.ThreadPoolExecutor(processes) as pool:
                return sum(pool.map(lambda o: o.rate(), offices))
        mine, others = interleave(
            stage.rounds, lambda: at_once(lambda: ours(stage), processes),
            theirs)
        yield figure(line, mine, "LibreOffice 7.4", others)
    return run


def beside_floor(stage, line):
    mine, others = interleave(stage.rounds, lambda: ours(stage),
                              lambda: floor(stage))
    yield figure(line, mine, "Pango and Cairo alone", others)


def desk(clients):
    """Over HTTP: the request read from the store, its paper, all of it."""
    def run(stage, line):
        place = stage.university()
        journey = place.as_desk
        no = journey.icit.until("decision")
        path = f"{place.desk}/api/v1/requests/{no}/papers/request.pdf"
        token = journey.requester.token

        def ask(n=N // 2):
            s = requests.Session()
            s.headers["Authorization"] = f"Bearer {token}"
            begun = time.monotonic()
            for _ in range(n):
                got = s.get(path, timeout=60)
                assert got.content.startswith(b"%PDF-")
            return n / (time.monotonic() - begun)
        mine, others = interleave(
            stage.rounds, lambda: at_once(ask, clients),
            lambda: ours(stage))
        yield figure(line, mine, "the paper alone", others)
    return run
