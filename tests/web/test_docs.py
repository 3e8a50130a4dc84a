"""The documents say what is true.

The shell blocks of docs/API.md, and after them those of docs/GATE.md, run in
one shell against a demo university, in order. Behind each curl stands the
status that must come back ("# 201" at the end of its last line). A block of
json or text after a shell block is what it must have printed (of several JSON
answers the last): of an object the members shown, of a list the items shown
("…" at its end: and more), and "…" within a text stands for anything.
"""
import json
import re
import subprocess

from conftest import ROOT

DOCS = ROOT / "docs"
JOURNEYS = ["API.md", "GATE.md"]
PREAMBLE = """set -u
curl() { command curl -sS -w '%{stderr}curl-status %{http_code}\\n' "$@"; }
"""


def blocks(text):
    """(language, text, number of its first line) of each fenced block."""
    found, fence = [], None
    for number, line in enumerate(text.splitlines(), 1):
        if fence is None and line.startswith("```"):
            fence = (line[3:].strip(), [], number + 1)
        elif line.startswith("```"):
            found.append(fence)
            fence = None
        elif fence:
            fence[1].append(line)
    assert fence is None, "a block that does not end"
    return [(lang, "\n".join(lines), at) for lang, lines, at in found]


def written_statuses(block):
    """The statuses behind the calls of a shell block, one behind each."""
    statuses = re.findall(r"# (\d{3})$", block, re.M)
    calls = re.findall(r"(?<![\w.-])curl ", block)
    assert len(statuses) == len(calls), f"not a status for each curl:\n{block}"
    return statuses


def run_blocks(shells, folder, substitutions):
    """What each shell block printed, and the statuses of its calls."""
    parts = [PREAMBLE]
    for name, block in shells:
        for old, new in substitutions:
            block = block.replace(old, new)
        mark = f"printf '\\n#block {name}\\n'"
        parts.append(f"{mark}\n{mark} >&2\n{block}\n")
    done = subprocess.run(["sh"], input="\n".join(parts), text=True,
                          cwd=folder, capture_output=True, timeout=120)

    def cut(output):
        pieces = re.split(r"\n#block (\S+)\n", output)
        return dict(zip(pieces[1::2], pieces[2::2]))

    printed, said = cut(done.stdout), cut(done.stderr)
    for name, text in said.items():
        strange = [line for line in text.splitlines()
                   if line and not line.startswith("curl-status ")]
        assert not strange, f"{name}: {strange}"
    assert done.returncode == 0, done.stderr[-2000:]
    return printed, {name: re.findall(r"^curl-status (\d+)$", text, re.M)
                     for name, text in said.items()}


def last_json(printed):
    decoder, at, value = json.JSONDecoder(), 0, None
    text = printed.strip()
    while at < len(text):
        value, at = decoder.raw_decode(text, at)
        while at < len(text) and text[at].isspace():
            at += 1
    return value


def text_like(shown, real):
    pattern = ".*".join(map(re.escape, shown.split("…")))
    return re.fullmatch(pattern, real, re.S) is not None


def differences(shown, real, at="answer"):
    """Where the answer is not what the document shows."""
    if shown == "…":
        return []
    if isinstance(shown, dict) and isinstance(real, dict):
        missing = [f"{at}.{k}: missing" for k in shown if k not in real]
        return missing + [d for k in shown if k in real
                          for d in differences(shown[k], real[k], f"{at}.{k}")]
    if isinstance(shown, list) and isinstance(real, list):
        more = bool(shown) and shown[-1] == "…"
        items = shown[:-1] if more else shown
        if len(real) < len(items) or not more and len(real) > len(items):
            return [f"{at}: {len(real)} items, not {len(items)}"]
        return [d for i, item in enumerate(items)
                for d in differences(item, real[i], f"{at}[{i}]")]
    if isinstance(shown, str) and isinstance(real, str):
        same = text_like(shown, real)
    else:
        same = type(shown) is type(real) and shown == real
    return [] if same else [f"{at}: {real!r}, not {shown!r}"]


def shown_wrong(lang, shown, printed):
    if lang == "json":
        return differences(json.loads(shown), last_json(printed))
    same = text_like(shown.strip(), printed.strip())
    return [] if same else [f"{printed!r}, not {shown!r}"]


def test_journeys_in_the_documents(make_university, tmp_path):
    university = make_university()
    (tmp_path / "pratu-demo").symlink_to(university.dir)
    found = [(lang, block, f"{name}:{line}")
             for name in JOURNEYS if (DOCS / name).exists()
             for lang, block, line in blocks((DOCS / name).read_text())]
    shells = [(name, block) for lang, block, name in found if lang == "sh"]
    assert len(shells) > 10
    places = [("http://127.0.0.1:8080", university.desk),
              ("http://127.0.0.1:8081", university.gate)]
    printed, statuses = run_blocks(shells, tmp_path, places)
    for name, block in shells:
        assert statuses[name] == written_statuses(block), \
            (name, printed[name][-2000:])
    before, compared = None, 0
    for lang, shown, name in found:
        if lang == "sh":
            before = name
        elif lang in ("json", "text") and before:
            for old, new in places:
                shown = shown.replace(old, new)
            assert shown_wrong(lang, shown, printed[before]) == [], name
            compared += 1
            before = None
    assert compared > 5


def source(path):
    return (ROOT / path).read_text()


def section(name, heading):
    text = (DOCS / name).read_text()
    found = re.search(rf"^## {heading}\n(.*?)(?=^## |\Z)", text, re.M | re.S)
    assert found, f"{name} has no section {heading}"
    return found[1]


def codes(text):
    """What stands in `…` and is one word of codes."""
    return set(re.findall(r"`([a-z][a-z0-9_.-]*)`", text))


def rows(text):
    """The cells of each row of the tables in a text."""
    return [[cell.strip() for cell in line.strip("|").split("|")]
            for line in text.splitlines() if line.startswith("| ")]


def test_api_names_every_command_and_its_fields():
    text = section("API.md", "Commands")
    table = {codes(row[0]).pop(): row[1] for row in rows(text)
             if codes(row[0])}
    commands = re.findall(r"^COMMAND\((\w+)\)",
                          source("src/core/commands.def"), re.M)
    assert list(table) == commands
    fields = re.findall(r'^FIELD\((\w+), (\w+), (\w+), "([^"]*)"\)',
                        source("src/core/command_fields.def"), re.M)
    assert len(fields) > 60
    for command in commands:
        wanted = set()
        for name, field, _, choices in fields:
            if name == command:
                wanted |= {field, *choices.split()}
        named = codes(table[command])
        # "parts" is where the fields of a part may stand.
        assert named == wanted, (command, named ^ wanted)


def test_api_names_every_answer_and_its_choices():
    text = source("src/core/answers.def")
    choices = {name: re.findall(r'C\("([^"]+)"\)', body) for name, body in
               re.findall(r"^CHOICES\((\w+),(.*?)\)\n(?=\n|CHOICES)", text,
                          re.M | re.S)}
    answers = re.findall(r"^ANSWER\((\w+), \w+, \d+, (\w+)\)", text, re.M)
    assert len(answers) > 30 and len(choices) > 5
    wanted = {a for a, _ in answers}
    for _, group in answers:
        wanted |= set(choices[group])
    table = " ".join(" ".join(row) for row in
                     rows(section("API.md", "Answers")))
    assert codes(table) - {"true", "false"} == wanted


def test_api_names_every_call():
    routes = re.findall(r'^ROUTE\("(\w+)", "(/api/[^"]+)"',
                        source("src/desk/routes.def"), re.M)
    calls = re.findall(r"^\| `(\w+) (/api/[^`?]+)[`?]",
                       section("API.md", "Calls"), re.M)
    assert sorted(calls) == sorted(routes)


def test_api_names_every_error():
    """Of all domains whose errors the desk answers; those of sources reach it
    as the message of the field code "query"."""
    wanted = set()
    for domain in ("base", "brought", "core", "desk", "hands", "join",
                   "keeping", "people", "procedure", "paper", "notices",
                   "rounds", "systems", "talk", "time", "work"):
        keys = re.findall(r'^msgid "((?:error|field)\.[^"]+)"',
                          source(f"po/{domain}.en.po"), re.M)
        wanted |= {key.split(".", 1)[1] for key in keys}
    named = {code.removeprefix("error.")
             for code in codes(section("API.md", "Errors"))}
    about = {"type", "title", "status", "detail", "code", "errors", "field",
             "message", "pratu", "token-days"}
    assert wanted - {"token-days"} <= named, wanted - named
    assert named - about <= wanted, named - about - wanted
    assert "error.token-days" in section("API.md", "Errors")


def test_api_statuses_of_errors():
    """The status beside a code is the one that the code is raised with."""
    statuses = dict(re.findall(r"^ERR\((\w+), (\d+)\)",
                               source("src/base/err.def"), re.M))
    raised = {}
    for folder in ("base", "core", "desk"):
        for file in (ROOT / "src" / folder).glob("*.c"):
            for err, key in re.findall(
                    r"\bfail\d?\(\s*[^;]*?ERR_(\w+),\s*MSG_error_(\w+)",
                    file.read_text()):
                raised.setdefault(key.replace("_", "-"), set()).add(
                    statuses[err])
    compared = 0
    for cells in rows(section("API.md", "Errors")):
        if not re.fullmatch(r"\d{3}", cells[0]):
            continue
        for code in codes(cells[1]) & set(raised):
            assert raised[code] == {cells[0]}, code
            compared += 1
    assert compared > 30


def test_operating_names_every_event_of_the_log():
    logged = set()
    for file in (ROOT / "src").rglob("*.c"):
        logged |= set(re.findall(
            r'(?:LOG\([^,]*,|\blog_fault(?:_of)?\([^,]*,) *"([a-z]+\.[a-z_]+)"',
            file.read_text()))
    assert {"desk.failed", "courier.sweep", "process.ended"} <= logged
    named = {code for row in rows(section("OPERATING.md", "Looking after it"))
             for code in codes(row[0]) if "." in code}
    assert named == logged


def test_procedures_names_every_key():
    wanted = set()
    for file in ("read", "document", "form", "stages"):
        for names in re.findall(r"\bnames\[\d*\] = \{([^}]*)\}",
                                source(f"src/core/procedure_{file}.c")):
            wanted |= set(re.findall(r'"(\w+)"', names))
    assert {"apart", "asked_if", "cc_cannot", "close"} <= wanted
    named = re.findall(r"(?<!`)`([^`\n]+)`(?!`)",
                       (DOCS / "PROCEDURES.md").read_text())
    words = set(re.findall(r"\w+", " ".join(named)))
    assert wanted <= words, wanted - words


def test_procedures_names_every_outcome():
    text = (DOCS / "PROCEDURES.md").read_text()
    rules = re.findall(
        r"^STAGE_OUTCOME\((\w+), (\w+), (true|false), (\w+)\)",
        source("src/core/stage_outcomes.def"), re.M)
    assert len(rules) > 10
    wanted = {}
    for kind, outcome, goes, closes in rules:
        ways = ["a stage"] * (goes == "true") + \
            [f"`{{close: {closes}}}`"] * (closes != "none")
        wanted.setdefault(kind, []).append(
            f"`{outcome}` → " + ", or ".join(ways))
    table = {codes(row[0]).pop(): row[1] for row in rows(text)
             if "→" in row[1]}
    assert table == {kind: "; ".join(ways) for kind, ways in wanted.items()}


def test_glossary_is_the_catalogue():
    def catalogue(lang):
        return dict(re.findall(r'^msgid "([^"]+)"\nmsgstr "(.*)"$',
                               source(f"po/terms.{lang}.po"), re.M))
    thai, english = catalogue("th"), catalogue("en")
    text = (DOCS / "GLOSSARY.md").read_text()
    shown = {row[0].strip("`"): tuple(row[1:3]) for row in rows(text)
             if row[0].startswith("`")}
    groups = {key.split(".")[0] for key in shown}
    assert {"role", "state", "outcome", "command"} <= groups
    assert shown == {key: (thai[key], english[key]) for key in thai
                     if key.split(".")[0] in groups}


def anchors(text):
    """As GitHub makes them of headings."""
    return {re.sub(r"[^\w\s-]", "", head.lower()).strip().replace(" ", "-")
            for head in re.findall(r"^#+ (.*)$", text, re.M)}


def test_links_lead_somewhere():
    followed = 0
    for file in [*ROOT.glob("*.md"), *DOCS.glob("*.md")]:
        for link in re.findall(r"\]\(([^)\s]+)\)", file.read_text()):
            path, _, anchor = link.partition("#")
            if path.startswith("http"):
                continue
            target = file.parent / path if path else file
            assert target.exists(), f"{file.name}: {link}"
            if anchor:
                assert anchor in anchors(target.read_text()), \
                    f"{file.name}: {link}"
            followed += 1
    assert followed > 10


def test_readme_names_who_can_play_each_role(university):
    text = source("README.md")
    ways = [("requester", None), ("owner", None), ("records", "ICIT"),
            ("director", "ICIT"), ("head", "ICIT"), ("officer", "ICIT"),
            ("requester", None), ("auditor", None)]
    table = [row[1] for row in rows(text) if row[0].isdigit()]
    assert [re.findall(r"`([^`]+)`", cell)[0] for cell in table] == \
        [university.person(*way)["email"] for way in ways]
    registrar = re.search(r"W-REG6-001 the way is (.*?)\. ", text, re.S)[1]
    ways = [("requester", None), ("records", "REGISTRAR"),
            ("director", "REGISTRAR"), ("officer", "REGISTRAR"),
            ("executive", "REGISTRAR"), ("officer", "REGISTRAR")]
    assert re.findall(r"`([^`]+)`", registrar) == \
        [university.person(*way)["email"].split("@")[0] for way in ways]
    assert (DOCS / "desk.png").stat().st_size < 200_000
