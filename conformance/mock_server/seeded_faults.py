"""Seeded faults, and the hooks and response changes that they are written with."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from conformance.mock_server.call import JSON, Answer, Call
from conformance.mock_server.fault_sites import PAGE, Site
from conformance.mock_server.hooks import Hook
from conformance.mock_server.problems import MEDIA as PROBLEM
from conformance.model import Operation

__all__ = [
    "NEVER_THERE",
    "Fault",
    "Planted",
    "Site",
    "anywhere",
    "at",
    "becomes",
    "crash",
    "deep",
    "edit",
    "form",
    "kind",
    "on_answer",
    "on_problem",
    "set_header",
    "without",
]

NEVER_THERE = "00ZZZZZZZZZZZZZZZZZZZZZZZZ"
"""A ULID that no record has."""


@dataclass(frozen=True, slots=True)
class Planted:
    """A fault installed in one world."""

    hooks: Mapping[str, Hook]
    operations: frozenset[str] | None = None
    """The keys of the operations whose responses it may change; None: any."""
    told: frozenset[str] = frozenset()
    """The keys of other operations that a finding may name, such as a write whose effect is missing elsewhere."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault that can be seeded in the built-in server."""

    trips: tuple[str, ...]
    """The requirements that must detect it."""
    seen: str
    """What a client observes."""
    plant: Callable[[Site], Planted | None]
    """Installs it in a world, and returns None where there is no place for it."""
    difficulty: Literal["plain", "subtle"] = "plain"
    changes: tuple[str, ...] = ("body",)
    """The parts of responses that it may change: `status`, `headers`, `body`."""
    implies: tuple[str, ...] = ()
    """Other requirements that the same responses break."""
    needs: str = ""
    """A media type that the description must document."""
    name: str = ""
    about: str = ""

    @property
    def family(self) -> str:
        """The family of the first requirement, such as `EXP`."""
        return self.trips[0].partition("-")[0]

    def named(self, name: str, about: str) -> "Fault":
        """Return the same fault with the name of its file and the text of its docstring."""
        return replace(self, name=name, about=about)


def at(place: Operation | Iterable[Operation] | None, **hooks: Hook) -> Planted | None:
    """Return hooks that act at these operations only; None where there is no operation."""
    keys = frozenset(operation.key for operation in ([place] if isinstance(place, Operation) else place or ()))

    def guard(hook: Hook) -> Hook:
        def act(call: Call | None, *rest: Any) -> Any:
            return hook(call, *rest) if call is not None and call.operation.key in keys else rest[-1]

        return act

    return Planted({name: guard(hook) for name, hook in hooks.items()}, keys) if keys else None


def anywhere(**hooks: Hook) -> Planted:
    """Return hooks that act at every operation."""
    return Planted(hooks)


def edit(name: str, change: Callable[[Any], Any]) -> Hook:
    """Return a hook on `item` that changes a property, unless it is absent, null or an expanded object."""

    def act(_call: Call, _place: Any, data: Any) -> Any:
        value = data.get(name)
        return data if value is None or isinstance(value, dict) else {**data, name: change(value)}

    return act


def deep(hook: Hook, offset: int = PAGE + 6) -> Hook:
    """Return a hook on `item` that acts on one item of a list only, far down the walk."""
    return lambda call, place, data: hook(call, place, data) if place.listed and place.offset == offset else data


def on_answer(change: Callable[[Answer], Any], *statuses: int) -> Hook:
    """Return a hook on `answer` that changes a response in place, for these statuses (any if none is given)."""

    def act(_call: Call | None, response: Answer) -> Answer:
        if not statuses or response.status in statuses:
            change(response)
        return response

    return act


def on_problem(change: Callable[[dict[str, Any]], dict[str, Any]], *statuses: int) -> Hook:
    """Return a hook on `answer` that replaces problem documents, for these statuses (any if none is given)."""

    def replace_body(response: Answer) -> None:
        if response.media == PROBLEM and isinstance(response.body, dict):
            response.body = change(response.body)

    return on_answer(replace_body, *statuses)


def set_header(name: str, value: str | None) -> Callable[[Answer], None]:
    """Return a change of a response that sets or, with None, removes a header; only where the header is there."""

    def change(response: Answer) -> None:
        if name in response.headers:
            del response.headers[name]
            response.headers |= {} if value is None else {name: value}

    return change


def becomes(status: int, body: Any = None) -> Callable[[Answer], None]:
    """Return a change of a response that gives it that status and JSON body."""

    def change(response: Answer) -> None:
        response.status, response.body, response.raw, response.media = status, body, None, JSON
        if status >= 400:
            response.media = PROBLEM

    return change


def crash() -> dict[str, Any]:
    """Return the problem document of a server that failed."""
    return {"title": "Internal Server Error", "status": 500, "detail": "The server failed."}


def without(name: str) -> Hook:
    """Return a hook on `item` that leaves a property out."""
    return lambda _call, _place, data: {key: value for key, value in data.items() if key != name}


def kind(*names: str) -> Callable[[str, Mapping[str, Any]], bool]:
    """Return a predicate for properties of these JSON types, without enum and format."""
    return lambda _name, schema: schema.get("type") in names and "enum" not in schema and "format" not in schema


def form(*names: str) -> Callable[[str, Mapping[str, Any]], bool]:
    """Return a predicate for properties of these formats."""
    return lambda _name, schema: schema.get("format") in names
