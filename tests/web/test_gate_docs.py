"""docs/GATE.md names what the gate has; its shell lines run in test_docs.py."""
import re

from test_docs import DOCS, codes, rows, section, source


def test_operators():
    wanted = re.findall(r'^OP\(\w+, "(\w+)"', source("src/source/ops.def"),
                        re.M)
    table = section("GATE.md", "Asking").split("| operator |")[1]
    named = [c for row in rows(table) for c in re.findall(r"`(\w+)`", row[0])]
    assert named == wanted


def test_forms():
    wanted = re.findall(r'^FORM\(\w+, "(\w+)",\s*"([^";]+)',
                        source("src/fmt/forms.def"), re.M)
    table = [(row[1].strip("`"), row[2].strip("`")) for row in
             rows(section("GATE.md", "Forms")) if row[2].startswith("`")
             and "/" in row[2]]
    assert table == wanted


def test_errors_and_their_statuses():
    statuses = dict(re.findall(r"^ERR\((\w+), (\d+)\)",
                               source("src/base/err.def"), re.M))
    wanted = {}
    for err, msg in re.findall(r"^PROBLEM\((\w+), error_(\w+)\)",
                               source("src/gate/problems.def"), re.M):
        wanted.setdefault(statuses[err], set()).add(msg.replace("_", "-"))
    table = {row[0]: codes(row[1]) - {"errors"} for row in
             rows(section("GATE.md", "Errors")) if row[0].isdigit()}
    assert table == wanted


def test_every_problem_raised_is_a_known_one():
    """problems.def is what the gate's files raise, with the same status."""
    known = set(re.findall(r"^PROBLEM\((\w+), (error_\w+)\)",
                           source("src/gate/problems.def"), re.M))
    for name in ("accept", "admit", "answer", "ask", "ask_json", "data",
                 "documents", "gate"):
        for raised in re.findall(r"\bfail\d?\(\s*[^,;]+, (?:ERR_)(\w+),\s*"
                                 r"MSG_(error_\w+)",
                                 source(f"src/gate/{name}.c")):
            assert raised in known, (name, raised)


def test_codes_of_fields():
    raised = set()
    for path in ("src/gate/ask.c", "src/gate/ask_json.c", "src/gate/data.c"):
        raised |= set(re.findall(r"MSG_(?:field|error_query)_(\w+)",
                                 source(path).replace("MSG_error_query_",
                                                      "MSG_field_query_")))
    text = section("GATE.md", "Errors").split("Codes in `errors`")[1]
    named = codes(text)
    assert {c.replace("_", "-") for c in raised} <= named
    messages = set()
    for domain in ("base", "core", "gate", "source"):
        messages |= set(re.findall(r'^msgid "(?:field|error)\.([^"]+)"',
                                   source(f"po/{domain}.en.po"), re.M))
    assert named - {"errors"} <= messages


def test_the_limits_are_those_of_the_program():
    text = section("GATE.md", "Limits") + section("GATE.md", "Asking")
    header = source("src/source/query.h")

    def limit(name):
        found = re.search(rf"#define {name} \D*?(\d+)", header)
        return f"{int(found[1]):,}"
    for name in ("QUERY_DEPTH", "QUERY_TESTS", "QUERY_IN_VALUES",
                 "QUERY_ORDER", "QUERY_PATTERN_BYTES"):
        assert re.search(rf"\b{limit(name)}\b", text), name
    assert "100,000,000" in text
    found = re.search(r"QUERY_OFFSET_MAX INT64_C\((\d+)\)", header)
    assert int(found[1]) == 100_000_000


def test_every_door_is_named_somewhere():
    text = (DOCS / "GATE.md").read_text()
    for method, path in re.findall(r'^ROUTE\("(\w+)", "(/v1/d/[^"]+)"',
                                   source("src/gate/routes.def"), re.M):
        last = path.rsplit("/", 1)[1]
        assert last.startswith("{") or last in text, (method, path)
