"""Refusals: told apart by their type and status, survived in any form, and not sent again (C21, C22)."""

from conformance.certify.api_clients.comparing import again, quiet, survived
from conformance.certify.api_clients.conditions import Answer, Rule, answer, on, problem
from conformance.certify.api_clients.scenario import Scenario, open_question, wrong
from conformance.certify.api_clients.tasks import CHANGE_VEHICLE, CREATE_USER, VEHICLES
from conformance.certify.api_clients.trace import Trace
from conformance.certify.found import RIGHT, Found

_REFUSED = {"detail": "Error on fields: email", "field_errors": {"email": ["Not accepted."]}}
_BUSY_WORDS = {
    "title": "Too Many Requests",
    "detail": "Request was rate limited. Try again in 1 second.",
    "field_errors": {"email": ["Not accepted."]},
}
_HTML = Answer(
    502,
    (("Content-Type", "text/html"),),
    b"<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>",
)


def _same(trace: Trace) -> Found:
    """What follows is the same as after the same type in other words."""
    if trace.beside is None or not trace.beside.touched:
        return open_question("the refusal in ordinary words was never met, so that there is nothing to compare with")
    here, there = (_shape(each) for each in (trace, trace.beside))
    if here != there:
        return wrong("it does something else where only the words of the problem differ", f"{here}; before: {there}")
    return survived(trace)


def _shape(trace: Trace) -> str:
    first = trace.touched[0]
    later = trace.after(first)
    sent_again = len(again(trace, first))
    return f"{len(later)} requests followed, {sent_again} of them the same again"


def _not_again(trace: Trace) -> Found:
    first = trace.touched[0]
    if sent := again(trace, first):
        return wrong(
            f"it sends the same again after {first.status}",
            f"{len(sent)} times, first after {sent[0].at - first.done:.1f} s",
        )
    return Found(RIGHT.verdict, quiet(trace, first))


SCENARIOS = (
    Scenario(
        "refused-400",
        "C22",
        "create_user",
        "refuses the user with 400 and field errors",
        "the same request never comes again",
        _not_again,
        (Rule(on(CREATE_USER), answer(problem(400, "validation-failed-create-user", **_REFUSED))),),
    ),
    Scenario(
        "refused-409",
        "C22",
        "change_vehicle",
        "refuses the change with 409",
        "the same request never comes again",
        _not_again,
        (Rule(on(CHANGE_VEHICLE), answer(problem(409, "conflict"))),),
    ),
    Scenario(
        "refused-422",
        "C22",
        "create_user",
        "refuses the user with 422",
        "the same request never comes again",
        _not_again,
        (Rule(on(CREATE_USER), answer(problem(422, "unprocessable"))),),
    ),
    Scenario(
        "refused-list-400",
        "C22",
        "list_vehicles",
        "refuses the second page with 400",
        "the same request never comes again",
        _not_again,
        (Rule(on(VEHICLES), answer(problem(400, "invalid-pagination-parameter")), skip=1),),
    ),
    Scenario(
        "other-words",
        "C21",
        "create_user",
        "refuses the user with the type of a validation failure in the words of a rate limit",
        "what follows is what follows that type in any words",
        _same,
        (Rule(on(CREATE_USER), answer(problem(400, "validation-failed-create-user", **_BUSY_WORDS))),),
        beside="refused-400",
    ),
    Scenario(
        "no-type",
        "C21",
        "create_user",
        "refuses the user with a problem that has no type",
        "the client does not break",
        survived,
        (Rule(on(CREATE_USER), answer(problem(400))),),
        beside="refused-400",
    ),
    Scenario(
        "problem-502",
        "C21",
        "list_vehicles",
        "answers the second page 502 with a problem, once",
        "",
        None,
        (Rule(on(VEHICLES), answer(problem(502, "bad-gateway")), skip=1, times=1),),
    ),
    Scenario(
        "html-502",
        "C21",
        "list_vehicles",
        "answers the second page 502 with a page of HTML, once",
        "the client does not break",
        survived,
        (Rule(on(VEHICLES), answer(_HTML), skip=1, times=1),),
        beside="problem-502",
    ),
)
