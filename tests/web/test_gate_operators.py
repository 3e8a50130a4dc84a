"""Every operator in every form, and any question that can be made, against
Python's own answer."""
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gate_work import ALL_FORMS
from journey import desk  # noqa: F401
from test_gate_dialect import (as_json, ask, both, cond, no, pairs,
                               random_tree, want_ids, work)  # noqa: F401
from test_gate_masks import parsed

OPERATORS = [
    cond("id", "eq", 7), cond("id", "neq", 7), cond("gpa", "gt", 2.5),
    cond("gpa", "gte", 2.5), cond("born", "lt", "2000-01-01"),
    cond("seen", "lte", "2026-11-25T00:00:00"), cond("name", "like", "สม*"),
    cond("name", "ilike", "SOM%"), cond("note", "in", ["a,b", 'say "hi"']),
    cond("faculty", "is", "null"), cond("active", "is", "true"),
    both(cond("id", "gt", 5), no(cond("name", "is", "null")))]


@pytest.mark.parametrize("form", ALL_FORMS)
def test_every_operator_in_every_form(work, form):  # noqa: F811
    get, post = work
    for tree in OPERATORS + [no(t) for t in OPERATORS]:
        want = [str(i) for i in want_ids(tree)]
        assert 0 < len(want) < 240
        for answer in (
                get.get("." + form, params=[("select", "id"), *pairs(tree)]),
                post.post({"select": ["id"], "filter": as_json(tree)},
                          "/query." + form)):
            assert answer.status_code == 200, (tree, answer.text)
            got = [str(r[0]) for r in parsed(form, answer.content)]
            assert got == want, (form, tree)


@settings(max_examples=30, deadline=None, database=None, print_blob=True,
          suppress_health_check=list(HealthCheck))
@given(dice=st.randoms(use_true_random=False))
def test_any_question(work, dice):  # noqa: F811
    tree = random_tree(dice)
    assert ask(work, tree) == want_ids(tree)
