"""PAG-10: a cursor that is an id of the list's own kind, of which no item is left."""

from urllib.parse import parse_qs, urlsplit

import pytest

from conformance.model import Verdict
from conformance.probes.pagination.unknown_cursors import PROBES
from tests.probes.scripted import BASE, is_affordable, make_id, make_problem, make_response, run_probe

(CURSORS,) = PROBES
LIST = "GET /vehicles"
IDS = [make_id("vhcl", number) for number in (1, 2, 4, 6)]


def list_vehicles(answer_unknown):
    """Return a target that answers a cursor that is no id of it by a function of the cursor."""

    def target(request):
        cursor = parse_qs(urlsplit(request.target).query).get("page_after", [""])[0]
        if cursor and cursor not in IDS:
            return answer_unknown(cursor)
        return show(IDS)

    return target


def show(ids):
    return make_response([{"id": key, "url": f"{BASE}/vehicles/{key}"} for key in ids])


@pytest.mark.parametrize(
    ("answer_unknown", "verdict"),
    [
        (lambda cursor: show([key for key in IDS if key > cursor]), Verdict.PASS),
        (lambda cursor: show([]), Verdict.PASS),
        (lambda cursor: make_problem(400), Verdict.PASS),
        (lambda cursor: make_problem(410), Verdict.PASS),
        (lambda cursor: make_problem(500), Verdict.FAIL),
        (lambda cursor: show(IDS), Verdict.REVIEW),
    ],
)
def test_an_item_that_is_gone_is_no_reason_to_fail_or_to_begin_again(answer_unknown, verdict, subject):
    run = run_probe(CURSORS, LIST, subject, list_vehicles(answer_unknown))
    assert run.verdicts_on("PAG-10") == {verdict}
    assert is_affordable(run, CURSORS, LIST, subject)


def test_a_list_without_ids_is_not_applicable(subject):
    run = run_probe(CURSORS, LIST, subject, lambda request: make_response([{"name": "no id"}]))
    assert run.verdicts_on("PAG-10") == {Verdict.NOT_APPLICABLE}
