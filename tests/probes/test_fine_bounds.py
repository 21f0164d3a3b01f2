"""FLT-08: bounds one unit beside an existing value."""

import pytest

from conformance.probes.filters.fine_bounds import PROBES
from tests.probes.scripted import BASE, make_response, run_probe

(PROBE,) = PROBES
TICKETS = "GET /support_tickets"
ONE_PAGE = '<about:blank>; rel="previous", <about:blank>; rel="next"'
TIMES = [f"2026-03-01T10:00:{second:02}.{fraction}Z" for second in range(6) for fraction in ("000005", "500000")]


def serve_tickets(precision):
    """Return a target that compares times in a filter to so many characters."""
    from urllib.parse import parse_qs

    def target(request):
        path, _, query = request.target.partition("?")
        if path != "/support_tickets":
            return make_response([])
        bounds = {name: values[0] for name, values in parse_qs(query).items()}
        low, high = bounds.get("created_at__gte", ""), bounds.get("created_at__lte", "9")
        shown = [time for time in TIMES if low[:precision] <= time[:precision] and time[:precision] <= high[:precision]]
        tickets = [{"id": time, "url": f"{BASE}/support_tickets/{time}", "created_at": time} for time in shown]
        return make_response(tickets, Link=ONE_PAGE)

    return target


def test_exact_bounds_pass(subject):
    assert run_probe(PROBE, TICKETS, subject, serve_tickets(27)).passed_requirements() == {"FLT-08"}


@pytest.mark.parametrize("precision", [19, 23])
def test_bounds_cut_to_a_shorter_fraction_are_violations(precision, subject):
    assert run_probe(PROBE, TICKETS, subject, serve_tickets(precision)).violated_requirements() == {"FLT-08"}
