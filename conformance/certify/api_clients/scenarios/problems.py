"""Scenarios of problems: distinguished by type and status, handled in any form, request not repeated (C21, C22)."""

from conformance.certify.api_clients.conditions import Answer, Rule, answer, on, problem
from conformance.certify.api_clients.definitions import Scenario, open_question, wrong
from conformance.certify.api_clients.tasks import CHANGE_VEHICLE, CREATE_USER, VEHICLES
from conformance.certify.api_clients.trace import Trace
from conformance.certify.api_clients.trace_comparisons import again, quiet, survived
from conformance.certify.assessments import RIGHT, Found

_INVALID_EMAIL = {"detail": "Error on fields: email", "field_errors": {"email": ["Not accepted."]}}
_RATE_LIMIT_TEXT = {
    "title": "Too Many Requests",
    "detail": "Request was rate limited. Try again in 1 second.",
    "field_errors": {"email": ["Not accepted."]},
}
_HTML = Answer(
    502,
    (("Content-Type", "text/html"),),
    b"<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>",
)


def _judge_same_reaction(trace: Trace) -> Found:
    """Require the same requests as after a problem of the same type with other texts."""
    if trace.beside is None or not trace.beside.touched:
        return open_question("the refusal with ordinary texts was never met, so there is nothing to compare with")
    actual, expected = (_describe_reaction(reaction) for reaction in (trace, trace.beside))
    if actual != expected:
        return wrong(
            "it reacts differently where only the texts of the problem differ",
            f"{actual}; with ordinary texts: {expected}",
        )
    return survived(trace)


def _describe_reaction(trace: Trace) -> str:
    first = trace.touched[0]
    later = trace.after(first)
    repeats = len(again(trace, first))
    return f"{len(later)} requests followed, {repeats} of them equal to the refused one"


def _judge_no_repeat(trace: Trace) -> Found:
    first = trace.touched[0]
    if repeats := again(trace, first):
        return wrong(
            f"it repeats the request after {first.status}",
            f"{len(repeats)} times, first after {repeats[0].at - first.done:.1f} s",
        )
    return Found(RIGHT.verdict, quiet(trace, first))


SCENARIOS = (
    Scenario(
        "refused-400",
        "C22",
        "create_user",
        "refuses the user with 400 and field errors",
        "the request is never repeated",
        _judge_no_repeat,
        (Rule(on(CREATE_USER), answer(problem(400, "validation-failed-create-user", **_INVALID_EMAIL))),),
    ),
    Scenario(
        "refused-409",
        "C22",
        "change_vehicle",
        "refuses the change with 409",
        "the request is never repeated",
        _judge_no_repeat,
        (Rule(on(CHANGE_VEHICLE), answer(problem(409, "conflict"))),),
    ),
    Scenario(
        "refused-422",
        "C22",
        "create_user",
        "refuses the user with 422",
        "the request is never repeated",
        _judge_no_repeat,
        (Rule(on(CREATE_USER), answer(problem(422, "unprocessable"))),),
    ),
    Scenario(
        "refused-list-400",
        "C22",
        "list_vehicles",
        "refuses the second page with 400",
        "the request is never repeated",
        _judge_no_repeat,
        (Rule(on(VEHICLES), answer(problem(400, "invalid-pagination-parameter")), skip=1),),
    ),
    Scenario(
        "other-words",
        "C21",
        "create_user",
        "refuses the user with the type of a validation failure and the texts of a rate limit",
        "the reaction does not depend on the texts",
        _judge_same_reaction,
        (Rule(on(CREATE_USER), answer(problem(400, "validation-failed-create-user", **_RATE_LIMIT_TEXT))),),
        beside="refused-400",
    ),
    Scenario(
        "no-type",
        "C21",
        "create_user",
        "refuses the user with a problem that has no type",
        "the client does not crash",
        survived,
        (Rule(on(CREATE_USER), answer(problem(400))),),
        beside="refused-400",
    ),
    Scenario(
        "problem-502",
        "C21",
        "list_vehicles",
        "responds to the second page with 502 and a problem, once",
        "",
        None,
        (Rule(on(VEHICLES), answer(problem(502, "bad-gateway")), skip=1, times=1),),
    ),
    Scenario(
        "html-502",
        "C21",
        "list_vehicles",
        "responds to the second page with 502 and an HTML page, once",
        "the client does not crash",
        survived,
        (Rule(on(VEHICLES), answer(_HTML), skip=1, times=1),),
        beside="problem-502",
    ),
)
