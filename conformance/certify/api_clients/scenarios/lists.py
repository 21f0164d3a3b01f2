"""Scenarios of lists: only the next link says whether a list goes on (C01)."""

import msgspec

from conformance.certify.api_clients.conditions import (
    Action,
    ConditionRule,
    ScenarioContext,
    ScenarioRequest,
    ScenarioResponse,
    match_operations,
)
from conformance.certify.api_clients.definitions import Scenario, ScenarioJudge, build_inconclusive, build_violation
from conformance.certify.api_clients.tasks import LIST_VEHICLES, TASKS
from conformance.certify.api_clients.trace import Trace
from conformance.certify.api_clients.trace_comparisons import compare_output, compare_with_control
from conformance.certify.assessments import Assessment

_SMALL_PAGE = 3  # items: 22 pages, more than any sensible guard against endless lists allows
_REPEATED_PAGE = 3  # its number


def _remove_items(first: int, last: int | None) -> Action:
    """Return an action that removes items from a page, and keeps its links."""

    async def act(request: ScenarioRequest, context: ScenarioContext) -> ScenarioResponse | None:
        response = await context.send_to_mock(request)
        if response.status != 200:
            return response
        items = msgspec.json.decode(response.body)
        del items[first:last]
        return response.with_body(msgspec.json.encode(items))

    return act


async def _repeat_items(request: ScenarioRequest, context: ScenarioContext) -> ScenarioResponse | None:
    """Begin each page with the last item of the page before it; the third page shows nothing but the second again."""
    response = await context.send_to_mock(request)
    if response.status != 200:
        return response
    items = msgspec.json.decode(response.body)
    number = context.memory["pages"] = context.memory.get("pages", 0) + 1
    earlier: list[object] = context.memory.get("earlier items", [])
    shown = earlier if number == _REPEATED_PAGE else [*earlier[-1:], *items]
    context.memory["earlier items"] = shown
    return response.with_body(msgspec.json.encode(shown)) if number > 1 else response


def set_page_size(request: ScenarioRequest, size: int) -> ScenarioRequest:
    """Return the request for a list with another page size, since a server may send fewer items than requested."""
    path, _, query = request.target.partition("?")
    fields = [field for field in query.split("&") if field and not field.startswith("page_size=")]
    return msgspec.structs.replace(request, target=f"{path}?{'&'.join([*fields, f'page_size={size}'])}")


async def _send_small_pages(request: ScenarioRequest, context: ScenarioContext) -> ScenarioResponse | None:
    response = await context.send_to_mock(set_page_size(request, _SMALL_PAGE))
    return msgspec.structs.replace(response, is_affected=True)


def _judge_small_pages(trace: Trace) -> Assessment:
    """Require that the client reads up to the last page, whose URLs are not those of the control run."""
    if trace.control is None:
        return build_inconclusive("there is no control run to compare with")
    if not trace.process.is_successful:
        return build_violation(f"the client {trace.process.description}")
    if lack := TASKS[trace.task].describe_lack(trace):
        pages = sum(call.status == 200 for call in trace.affected_calls)
        return build_violation("it stops although a next page is linked", f"{lack}, after {pages} pages")
    return compare_output(trace, trace.control)


def _build_scenario(
    name: str, condition: str, rule: ConditionRule, judge: ScenarioJudge = compare_with_control
) -> Scenario:
    return Scenario(
        name,
        "C01",
        "list_vehicles",
        condition,
        "every next link is followed, and every vehicle that is shown is there",
        judge,
        (rule,),
    )


_LIST = match_operations(LIST_VEHICLES)
SCENARIOS = (
    _build_scenario(
        "empty-page",
        "sends the second page without any item, but with a next link",
        ConditionRule(_LIST, _remove_items(0, None), skip=1, times=1),
    ),
    _build_scenario(
        "short-page",
        f"sends {_SMALL_PAGE} vehicles a page, fewer than requested, so that there are many pages",
        ConditionRule(_LIST, _send_small_pages),
        _judge_small_pages,
    ),
    _build_scenario(
        "item-moved",
        "shows the last vehicle of each page again on the next one, and the second page again as the third",
        ConditionRule(_LIST, _repeat_items),
    ),
    _build_scenario(
        "item-removed",
        "sends the second page without its first vehicle, as when it is removed meanwhile",
        ConditionRule(_LIST, _remove_items(0, 1), skip=1, times=1),
    ),
)
