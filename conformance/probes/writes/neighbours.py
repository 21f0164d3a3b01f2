"""WRT-02 for what exists once below each parent: a PATCH below one parent changes nothing below another one."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from conformance.evidence.differences import ABSENT
from conformance.evidence.outcomes import fail_case, quote_json
from conformance.evidence.responses import OperationResponse
from conformance.evidence.subject import Subject
from conformance.model import Operation
from conformance.probes.toolkit.base import Steps, send
from conformance.probes.toolkit.calls import OperationCall, find_calls
from conformance.probes.writes.stored_values import find_changed_values


def has_neighbours(operation: Operation) -> bool:
    """Return whether an operation acts on what exists once below each member of a collection."""
    return operation.path.count("{") == 1 and not operation.path.endswith("}")


def read_neighbour(reader: OperationCall, subject: Subject) -> Steps[OperationResponse | None]:
    """Return the read of the same thing below another parent; None where there is none."""
    if not has_neighbours(reader.operation):
        return None
    calls = yield from find_calls(reader.operation, subject, 2, reader.identity)
    other = next((call for call in calls if call.path != reader.path), None)
    response = (yield from send(other.operation, other.build_request(fresh=True))) if other else None
    return response if response is not None and response.is_success else None


def find_followers(changed_values: Mapping[str, Any], neighbour: OperationResponse | None) -> Steps[tuple[str, ...]]:
    """Return the names of the written values that the neighbour shows too, and did not before."""
    if neighbour is None:
        return ()
    before, after = neighbour, (yield from _read_again(neighbour))
    return tuple(
        name
        for name, value in changed_values.items()
        if value is not None and not _shows(before, name, value) and _shows(after, name, value)
    )


def judge_followers(
    names: Sequence[str], changed: OperationResponse, original: OperationResponse, neighbour: OperationResponse | None
) -> Steps[None]:
    """Report a neighbour that has followed a change, and its restoration too (WRT-02): another client did neither."""
    if neighbour is None or not names:
        return
    after = yield from _read_again(neighbour)
    followed = [name for name in names if _shows(after, name, original.json[name])]
    if followed:
        message = "a PATCH below one parent changes what is below another one"
        yield fail_case(
            changed, "WRT-02", message, expected="nothing changed there", actual=quote_json(followed),
            pointer=f"/{followed[0]}", also=(neighbour, after),
        )  # fmt: skip


def _read_again(neighbour: OperationResponse) -> Steps[OperationResponse]:
    request = msgspec.structs.replace(neighbour.exchange.request, fresh=True)
    return (yield from send(neighbour.operation, request))


def _shows(response: OperationResponse, name: str, value: Any) -> bool:
    """Return whether a resource shows a value at a property."""
    shown = response.json.get(name, ABSENT) if isinstance(response.json, dict) else ABSENT
    if value is None or shown is None:
        return shown is value
    return shown is not ABSENT and not any(find_changed_values(value, shown))
