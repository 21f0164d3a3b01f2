"""RUL-09: a list, and a list inside an object, comes in the order that its text states."""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from conformance.checks.base import Check
from conformance.description import Description, prose
from conformance.evidence.containers import build_pointer, list_containers
from conformance.evidence.documented_fields import find_documented_fields
from conformance.evidence.json_bodies import UNREADABLE
from conformance.evidence.outcomes import fail_case, pass_case, quote_json
from conformance.evidence.responses import OperationResponse
from conformance.evidence.stated_order import find_misplacement
from conformance.evidence.subject import Subject
from conformance.model import Outcome, Role, StatedOrder, Verdict

_MAX_COMPLAINTS = 3  # about one body
_WAYS = {
    True: "by {field}, the latest or largest first",
    False: "by {field}, the earliest or smallest first",
    None: "by {field}",
}


@lru_cache(maxsize=512)
def _find_orders(schema: str, description: Description) -> Mapping[str, StatedOrder]:
    """Return the orders that texts below a schema state, by the name of the list; none that is stated in two ways."""
    stated: dict[str, set[StatedOrder | None]] = {}
    for pointer in find_documented_fields(schema, description):
        node = description.resolve(pointer)
        if isinstance(node, Mapping) and _is_array(node):
            texts = (str(text) for text in _list_texts(node))
            found = next((order for text in texts if (order := prose.find_order(text))), None)
            stated.setdefault(pointer.rpartition("/")[2], set()).add(found)
    return {name: order for name, (order, *others) in stated.items() if order and not others}


def _is_array(node: Mapping[str, Any]) -> bool:
    return node.get("type") == "array" or any(
        isinstance(branch, Mapping) and branch.get("type") == "array" for branch in node.get("oneOf") or ()
    )


def _list_texts(node: Mapping[str, Any]) -> Iterator[Any]:
    for holder in (node, *(node.get("oneOf") or ())):
        if isinstance(holder, Mapping) and "description" in holder:
            yield holder["description"]


def check_stated_orders(response: OperationResponse, subject: Subject) -> Iterator[Outcome]:
    """Check the order of a list that was requested without `ordering`, and of every list below it."""
    if not response.is_success or not response.is_own_method or response.json is UNREADABLE:
        return
    outcomes = [
        outcome
        for pointer, objects, order in _list_ordered(response, subject)
        if (outcome := _judge(response, pointer, objects, order))
    ]
    complaints = [outcome for outcome in outcomes if outcome.verdict is Verdict.FAIL]
    yield from complaints[:_MAX_COMPLAINTS] or outcomes[:1]


def _list_ordered(
    response: OperationResponse, subject: Subject
) -> Iterator[tuple[str, list[dict[str, Any]], StatedOrder]]:
    """Yield the lists of objects with a stated order, with their pointers."""
    operation = response.operation
    query = response.exchange.request.target.partition("?")[2]
    is_chosen = operation.ordering is not None and f"{operation.ordering.parameter}=" in query
    if operation.stated_order and not is_chosen:
        for at, members in _list_members(response):
            yield at, [thing for thing in members if isinstance(thing, dict)], operation.stated_order
    orders = _find_orders(operation.item_schema, subject.description) if operation.item_schema else {}
    for path, value in list_containers(response) if orders else ():
        if isinstance(value, list) and path and (order := orders.get(str(path[1]))):
            yield build_pointer(path), [thing for thing in value if isinstance(thing, dict)], order


def _list_members(response: OperationResponse) -> Iterator[tuple[str, list[Any]]]:
    """Yield the list of a list operation, or the lists right below any other body."""
    body, at = response.json, response.operation.items_at
    if response.operation.role is not Role.LIST and isinstance(body, dict):
        yield from ((build_pointer(((), name)), value) for name, value in body.items() if isinstance(value, list))
    elif response.has_list:
        yield (f"/{at}", body[at]) if at else ("", body)


def _judge(
    response: OperationResponse, pointer: str, objects: list[dict[str, Any]], order: StatedOrder
) -> Outcome | None:
    try:
        found = find_misplacement(objects, order)
    except LookupError:
        return None
    if found is None:
        return pass_case(response, "RUL-09")
    return fail_case(
        response,
        "RUL-09",
        f"the list is not in the order that its description states: item {found.position} is misplaced",
        expected=_WAYS[order.is_descending].format(field=order.field or "age"),
        actual=f"{found.field}: {quote_json(found.values[0])} before {quote_json(found.values[1])}",
        pointer=pointer,
    )


CHECKS = (Check(("RUL-09",), check_stated_orders, by_body=True),)
