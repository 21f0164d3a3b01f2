"""ERR-06, PTH-07 and PTH-08: undocumented methods and paths at something that exists."""

import msgspec
import pytest

from conformance.model import Verdict
from conformance.probes.errors.unsupported_requests import PROBES as METHODS
from conformance.probes.paths.paths_below_resources import PROBES as BELOW
from conformance.probes.writes.reads_of_actions import PROBES as ACTIONS
from conformance.probes.writes.replacements import PROBES as PUTS
from tests.probes.scripted import BASE, is_affordable, make_id, make_problem, make_response, run_probe

MAKES = [{"id": make_id("emak", n), "url": f"{BASE}/evse_makes/{make_id('emak', n)}"} for n in range(3)]
VEHICLES = [{"id": make_id("vehi", n), "url": f"{BASE}/vehicles/{make_id('vehi', n)}"} for n in range(3)]
ITEM, PATCH, ACTION = (
    "GET /evse_makes/{evse_make_id}",
    "PATCH /vehicles/{vehicle_id}",
    "POST /vehicles/{vehicle_id}/disconnect",
)
METHOD, (PATH_BELOW,), (GET_OF_ACTION,), (PUT,) = METHODS[0], BELOW, ACTIONS, PUTS


def answer_lists(response):
    """Return a target whose lists show makes and vehicles, and that answers everything else alike."""
    lists = {"/evse_makes": MAKES, "/vehicles": VEHICLES}
    return lambda request: (
        make_response(lists[request.target.partition("?")[0]])
        if request.method == "GET" and request.target.partition("?")[0] in lists
        else response(request)
    )


@pytest.mark.parametrize(
    ("status", "verdict"),
    [(200, Verdict.FAIL), (404, Verdict.PASS), (403, Verdict.PASS), (308, Verdict.NOT_OBSERVABLE)],
)
def test_a_path_below_a_resource_is_not_the_resource(subject, status, verdict):
    run = run_probe(PATH_BELOW, ITEM, subject, answer_lists(lambda _: make_response({}, status)))
    assert run.verdicts_on("PTH-07") == {verdict}
    assert run.requests[-1].target == f"/evse_makes/{MAKES[0]['id']}/evconform_unknown"
    assert is_affordable(run, PATH_BELOW, ITEM, subject)


@pytest.mark.parametrize(
    ("status", "verdict"), [(200, Verdict.FAIL), (405, Verdict.PASS), (404, Verdict.PASS), (409, Verdict.REVIEW)]
)
def test_get_does_not_carry_out_an_action(subject, status, verdict):
    run = run_probe(GET_OF_ACTION, ACTION, subject, answer_lists(lambda _: make_response({}, status)))
    assert run.verdicts_on("PTH-08") == {verdict}
    assert run.requests[-1].method == "GET"


def test_get_of_an_action_is_as_grave_as_the_action(subject):
    for operation in subject.model.operations:
        if GET_OF_ACTION.applies(operation, subject.model) and operation.effect != "none":
            (request,) = GET_OF_ACTION.sends(operation, subject.model)
            assert (request.method, request.path) == ("GET", operation.path)


@pytest.mark.parametrize(
    ("put", "invented", "verdict"),
    [
        (405, 405, Verdict.PASS),
        (400, 405, Verdict.FAIL),
        (400, 400, Verdict.NOT_OBSERVABLE),
        (404, 405, Verdict.NOT_OBSERVABLE),
        (500, 405, Verdict.FAIL),
    ],
)
def test_put_is_refused_where_patch_alone_is_documented(subject, put, invented, verdict):
    run = run_probe(PUT, PATCH, subject, answer_lists(lambda r: make_problem(put if r.method == "PUT" else invented)))
    assert run.verdicts_on("ERR-06") == {verdict}
    assert all(request.inert for request in run.requests if request.method != "GET")


def name_methods(allow):
    answer = make_problem(405)
    return lambda _: msgspec.structs.replace(answer, headers=(*answer.headers, ("Allow", allow)))


@pytest.mark.parametrize(
    ("key", "allow", "verdict"),
    [
        (PATCH, "PATCH", Verdict.FAIL),
        ("GET /vehicles/{vehicle_id}", "GET, HEAD", Verdict.REVIEW),
        (PATCH, "GET, PATCH, DELETE", Verdict.PASS),
    ],
)
def test_allow_leaves_out_no_documented_method(subject, key, allow, verdict):
    run = run_probe(METHOD, key, subject, name_methods(allow))
    assert run.verdicts_on("ERR-06") == {verdict}
