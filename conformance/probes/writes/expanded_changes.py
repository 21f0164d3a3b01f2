"""AFT-02 for expansions: other resources that expand to a changed one show its new values."""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from conformance.evidence.containers import build_pointer, walk_containers
from conformance.evidence.differences import ABSENT
from conformance.evidence.outcomes import fail_case, pass_case, quote_json
from conformance.evidence.responses import OperationResponse
from conformance.evidence.subject import Subject
from conformance.evidence.urls import extract_path, strip_base_url
from conformance.model import Expansion, Operation, ResourceModel, Role
from conformance.probes.toolkit.base import Pause, Steps, send
from conformance.probes.toolkit.calls import OperationCall
from conformance.probes.toolkit.list_membership import LAG_S
from conformance.probes.writes.stored_values import find_changed_values

_REQUIREMENT = "AFT-02"
MAX_PLACES = 4  # lists that are read after a change
_MAX_LISTS = 8  # lists that are looked through for them


class ExpandedList(msgspec.Struct, frozen=True):
    """A list that shows a resource by an expansion."""

    call: OperationCall
    expansion: str

    def read(self) -> Steps[OperationResponse]:
        """Read the list with the expansion again."""
        return (yield from send(self.call.operation, self.call.build_request(("expand", self.expansion), fresh=True)))


def list_expanding_lists(resource: str, model: ResourceModel) -> tuple[tuple[Operation, Expansion], ...]:
    """Return the lists that need no value beside the resource's own path, each with an expansion to the resource."""
    known = model.resources_by_name.get(resource)
    below = known.item_path if known else ""
    return tuple(
        (operation, expansion)
        for operation in model.operations
        if operation.role is Role.LIST
        and not any(p.required and f"{{{p.name}}}" not in below for p in operation.parameters)
        and not operation.user_required
        and ("{" not in operation.path or (below and operation.path.startswith(f"{below}/")))
        for expansion in operation.expansions
        if expansion.target == resource and expansion.resolvable and not expansion.parent
    )


def find_expanding_lists(reader: OperationCall, subject: Subject) -> Steps[tuple[ExpandedList, ...]]:
    """Find the lists that show a resource by an expansion, by their plain reads, which other probes need too."""
    places: list[ExpandedList] = []
    known = subject.model.resources_by_name.get(reader.operation.resource)
    for operation, expansion in list_expanding_lists(reader.operation.resource, subject.model)[:_MAX_LISTS]:
        below = operation.path.removeprefix(known.item_path) if known and "{" in operation.path else ""
        call = OperationCall(operation, f"{reader.path}{below}" if below else operation.path, identity=reader.identity)
        plain = yield from send(operation, call.build_request())
        if any(url == reader.path for url in _list_paths(plain, subject)):
            places.append(ExpandedList(call, expansion.path))
        if len(places) == MAX_PLACES:
            break
    return tuple(places)


def check_expanded(
    named: Mapping[str, Any],
    original: OperationResponse,
    changed: OperationResponse,
    places: tuple[ExpandedList, ...],
    subject: Subject,
) -> Steps[None]:
    """Check that no list that expands to a changed resource shows it as `original` (AFT-02)."""
    path = extract_path(original.exchange.request.target)
    for place in places:
        response = yield from place.read()
        old = _find_old_value(named, original, response, path, subject)
        if old is not None:
            yield Pause(LAG_S)
            response = yield from place.read()
            old = _find_old_value(named, original, response, path, subject)
        if old is not None:
            name, shown, pointer = old
            message = f"expand={place.expansion} shows {name} as it was before the change"
            also, expected = (original, response), quote_json(named[name])
            yield fail_case(
                changed, _REQUIREMENT, message, expected=expected, actual=quote_json(shown), pointer=pointer, also=also
            )
        elif any(_find_expanded(response, path, subject)):
            yield pass_case(changed, _REQUIREMENT)


def _find_old_value(
    named: Mapping[str, Any], original: OperationResponse, after: OperationResponse, path: str, subject: Subject
) -> tuple[str, Any, str] | None:
    """Return a property that shows the value before the change, and not the one written, with its place."""
    for pointer, item in _find_expanded(after, path, subject):
        for name, value in named.items():
            shown = item.get(name, ABSENT)
            is_old = shown == original.json.get(name) and any(find_changed_values({"": value}, {"": shown}))
            if shown is not ABSENT and is_old:
                return name, shown, f"{pointer}/{name}"
    return None


def _find_expanded(response: OperationResponse, path: str, subject: Subject) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the objects in a response that are the resource at a path, each with its pointer."""
    for place, container in walk_containers(response.json if response.is_success else None):
        url = container.get("url") if isinstance(container, dict) else None
        if (
            isinstance(container, dict)
            and isinstance(url, str)
            and strip_base_url(subject.target.base_url, url) == path
        ):
            yield build_pointer(place), container


def _list_paths(response: OperationResponse, subject: Subject) -> Iterator[str | None]:
    """Yield the paths of all links in a response."""
    for _, container in walk_containers(response.json if response.is_success else None):
        for value in container.values() if isinstance(container, dict) else container:
            if isinstance(value, str) and "://" in value:
                yield strip_base_url(subject.target.base_url, value)
