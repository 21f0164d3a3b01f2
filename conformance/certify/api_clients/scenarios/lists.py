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
from conformance.certify.api_clients.definitions import Scenario
from conformance.certify.api_clients.tasks import LIST_VEHICLES
from conformance.certify.api_clients.trace_comparisons import compare_with_control


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


async def _repeat_item(request: ScenarioRequest, context: ScenarioContext) -> ScenarioResponse | None:
    """Begin each page with the last item of the page before it, as when an item was added in between."""
    response = await context.send_to_mock(request)
    if response.status != 200:
        return response
    items = msgspec.json.decode(response.body)
    earlier = context.memory.get("last item")
    context.memory["last item"] = items[-1] if items else earlier
    return response.with_body(msgspec.json.encode([earlier, *items])) if earlier else response


def _build_scenario(name: str, condition: str, rule: ConditionRule) -> Scenario:
    return Scenario(
        name,
        "C01",
        "list_vehicles",
        condition,
        "every next link is followed, and every vehicle that is shown is there",
        compare_with_control,
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
        "sends the first page with fewer items than requested, and with a next link",
        ConditionRule(_LIST, _remove_items(3, None), times=1),
    ),
    _build_scenario(
        "item-moved",
        "shows the last vehicle of each page again on the next page, as when one is added meanwhile",
        ConditionRule(_LIST, _repeat_item),
    ),
    _build_scenario(
        "item-removed",
        "sends the second page without its first vehicle, as when it is removed meanwhile",
        ConditionRule(_LIST, _remove_items(0, 1), skip=1, times=1),
    ),
)
