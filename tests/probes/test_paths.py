"""PTH and AUT-13: other ways to the same resource, tried against scripted targets."""

import pytest

from conformance.model import Response
from conformance.probes.authorization.foreign_refusals import PROBES as REFUSALS
from conformance.probes.paths.method_overrides import PROBES as OVERRIDES
from conformance.probes.paths.spellings import list_spellings
from conformance.probes.paths.trace_method import PROBES as TRACES
from conformance.probes.paths.unauthorized_access import PROBES as ACCESSES
from conformance.probes.paths.unknown_paths import PROBES as UNKNOWN
from tests.probes.scripted import BASE, make_id, make_problem, make_response, run_probe, whole_sample

PROBES = {probe.name: probe for probes in (ACCESSES, UNKNOWN, TRACES, OVERRIDES, REFUSALS) for probe in probes}
LIST = "GET /boundary_meter_makes"
MAKE = {
    "id": make_id("bmma", 1),
    "url": f"{BASE}/boundary_meter_makes/{make_id('bmma', 1)}",
    "name": "Metra",
}


def guard(opens=lambda request: False):
    """Return a target that shows a list with a good token, and without one where `opens` says so."""

    def respond(request):
        if opens(request) or (request.identity in {"full", "readonly"} and request.method == "GET"):
            return make_response([MAKE])
        return make_problem(403 if request.identity == "noscope" else 401)

    return respond


def run(name, opens=lambda request: False, subject=None, operation=LIST):
    return run_probe(PROBES[name], operation, subject, guard(opens))


@pytest.mark.parametrize("name", ["unauthenticated-methods", "respelled-path", "respelled-path-expired"])
def test_a_guarded_list_passes(name, subject):
    assert not run(name, subject=subject).violated_requirements()


def test_head_without_a_token_must_not_succeed(subject):
    assert run(
        "unauthenticated-methods", lambda request: request.method == "HEAD", subject
    ).violated_requirements() == {"PTH-01"}


def test_options_must_not_show_data(subject):
    assert run(
        "unauthenticated-methods", lambda request: request.method == "OPTIONS", subject
    ).violated_requirements() == {"PTH-01"}


def test_options_may_list_methods(subject):
    def respond(request):
        return make_response({"methods": ["GET"]}) if request.method == "OPTIONS" else guard()(request)

    assert not run_probe(PROBES["unauthenticated-methods"], LIST, subject, respond).violated_requirements()


@pytest.mark.parametrize("spelling", list_spellings("/boundary_meter_makes"), ids=lambda spelling: spelling.oddity)
def test_every_spelling_that_opens_is_found_in_the_profile_deep(spelling, subject):
    def opens(request):
        return request.target == spelling.target and request.headers[-len(spelling.headers) :] == spelling.headers

    is_opened = (lambda request: request.target == spelling.target) if not spelling.headers else opens
    assert run("respelled-path", is_opened, whole_sample(subject)).violated_requirements() == {"PTH-02"}


@pytest.mark.parametrize(
    "response", [Response(301, (("Location", f"{BASE}/boundary_meter_makes"),)), make_problem(404), make_problem(400)]
)
def test_a_spelling_may_lead_nowhere_or_back(response, subject):
    def respond(request):
        return response if request.operation == "*" else guard()(request)

    assert not run_probe(PROBES["respelled-path"], LIST, whole_sample(subject), respond).violated_requirements()


@pytest.mark.parametrize(
    ("response", "violated"),
    [
        (make_problem(404), set()),
        (make_problem(401), set()),
        (Response(404, (("Content-Type", "text/html"),), b"<h1>Not Found</h1>"), {"PTH-03"}),
        (make_response({"detail": "Not found."}, 404), {"PTH-03"}),
        (make_response({}), {"PTH-03"}),
        (make_problem(500), {"PTH-03"}),
    ],
)
def test_an_unknown_path_is_refused_with_a_problem(response, violated, subject):
    assert run_probe(PROBES["unknown-path"], "*", subject, lambda _: response).violated_requirements() == violated


def test_trace_may_not_return_credentials(subject):
    def echo(request):
        return Response(200, (("Content-Type", "message/http"),), repr(request.headers).encode())

    assert run_probe(PROBES["trace"], "*", subject, echo).violated_requirements() == {"PTH-04"}
    assert not run_probe(PROBES["trace"], "*", subject, lambda _: make_problem(405)).violated_requirements()


def test_method_overrides_are_not_sent_where_nothing_may_be_written(subject):
    overriding = run_probe(PROBES["method-override"], "*", subject, guard())
    assert not any(name.startswith("X-") for request in overriding.requests for name, _ in request.headers)
