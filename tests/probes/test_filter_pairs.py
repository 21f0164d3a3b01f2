"""FLT-02: two filters together show exactly what satisfies both."""

from datetime import datetime
from urllib.parse import parse_qs

import pytest

from conformance.model import Verdict
from conformance.probes.filters.filter_pairs import PROBES
from tests.probes.scripted import BASE, is_affordable, make_response, run_probe

(PROBE,) = PROBES
TICKETS = "GET /support_tickets"
ONE_PAGE = '<about:blank>; rel="previous", <about:blank>; rel="next"'
MOMENTS = [f"2026-03-01T1{hour}:00:00Z" for hour in range(6)]
PRIORITIES = ("LOW", "HIGH")


def serve(loses=0, moments=MOMENTS):
    """Return a target with tickets of two priorities in turn, which loses the last of those that two filters show."""

    def target(request):
        path, _, query = request.target.partition("?")
        if path != "/support_tickets":
            return make_response([])
        values = {name: found[0] for name, found in parse_qs(query).items() if not name.startswith("page")}
        tickets = [
            {
                "id": moment,
                "url": f"{BASE}/support_tickets/{moment}",
                "created_at": moment,
                "priority": PRIORITIES[n % 2],
            }
            for n, moment in enumerate(moments)
        ]
        low, high = (
            datetime.fromisoformat(values.get(f"created_at__{bound}", default))
            for bound, default in (("gte", "2000-01-01T00:00:00Z"), ("lte", "2100-01-01T00:00:00Z"))
        )
        shown = [
            ticket
            for ticket in tickets
            if low <= datetime.fromisoformat(ticket["created_at"]) <= high
            and values.get("priority") in {None, ticket["priority"]}
        ]
        shown = shown[: len(shown) - loses] if len(values) > 1 else shown
        return make_response(shown, Link=ONE_PAGE)

    return target


def test_a_list_that_shows_what_satisfies_both_passes(subject):
    run = run_probe(PROBE, TICKETS, subject, serve())
    assert run.passed_requirements() == {"FLT-02"}
    assert is_affordable(run, PROBE, TICKETS, subject)
    assert any(len({*parse_qs(r.target.partition("?")[2])} - {"page_size"}) == 2 for r in run.requests)


def test_a_list_that_loses_one_beside_two_filters_is_a_violation(subject):
    assert run_probe(PROBE, TICKETS, subject, serve(loses=1)).violated_requirements() == {"FLT-02"}


@pytest.mark.parametrize("moments", [[], MOMENTS[:1]])
def test_too_few_items_show_nothing(moments, subject):
    run = run_probe(PROBE, TICKETS, subject, serve(moments=moments))
    assert run.verdicts_on("FLT-02") <= {Verdict.NOT_APPLICABLE, Verdict.NOT_TESTED}
