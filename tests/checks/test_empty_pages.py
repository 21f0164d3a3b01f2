"""PAG-08: a page without items behind the first one does not exist."""

import pytest

from conformance.checks.empty_pages import CHECKS
from conformance.model import Request, Verdict
from tests.probes.scripted import judge_exchange, make_problem, make_response

(CHECK,) = CHECKS


@pytest.mark.parametrize(
    ("operation", "query", "items", "is_wrong"),
    [
        ("GET /suppliers", "?page=4&page_size=21", [], True),
        ("GET /suppliers", "?page=1", [], False),
        ("GET /suppliers", "", [], False),
        ("GET /suppliers", "?page=4", [{"id": "x"}], False),
        ("GET /users", "?page=4", [], False),  # it has cursors
    ],
)
def test_an_empty_page_gives_404(operation, query, items, is_wrong, subject):
    request = Request(operation, "GET", f"{operation[4:]}{query}")
    outcomes = judge_exchange(CHECK, subject, request, make_response(items))
    assert [outcome.verdict for outcome in outcomes] == [Verdict.FAIL] * is_wrong
    assert not judge_exchange(CHECK, subject, request, make_problem(404))
