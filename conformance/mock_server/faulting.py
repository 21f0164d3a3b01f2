"""What a seeded fault is, and how it finds its place in a world: by what an operation does, never by its name.

The place is drawn from the world's seed and the fault's name, so that the same seed gives the same server.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, TypeVar

from conformance.mock_server.call import JSON, Answer, Call
from conformance.mock_server.problems import MEDIA as PROBLEM
from conformance.mock_server.seams import Hook
from conformance.mock_server.world.build import World
from conformance.mock_server.world.store import Record
from conformance.model import Effect, Expansion, Filter, LinkKind, Operation, Operator, Role, Scheme

T = TypeVar("T")

NEVER_THERE = "00ZZZZZZZZZZZZZZZZZZZZZZZZ"
PAGE = 25
_TRIED = frozenset({Effect.NONE, Effect.WRITE})  # what a run before the profile deep may write to


@dataclass(frozen=True, slots=True)
class Planted:
    """A fault in its place. `operations` are the keys of those whose answers it may change; None: any.

    `told` are others that a finding may name: a write whose effect is missing elsewhere.
    """

    hooks: Mapping[str, Hook]
    operations: frozenset[str] | None = None
    told: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault. `trips` names the requirements that must notice it; `seen` says what a client sees.

    `implies` names other requirements that the same answers break, wherever they are held to them as well.
    `changes` are the parts of answers that it may touch: `status`, `headers`, `body`. `needs` is a media type that a
    description must document for there to be a place.
    """

    trips: tuple[str, ...]
    seen: str
    plant: "Callable[[Site], Planted | None]"
    difficulty: Literal["plain", "subtle"] = "plain"
    changes: tuple[str, ...] = ("body",)
    implies: tuple[str, ...] = ()
    needs: str = ""
    name: str = ""
    about: str = ""

    @property
    def family(self) -> str:
        """The family of the first requirement, as `EXP`."""
        return self.trips[0].partition("-")[0]

    def named(self, name: str, about: str) -> "Fault":
        """The same fault under its file's name, with its docstring."""
        return replace(self, name=name, about=about)


def at(place: Operation | Iterable[Operation] | None, **hooks: Hook) -> Planted | None:
    """Hooks that act at some operations only; None where there is no place."""
    operations = [place] if isinstance(place, Operation) else list(place or ())
    keys = frozenset(each.key for each in operations)

    def guarded(hook: Hook) -> Hook:
        def act(call: Call | None, *rest: Any) -> Any:
            return hook(call, *rest) if call is not None and call.operation.key in keys else rest[-1]

        return act

    return Planted({name: guarded(hook) for name, hook in hooks.items()}, keys) if keys else None


def anywhere(**hooks: Hook) -> Planted:
    """Hooks that act at every operation."""
    return Planted(hooks)


def edit(name: str, change: Callable[[Any], Any]) -> Hook:
    """A hook on `item` that changes one property where it is there, not null and no expanded object."""

    def act(_call: Call, _place: Any, data: Any) -> Any:
        value = data.get(name)
        return data if value is None or isinstance(value, dict) else {**data, name: change(value)}

    return act


def deep(hook: Hook, offset: int = PAGE + 6) -> Hook:
    """A hook on `item` that acts on one item of a list, far down the walk."""
    return lambda call, place, data: hook(call, place, data) if place.listed and place.offset == offset else data


class Site:
    """Where a fault may be planted: operations of one world by what they do."""

    def __init__(self, world: World, name: str) -> None:
        self.world = world
        self.model = world.shape.model
        self._rng = world.rng("fault", name)

    def pick(self, options: Iterable[T]) -> T | None:
        """One of the options, the same for the same seed; None where there is none."""
        found = list(options)
        return self._rng.choice(found) if found else None

    def count(self, operation: Operation) -> int:
        """How many records an operation may show, all parents together; 0 for plain answers."""
        return self.world.store.count(operation.resource) if operation.resource in self.world.shape.resources else 0

    def count_of(self, resource: str) -> int:
        """How many records of a resource there are."""
        return self.world.store.count(resource)

    def beside(self, record: Record) -> list[Record]:
        """The other records of the same collection."""
        collection = self.world.store.collection(record.resource, record.parent.path if record.parent else "")
        return [each for each in collection if each is not record]

    def of_role(self, *roles: Role) -> list[Operation]:
        """Operations of these roles whose resource has records."""
        return [each for each in self.model.operations if each.role in roles and self.count(each)]

    def lists(self, least: int = 2) -> list[Operation]:
        """Lists at the root with so many members that need no parameter."""
        found = [each for each in self.of_role(Role.LIST) if self.count(each) >= least and "{" not in each.path]
        return [each for each in found if not any(p.required for p in each.parameters) and not each.user_required]

    def paged(self, *schemes: Scheme, least: int = 2 * PAGE) -> list[Operation]:
        """Root lists of several pages at the default size."""
        return [
            each
            for each in self.lists(least)
            if each.pagination and each.pagination.size and (not schemes or each.pagination.scheme in schemes)
        ]

    def items(self) -> list[Operation]:
        """Reads of one member of a root collection by its id."""
        resources = self.world.shape.resources
        found = [each for each in self.of_role(Role.ITEM) if not resources[each.resource].parent]
        return [each for each in found if resources[each.resource].prefix and self.count(each) > 1]

    def expansions(
        self, *roles: Role, depth: int = 1, many: bool = False, least: int = 2
    ) -> list[tuple[Operation, Expansion]]:
        """Expansions that change something: at the first level or deeper, of a link or of several."""
        found = []
        for operation in self.of_role(*(roles or (Role.LIST, Role.ITEM))):
            if "{" in operation.path.rpartition("/")[0] or self.count(operation) < least or operation.user_required:
                continue
            for each in operation.expansions:
                levels = each.path.count(".") + 1
                if (
                    each.resolvable
                    and each.target
                    and each.many is many
                    and levels == depth
                    and self._linked(operation, each)
                ):
                    found.append((operation, each))
        return found

    def _linked(self, operation: Operation, expansion: Expansion) -> bool:
        """Whether the first record of the operation holds the link at the first level."""
        head = expansion.path.partition(".")[0]
        records = list(self.world.store.all(operation.resource))
        return bool(records) and isinstance(records[0].data.get(head), str | list) and bool(records[0].data.get(head))

    def filters(self, *operators: Operator, least: int = 5) -> list[tuple[Operation, Filter]]:
        """Filters on a field of a root list, with these operators (any without)."""
        return [
            (operation, each)
            for operation in self.lists(least)
            for each in operation.filters
            if each.field and "[]" not in each.field and (not operators or each.operator in operators)
        ]

    def dividing_filters(self) -> list[tuple[Operation, Filter]]:
        """Filters by equality with a value that several records share and others do not."""
        found = []
        for operation, each in self.filters(Operator.EQ, least=12):
            values = [str(record.data.get(each.field)) for record in self.world.store.all(operation.resource)]
            if values[0] != "None" and 4 <= values.count(values[0]) < len(values):
                found.append((operation, each))
        return found

    def secured(self, *roles: Role) -> list[Operation]:
        """Operations that need a scope, of these roles (lists and members without)."""
        found = self.of_role(*(roles or (Role.LIST, Role.ITEM)))
        return [
            each
            for each in found
            if each.secured and each.scopes and not any(p.required and p.location == "query" for p in each.parameters)
        ]

    def owned(self, *roles: Role) -> list[Operation]:
        """Operations at the root on things that belong to users."""
        owned = self.world.shape.owned - {self.world.shape.principal}
        return [each for each in self.of_role(*roles) if each.resource in owned and each.path.count("{") <= 1]

    def properties(self, operation: Operation) -> dict[str, dict[str, Any]]:
        """The documented properties of an item, folded."""
        if not operation.item_schema:
            return {}
        flat = self.world.nursery.flat
        schema = flat(self.world.description.resolve(operation.item_schema))
        return {name: flat(each) for name, each in schema.get("properties", {}).items()}

    def with_property(
        self, operations: Iterable[Operation], fits: Callable[[str, Mapping[str, Any]], bool]
    ) -> list[tuple[Operation, str]]:
        """Operations and the names of properties that fit and hold something in all records looked at."""
        found = []
        for operation in operations:
            records = list(self.world.store.all(operation.resource))[:40]
            for name, schema in self.properties(operation).items():
                if fits(name, schema) and records and all(each.data.get(name) is not None for each in records):
                    found.append((operation, name))
        return found

    def links(
        self, operations: Iterable[Operation], *kinds: LinkKind, many: bool = False
    ) -> list[tuple[Operation, str]]:
        """Operations and the names of links at the first level that hold something in their first record."""
        found = []
        for operation in operations:
            first = next(iter(self.world.store.all(operation.resource)), None)
            for link in self.world.shape.links(operation.resource) if first else ():
                kind = link.kind in (kinds or (LinkKind.ITEM,)) and link.many is many and "." not in link.path
                if kind and first is not None and first.data.get(link.path) and link.path in self.properties(operation):
                    found.append((operation, link.path))
        return found

    def bodies(self, *roles: Role) -> list[Operation]:
        """Writes with a JSON body on things that exist, where neither hardware nor money is at the other end."""
        found = [each for each in self.of_role(*(roles or (Role.CREATE, Role.UPDATE))) if each.effect in _TRIED]
        return [each for each in found if each.body and each.body.media and each.body.media[0].schema]

    def writable(self, operation: Operation) -> dict[str, dict[str, Any]]:
        """The properties of a write's body that are not read-only, folded."""
        flat = self.world.nursery.flat
        if operation.body is None or not operation.body.media or not operation.body.media[0].schema:
            return {}
        schema = flat(self.world.description.resolve(operation.body.media[0].schema))
        found = {name: flat(each) for name, each in schema.get("properties", {}).items()}
        return {name: each for name, each in found.items() if not each.get("readOnly")}


def on_answer(change: Callable[[Answer], Any], *statuses: int) -> Hook:
    """A hook on `answer` that changes it in place, where its status is one of those (any without)."""

    def act(_call: Call | None, answer: Answer) -> Answer:
        if not statuses or answer.status in statuses:
            change(answer)
        return answer

    return act


def on_problem(change: Callable[[dict[str, Any]], dict[str, Any]], *statuses: int) -> Hook:
    """A hook on `answer` that replaces problem documents of these statuses (any without)."""

    def replace_body(answer: Answer) -> None:
        if answer.media == PROBLEM and isinstance(answer.body, dict):
            answer.body = change(answer.body)

    return on_answer(replace_body, *statuses)


def set_header(name: str, value: str | None) -> Callable[[Answer], None]:
    """A change of an answer: a header gets that value, or goes away; only where it is there."""

    def change(answer: Answer) -> None:
        if name in answer.headers:
            del answer.headers[name]
            answer.headers |= {} if value is None else {name: value}

    return change


def becomes(status: int, body: Any = None) -> Callable[[Answer], None]:
    """A change of an answer: it gets that status and JSON body."""

    def change(answer: Answer) -> None:
        answer.status, answer.body, answer.raw, answer.media = status, body, None, JSON
        if status >= 400:
            answer.media = PROBLEM

    return change


def crash() -> dict[str, Any]:
    """The problem document of a server that failed."""
    return {"title": "Internal Server Error", "status": 500, "detail": "The server failed."}


def without(name: str) -> Hook:
    """A hook on `item` that leaves a property out."""
    return lambda _call, _place, data: {key: value for key, value in data.items() if key != name}


def kind(*names: str) -> Callable[[str, Mapping[str, Any]], bool]:
    """Fits properties of these JSON types alone."""
    return lambda _name, schema: schema.get("type") in names and "enum" not in schema and "format" not in schema


def form(*names: str) -> Callable[[str, Mapping[str, Any]], bool]:
    """Fits properties of these formats."""
    return lambda _name, schema: schema.get("format") in names
