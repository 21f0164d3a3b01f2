"""Seeded faults, and the hooks and response changes that they are written with."""

from collections.abc import Callable, Iterable, Mapping
from copy import copy
from dataclasses import dataclass, replace
from typing import Any, Literal
from zlib import crc32

from conformance.mock_server.call import JSON, ServerCall, ServerResponse
from conformance.mock_server.fault_sites import PAGE_SIZE, FaultSite
from conformance.mock_server.hooks import Hook
from conformance.mock_server.problems import PROBLEM_MEDIA_TYPE as PROBLEM
from conformance.model import Operation

__all__ = [
    "UNKNOWN_ULID",
    "FaultSite",
    "InstalledFault",
    "SeededFault",
    "change_records",
    "crash_problem",
    "crash_when",
    "drop_property",
    "edit_property",
    "forget_rule",
    "hook_at",
    "hook_everywhere",
    "match_format",
    "match_type",
    "on_distant_item",
    "on_problem",
    "on_response",
    "open_to_strangers",
    "replace_header",
    "replace_response",
]

UNKNOWN_ULID = "00ZZZZZZZZZZZZZZZZZZZZZZZZ"
"""A ULID that no record has."""


@dataclass(frozen=True, slots=True)
class InstalledFault:
    """A fault installed in one world."""

    hooks: Mapping[str, Hook]
    operations: frozenset[str] | None = None
    """The keys of the operations whose responses it may change; None: any."""
    reporting_operations: frozenset[str] = frozenset()
    """The keys of other operations that a finding may name, such as a write whose effect is missing elsewhere."""


@dataclass(frozen=True, slots=True)
class SeededFault:
    """A fault that can be seeded in the built-in server."""

    requirements: tuple[str, ...]
    """The requirements that must detect it."""
    symptom: str
    """What a client observes."""
    install: Callable[[FaultSite], InstalledFault | None]
    """Installs it in a world, and returns None where there is no place for it."""
    difficulty: Literal["plain", "subtle"] = "plain"
    changes: tuple[str, ...] = ("body",)
    """The parts of responses that it may change: `status`, `headers`, `body`."""
    implies: tuple[str, ...] = ()
    """Other requirements that the same responses break."""
    media_type: str = ""
    """A media type that the description must document."""
    shown_by: Literal["requests", "tokens", "deliveries", "references", "rules", "generated"] = "requests"
    """What shows it: `requests` to each operation, made from the description alone; `tokens` that an application buys
    and ends; `deliveries` of webhooks; `references` to what another user has; values chosen by `rules` in words; or
    values and combinations that are `generated` from the description.
    """
    name: str = ""
    about: str = ""

    @property
    def family(self) -> str:
        """Return the family of the first requirement, such as `EXP`."""
        return self.requirements[0].partition("-")[0]

    def with_name(self, name: str, about: str) -> "SeededFault":
        """Return the same fault with the name of its file and the text of its docstring."""
        return replace(self, name=name, about=about)


def hook_at(operations: Operation | Iterable[Operation] | None, **hooks: Hook) -> InstalledFault | None:
    """Return hooks that act at these operations only; None where there is no operation."""
    keys = frozenset(
        operation.key for operation in ([operations] if isinstance(operations, Operation) else operations or ())
    )

    def guard(hook: Hook) -> Hook:
        def act(call: ServerCall | None, *rest: Any) -> Any:
            return hook(call, *rest) if call is not None and call.operation.key in keys else rest[-1]

        return act

    return InstalledFault({name: guard(hook) for name, hook in hooks.items()}, keys) if keys else None


def hook_everywhere(**hooks: Hook) -> InstalledFault:
    """Return hooks that act at every operation."""
    return InstalledFault(hooks)


def edit_property(name: str, change: Callable[[Any], Any]) -> Hook:
    """Return a hook on `item` that changes a property, unless it is absent, null or an expanded object."""

    def act(_call: ServerCall, _place: Any, data: Any) -> Any:
        value = data.get(name)
        return data if value is None or isinstance(value, dict) else {**data, name: change(value)}

    return act


def forget_rule(operation: str, rule: str) -> Callable[[FaultSite], InstalledFault | None]:
    """Return an installer of the fault that one operation does not enforce a rule that is stated in words."""
    return lambda site: hook_at(
        site.model.operations_by_key.get(operation),
        rule=lambda _call, name, is_enforced: is_enforced and name != rule,
    )


def on_distant_item(hook: Hook, offset: int = PAGE_SIZE + 6) -> Hook:
    """Return a hook on `item` that acts on one item of a list only, far down the walk."""
    return lambda call, place, data: hook(call, place, data) if place.is_listed and place.offset == offset else data


def change_records(
    site: FaultSite,
    names: Iterable[str],
    change: Callable[[dict[str, Any]], Mapping[str, Any]],
    *,
    rare: bool = False,
) -> InstalledFault | None:
    """Return hooks that change every record with these properties, wherever it is shown; None where there is none.

    `change` returns the properties with new values. It gets data in which none of them is null. `rare` leaves two
    records out of three as they are.
    """
    needed = frozenset(names)
    resources = site.find_resources(needed)
    resource = site.pick(resources)

    def act(record: Any, data: Any) -> Any:
        if record.resource != resource or not isinstance(data, dict) or any(data.get(name) is None for name in needed):
            return data
        place = record.parent.path if record.parent else record.path  # a filtered copy of a record has no path
        if rare and crc32(f"{place}{record.key}".encode()) % 3:
            return data
        return {**data, **change(data)}

    if resource is None:
        return None
    return hook_at(
        site.find_readers(resource),
        item=lambda _call, place, data: act(place.record, data),
        nested=lambda _call, _path, record, data: act(record, data),
    )


def on_response(change: Callable[[ServerResponse], Any], *statuses: int) -> Hook:
    """Return a hook on `answer` that changes a response in place, for these statuses (any if none is given)."""

    def act(_call: ServerCall | None, response: ServerResponse) -> ServerResponse:
        if not statuses or response.status in statuses:
            change(response)
        return response

    return act


def on_problem(change: Callable[[dict[str, Any]], dict[str, Any]], *statuses: int) -> Hook:
    """Return a hook on `answer` that replaces problem documents, for these statuses (any if none is given)."""

    def replace_body(response: ServerResponse) -> None:
        if response.media == PROBLEM and isinstance(response.body, dict):
            response.body = change(response.body)

    return on_response(replace_body, *statuses)


def replace_header(name: str, value: str | None) -> Callable[[ServerResponse], None]:
    """Return a change of a response that sets or, with None, removes a header; only where the header is there."""

    def change(response: ServerResponse) -> None:
        if name in response.headers:
            del response.headers[name]
            response.headers |= {} if value is None else {name: value}

    return change


def replace_response(status: int, body: Any = None) -> Callable[[ServerResponse], None]:
    """Return a change of a response that gives it that status and JSON body."""

    def change(response: ServerResponse) -> None:
        response.status, response.body, response.raw, response.media = status, body, None, JSON
        if status >= 400:
            response.media = PROBLEM

    return change


def open_to_strangers(is_trusted: Callable[[ServerCall], bool], *statuses: int) -> Hook:
    """Return a hook on `admit` that lets in whom it should refuse, where a request is trusted.

    `statuses` are those of the refusals that are forgotten: 401 without a good token, 403 without the scope.
    """

    def act(call: ServerCall, problem: Any) -> Any:
        return None if problem and problem.status in statuses and is_trusted(call) else problem

    return act


def crash_when(is_affected: Callable[[ServerCall, ServerResponse], bool]) -> Hook:
    """Return a hook on `answer` that replaces the responses to some calls with 500."""

    def act(call: ServerCall | None, response: ServerResponse) -> ServerResponse:
        if call is None or not is_affected(call, response):
            return response
        failed = copy(response)  # the response may be cached
        replace_response(500, crash_problem())(failed)
        return failed

    return act


def crash_problem() -> dict[str, Any]:
    """Return the problem document of a server that failed."""
    return {"title": "Internal Server Error", "status": 500, "detail": "The server failed."}


def drop_property(name: str) -> Hook:
    """Return a hook on `item` that leaves a property out."""
    return lambda _call, _place, data: {key: value for key, value in data.items() if key != name}


def match_type(*names: str) -> Callable[[str, Mapping[str, Any]], bool]:
    """Return a predicate for properties of these JSON types, without enum and format."""
    return lambda _name, schema: schema.get("type") in names and "enum" not in schema and "format" not in schema


def match_format(*names: str) -> Callable[[str, Mapping[str, Any]], bool]:
    """Return a predicate for properties of these formats."""
    return lambda _name, schema: schema.get("format") in names
