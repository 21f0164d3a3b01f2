"""Scenarios of the ends of lists: nothing is read after the last page (C02)."""

import re

from conformance.certify.api_clients.conditions import (
    ConditionRule,
    ScenarioContext,
    ScenarioRequest,
    ScenarioResponse,
    change_link_header,
    match_operations,
)
from conformance.certify.api_clients.definitions import (
    ClientEvidence,
    PassiveJudge,
    PassiveVerdict,
    Scenario,
    build_inconclusive,
    build_violation,
)
from conformance.certify.api_clients.tasks import LIST_VEHICLES, find_next_link
from conformance.certify.api_clients.trace import ClientCall, ProcessEnd, Trace
from conformance.certify.api_clients.trace_comparisons import decode_target, describe_observation
from conformance.certify.assessments import PASSED, Assessment

_TARGET = re.compile(r"<([^>]*)>")
_PAGING = re.compile(r"page|page_?(number|index|token|after|before)|offset|skip|cursor|starting_after", re.IGNORECASE)


def _judge_stop(trace: Trace) -> Assessment:
    """Judge the requests after a last page: none, unless the client reads the whole list once more."""
    last = next((call for call in trace.affected_calls if not find_next_link(call.response_header("link"))), None)
    if last is None:
        return build_inconclusive("it did not read the last page")
    later = [call for call in trace.select_calls_after(last) if call.path == last.path or "about:blank" in call.target]
    is_whole_walk = (
        bool(later)
        and trace.process.end is not ProcessEnd.FLOOD
        and trace.remove_secrets(later[0]) == trace.remove_secrets(trace.api_calls[0])
        and later[-1].target == last.target
        and len({call.target for call in later}) == len(later)
    )
    if later and not is_whole_walk:
        return build_violation("it sends another request after the last page", f"{later[0].method} {later[0].target}")
    return Assessment(PASSED.verdict, describe_observation(trace, last))


def _judge_ends(everything: ClientEvidence) -> tuple[PassiveVerdict, ...]:
    """Judge what follows the last page of any list: no page that no link leads to."""
    return tuple(
        PassiveVerdict(_judge_end(call, trace), (call.exchange.id,))
        for trace in everything.traces.values()
        for call in trace.api_calls
        if call.status == 200 and _is_last_page(call, everything)
    )


def _is_last_page(call: ClientCall, everything: ClientEvidence) -> bool:
    is_list = call.exchange.request.operation in everything.lists
    return is_list and not find_next_link(call.response_header("link"))


def _judge_end(last: ClientCall, trace: Trace) -> Assessment:
    """Compare what follows with the last page: the same query but for a number or a cursor is a page after it.

    A number or a cursor that some Link header names, back to earlier pages too, leads to none, nor does what was
    requested before.
    """
    sent = {call.target for call in trace.api_calls if call.requested_at <= last.requested_at}
    headers = (call.response_header("link") for call in trace.api_calls)
    links = {target.removeprefix(trace.base_url) for header in headers for target in _TARGET.findall(header)}
    linked = {field for path, fields in map(decode_target, links) if path == last.path for field in fields}
    _, own = decode_target(last.target)
    for call in trace.select_calls_after(last):
        path, fields = decode_target(call.target)
        added = [(name, value) for name, value in fields if (name, value) not in own]
        is_new = path == last.path and call.target not in sent and linked.isdisjoint(added)
        if is_new and added and all(_PAGING.fullmatch(name) for name, _ in added):
            return build_violation("it asks for a page after the last one", f"{call.method} {call.target}")
    return PASSED


async def _end_at_second_page(request: ScenarioRequest, context: ScenarioContext) -> ScenarioResponse | None:
    """Send the second page, or the only one, without a next link: it is as full as the first where there are more."""
    response = await context.send_to_mock(request)
    link = response.get_header("link")
    number = context.memory["pages"] = context.memory.get("pages", 0) + 1
    if response.status != 200 or (number == 1 and find_next_link(link)):
        return response
    return response.with_header(("Link", link.partition(",")[0]))


SCENARIOS = (
    Scenario(
        "last-page-blank",
        "C02",
        "list_vehicles",
        "links about:blank as the page after the last",
        "no request after the last page",
        _judge_stop,
        (ConditionRule(match_operations(LIST_VEHICLES), change_link_header(lambda link, _: link, on_last_page=True)),),
    ),
    Scenario(
        "last-page-no-next",
        "C02",
        "list_vehicles",
        "sends the last page, as full as the others, without a next link",
        "no request after the last page",
        _judge_stop,
        (ConditionRule(match_operations(LIST_VEHICLES), _end_at_second_page),),
    ),
)
PASSIVE = (PassiveJudge("C02", "nothing after the last page", "no list ended", _judge_ends),)
