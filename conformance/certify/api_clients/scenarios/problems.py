"""Scenarios of problems: distinguished by type and status, handled in any form, request not repeated (C21, C22)."""

import msgspec

from conformance.certify.api_clients.conditions import (
    BLANK_NEXT_LINK,
    ConditionRule,
    ScenarioContext,
    ScenarioRequest,
    ScenarioResponse,
    build_problem,
    match_operations,
    match_part,
    respond_with,
)
from conformance.certify.api_clients.definitions import (
    ClientEvidence,
    PassiveJudge,
    PassiveVerdict,
    Scenario,
    build_inconclusive,
    build_not_observable,
    build_violation,
)
from conformance.certify.api_clients.tasks import (
    ADD_VEHICLE,
    CHANGE_VEHICLE,
    CREATE_USER,
    LIST_VEHICLES,
    READ_SESSION,
    READ_VEHICLE,
    TASKS,
)
from conformance.certify.api_clients.trace import ProcessEnd, ServerPart, Trace
from conformance.certify.api_clients.trace_comparisons import (
    compare_with_control,
    describe_observation,
    judge_crash,
    list_repeats,
)
from conformance.certify.assessments import PASSED, Assessment
from conformance.model import Level, Verdict

_INVALID_EMAIL = {"detail": "Error on fields: email", "field_errors": {"email": ["Not accepted."]}}
_RATE_LIMIT_TEXT = {
    "title": "Too Many Requests",
    "detail": "Request was rate limited. Try again in 1 second.",
    "field_errors": {"email": ["Not accepted."]},
}
_FEW = 3  # vehicles
_INVALID_REQUEST = ScenarioResponse(400, (("Content-Type", "application/json"),), b'{"error":"invalid_request"}')
_HTML = ScenarioResponse(
    502,
    (("Content-Type", "text/html"),),
    b"<html><head><title>Bad Gateway</title></head><body><h1>Bad Gateway</h1></body></html>",
)


def _judge_same_reaction(trace: Trace) -> Assessment:
    """Require the same requests as after a problem of the same type with other texts."""
    if trace.comparison is None or not trace.comparison.affected_calls:
        return build_inconclusive("the refusal with ordinary texts was never met, so there is nothing to compare with")
    actual, expected = (_describe_reaction(reaction) for reaction in (trace, trace.comparison))
    if actual != expected:
        return build_violation(
            "it reacts differently where only the texts of the problem differ",
            f"{actual}; with ordinary texts: {expected}",
        )
    return judge_crash(trace)


def _describe_reaction(trace: Trace) -> str:
    first = trace.affected_calls[0]
    later = trace.select_calls_after(first)
    repeats = len(list_repeats(trace, first))
    return f"{len(later)} requests followed, {repeats} of them equal to the refused one"


def _judge_html(trace: Trace) -> Assessment:
    """Require that the task is completed, or that the client gives up and says so: the list does not end there."""
    crash = judge_crash(trace)
    if crash.verdict is not Verdict.PASS or not trace.process.is_successful:
        return crash
    complete = compare_with_control(trace)
    if trace.process.end is ProcessEnd.OPERATOR and list_repeats(trace, trace.affected_calls[0]) == ():
        return build_not_observable("whether the client reports that the list is incomplete is not seen from here")
    if complete.verdict is not Verdict.FAIL:
        return complete
    return build_violation("it takes the page of a gateway for the end of the list", complete.message)


def _judge_html_answer(trace: Trace) -> Assessment:
    """Require that the client gives up, or says in its output what it could not do."""
    crash = judge_crash(trace)
    if crash.verdict is not Verdict.PASS or not trace.process.is_successful:
        return crash
    first = trace.affected_calls[0]
    if first.path.rpartition("/")[2] in trace.process.output:
        return PASSED
    if trace.process.end is ProcessEnd.OPERATOR:
        return build_not_observable("whether the client reports the failure is not seen from here")
    return build_violation("it takes the page of a gateway for an answer", f"{first.method} {first.target}")


def _judge_token_refusal(trace: Trace) -> Assessment:
    """Require that a token request is not repeated as it is after 400 (RFC 6749, section 5.2)."""
    first, *later = trace.select_calls(ServerPart.TOKEN)
    repeats = sum(call.body == first.body for call in later)
    return build_violation("it repeats a token request after 400", f"{repeats} times") if repeats else PASSED


async def _fail_at_one_vehicle(request: ScenarioRequest, context: ScenarioContext) -> ScenarioResponse | None:
    if request.target != context.memory.setdefault("failing", request.target):
        return None
    return msgspec.structs.replace(_HTML, status=500, is_affected=True)


async def _show_few_vehicles(request: ScenarioRequest, context: ScenarioContext) -> ScenarioResponse:
    """Send the first vehicles alone, as if there were no others."""
    response = await context.send_to_mock(request)
    if response.status != 200:
        return response
    body = msgspec.json.encode(msgspec.json.decode(response.body)[:_FEW])
    few = response.with_body(body).with_header(("Link", BLANK_NEXT_LINK))
    return msgspec.structs.replace(few, is_affected=False)


def _judge_no_repeat(trace: Trace) -> Assessment:
    first = trace.affected_calls[0]
    if repeats := list_repeats(trace, first, ignores_query=first.method != "GET"):
        return build_violation(
            f"it repeats the request after {first.status}",
            f"{len(repeats)} times, first after {repeats[0].requested_at - first.responded_at:.1f} s",
        )
    return Assessment(PASSED.verdict, describe_observation(trace, first))


def _judge_exit_statuses(everything: ClientEvidence) -> tuple[PassiveVerdict, ...]:
    """Judge the ends of clients that were refused: exit status 0 says that the task was done.

    Where a response was lost or the server failed, a client may know in another way that its task is done.
    """
    return tuple(
        PassiveVerdict(_judge_exit_status(trace), (refused[-1].exchange.id,))
        for trace in everything.traces.values()
        if trace.process.end is ProcessEnd.ENDED and trace.task in TASKS
        if (refused := [call for call in trace.api_calls if 400 <= call.status < 500])
        if all(200 <= call.status < 500 for call in trace.api_calls)
    )


def _judge_exit_status(trace: Trace) -> Assessment:
    lack = TASKS[trace.task].describe_lack(trace)
    if not lack or not trace.process.is_successful:
        return PASSED
    return Assessment(
        Verdict.WARN, "it ends with exit status 0, although it was refused and its task is not done", lack
    )


SCENARIOS = (
    Scenario(
        "refused-400",
        "C22",
        "create_user",
        "refuses the user with 400 and field errors",
        "the request is never repeated",
        _judge_no_repeat,
        (
            ConditionRule(
                match_operations(CREATE_USER),
                respond_with(build_problem(400, "validation-failed-create-user", **_INVALID_EMAIL)),
            ),
        ),
    ),
    Scenario(
        "refused-409",
        "C22",
        "change_vehicle",
        "refuses the change with 409",
        "the request is never repeated",
        _judge_no_repeat,
        (ConditionRule(match_operations(CHANGE_VEHICLE), respond_with(build_problem(409, "conflict"))),),
    ),
    Scenario(
        "refused-422",
        "C22",
        "create_user",
        "refuses the user with 422",
        "the request is never repeated",
        _judge_no_repeat,
        (ConditionRule(match_operations(CREATE_USER), respond_with(build_problem(422, "unprocessable"))),),
    ),
    *(
        Scenario(
            f"refused-{status}",
            "C22",
            "create_user",
            f"refuses the user with {status}",
            "the request is never repeated",
            _judge_no_repeat,
            (ConditionRule(match_operations(CREATE_USER), respond_with(build_problem(status))),),
        )
        for status in (413, 415)
    ),
    Scenario(
        "refused-list-400",
        "C22",
        "list_vehicles",
        "refuses the second page with 400",
        "the request is never repeated",
        _judge_no_repeat,
        (
            ConditionRule(
                match_operations(LIST_VEHICLES),
                respond_with(build_problem(400, "invalid-pagination-parameter")),
                skip=1,
            ),
        ),
    ),
    *(
        Scenario(
            f"refused-{name}",
            "C22",
            task,
            f"refuses {operation} with {status}",
            "the request is never repeated",
            _judge_no_repeat,
            (ConditionRule(match_operations(operation), respond_with(build_problem(status))),),
        )
        for name, task, operation, status in (
            ("addition", "add_vehicle", ADD_VEHICLE, 422),
            ("item-404", "read_session", READ_SESSION, 404),
        )
    ),
    Scenario(
        "refused-token-request",
        "C22",
        "list_vehicles",
        "refuses the token request with 400",
        "the request is never repeated",
        _judge_token_refusal,
        (ConditionRule(match_part(ServerPart.TOKEN), respond_with(_INVALID_REQUEST)),),
        level=Level.SHOULD,  # the documentation speaks of the API alone
    ),
    Scenario(
        "other-words",
        "C21",
        "create_user",
        "refuses the user with the type of a validation failure and the texts of a rate limit",
        "the reaction does not depend on the texts",
        _judge_same_reaction,
        (
            ConditionRule(
                match_operations(CREATE_USER),
                respond_with(build_problem(400, "validation-failed-create-user", **_RATE_LIMIT_TEXT)),
            ),
        ),
        comparison="refused-400",
    ),
    Scenario(
        "no-type",
        "C21",
        "create_user",
        "refuses the user with a problem that has no type",
        "the client does not crash",
        judge_crash,
        (ConditionRule(match_operations(CREATE_USER), respond_with(build_problem(400))),),
        comparison="refused-400",
    ),
    Scenario(
        "html-502",
        "C21",
        "list_vehicles",
        "responds to the second page with 502 and an HTML page, once",
        "the task is completed, or the client gives up",
        _judge_html,
        (ConditionRule(match_operations(LIST_VEHICLES), respond_with(_HTML), skip=1, times=1),),
        comparison="unavailable",
    ),
    Scenario(
        "html-500-item",
        "C21",
        "read_vehicles",
        "responds to the read of one of three vehicles with 500 and an HTML page",
        "the client gives up, or names the vehicle",
        _judge_html_answer,
        (
            ConditionRule(match_operations(LIST_VEHICLES), _show_few_vehicles),
            ConditionRule(match_operations(READ_VEHICLE), _fail_at_one_vehicle, skip=1),
        ),
        comparison="item-unavailable",
    ),
    Scenario(
        "html-502-change",
        "C21",
        "change_vehicle",
        "responds to the change with 502 and an HTML page",
        "the client gives up, or names the vehicle",
        _judge_html_answer,
        (ConditionRule(match_operations(CHANGE_VEHICLE), respond_with(_HTML)),),
        comparison="refused-409",
    ),
)
PASSIVE = (
    PassiveJudge(
        "C21",
        "an exit status other than 0 where a refusal leaves the task undone",
        "no client ended after a refusal",
        _judge_exit_statuses,
    ),
)
