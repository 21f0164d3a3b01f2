"""PAG-05 with many filters in the links of one small page."""

from urllib.parse import parse_qs, urlencode

import pytest

from conformance.probes.filters.kept_filters import PROBES
from tests.probes.scripted import BASE, is_affordable, make_response, run_probe
from tests.probes.test_joint_filters import ITEMS, TICKETS

(PROBE,) = PROBES


def serve(lost=""):
    """Return a target of pages with one item whose links lose the parameters with this ending."""

    def target(request):
        path, _, query = request.target.partition("?")
        if path != "/support_tickets":
            return make_response([])
        sent = parse_qs(query)
        if sent.get("page_size") != ["1"]:
            return make_response(ITEMS, Link='<about:blank>; rel="previous", <about:blank>; rel="next"')
        kept = {name: values[0] for name, values in sent.items() if not lost or not name.endswith(lost)}
        link = f"{BASE}/support_tickets?{urlencode({**kept, 'page_after': 't0'})}"
        return make_response(ITEMS[:1], Link=f'<about:blank>; rel="previous", <{link}>; rel="next"')

    return target


def test_links_that_keep_every_filter_pass(subject):
    run = run_probe(PROBE, TICKETS, subject, serve())
    assert run.passed_requirements() >= {"PAG-05"}
    assert is_affordable(run, PROBE, TICKETS, subject)
    sent = parse_qs(run.requests[-1].target.partition("?")[2])
    assert {"status__in", "created_at__gte", "created_at__lte", "page_size"} <= sent.keys()


@pytest.mark.parametrize("lost", ["__in", "__gte", "__lte"])
def test_each_filter_that_a_link_loses_is_named(subject, lost):
    run = run_probe(PROBE, TICKETS, subject, serve(lost))
    assert run.violated_requirements() == {"PAG-05"}
    assert any(lost in outcome.message for outcome in run.outcomes_on("PAG-05"))
