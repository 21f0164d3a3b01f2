"""FLT-01 and FLT-02 with many filters in one request."""

from urllib.parse import parse_qs

from conformance.evidence.filter_semantics import is_satisfied
from conformance.model import Verdict
from conformance.probes.filters.conjunctions import PROBES as CONJUNCTIONS
from conformance.probes.filters.joint_filters import PROBES as JOINT
from tests.probes.scripted import BASE, is_affordable, make_problem, make_response, run_probe

(PROBE,), (CONJUNCTION,) = JOINT, CONJUNCTIONS
TICKETS = "GET /support_tickets"
ONE_PAGE = '<about:blank>; rel="previous", <about:blank>; rel="next"'
ITEMS = [
    {
        "id": f"t{number}",
        "url": f"{BASE}/support_tickets/t{number}",
        "status": ("Open", "Pending", "Closed")[number % 3],
        "priority": ("Low", "High")[number % 2],
        "created_at": f"2026-03-0{number + 1}T10:00:00Z",
    }
    for number in range(6)
]


def serve(subject, holds=is_satisfied):
    """Return a target that filters by `holds`."""
    filters = {f.parameter: f for f in subject.model.operations_by_key[TICKETS].filters}

    def target(request):
        path, _, query = request.target.partition("?")
        sent = {name: values[0] for name, values in parse_qs(query).items() if name in filters}
        shown = [i for i in ITEMS if all(holds(filters[name], i, value) for name, value in sent.items())]
        return make_response(shown if path == "/support_tickets" else [], Link=ONE_PAGE)

    return target


def test_an_item_that_satisfies_all_is_shown(subject):
    run = run_probe(PROBE, TICKETS, subject, serve(subject))
    assert run.outcomes_on("FLT-02")[0].verdict is Verdict.PASS
    assert is_affordable(run, PROBE, TICKETS, subject)
    sent = parse_qs(run.requests[-1].target.partition("?")[2])
    assert {"status", "priority", "status__in", "created_at__gte", "created_at__lte"} <= sent.keys()


def test_the_one_filter_that_loses_it_is_named(subject):
    def hold(condition, item, value):
        return condition.parameter != "created_at__lte" and is_satisfied(condition, item, value)

    run = run_probe(PROBE, TICKETS, subject, serve(subject, hold))
    messages = [outcome.message for outcome in run.outcomes if outcome.verdict is Verdict.FAIL]
    assert messages == ["created_at__lte leaves out an item that satisfies it"]


def test_filters_that_are_refused_only_together_show_nothing(subject):
    plain = serve(subject)

    def refuse_many(request):
        return make_problem(400) if request.target.count("=") > 3 else plain(request)

    assert run_probe(PROBE, TICKETS, subject, refuse_many).outcomes_on("FLT-02")[0].verdict is Verdict.NOT_OBSERVABLE


def test_each_two_filters_have_a_witness(subject):
    """Detect an "or" between any two filters of the request by an item that it would show."""
    run = run_probe(CONJUNCTION, TICKETS, subject, serve(subject))
    assert run.outcomes_on("FLT-01")[0].verdict is Verdict.PASS
    assert is_affordable(run, CONJUNCTION, TICKETS, subject)
    sent = {name: v[0] for name, v in parse_qs(run.requests[-1].target.partition("?")[2]).items() if "page" not in name}
    assert sent.keys() == {"status", "priority"}
    either = [item for item in ITEMS if any(item[name] == value for name, value in sent.items())]
    assert [item for item in either if any(item[name] != value for name, value in sent.items())]
