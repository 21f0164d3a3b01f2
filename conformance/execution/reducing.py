"""Smaller requests that may show the same, each offered when it is known whether the one before did. Pure.

What a request can do without is dropped in large chunks first and level by level (hierarchical delta debugging); then
values become shorter or nearer to zero. Hypothesis minimises choices of its own alone, and an accused request is none
of them any more: ids of what exists were put into it.
"""

import re
from collections.abc import Callable, Generator, Iterator, Mapping
from typing import Any
from urllib.parse import quote, unquote, unquote_plus

import msgspec
from msgspec import UNSET

from conformance.answers import UNREADABLE, parsed
from conformance.minimising import fewest, mapped
from conformance.model import Request
from conformance.validation.wire import path_variables

Steps = Generator[Request, bool, "_Tree"]
Path = tuple[str | int, ...]

_KEPT = {"content-type"}
_INTEGER = re.compile(r"-?[1-9][0-9]{0,17}", re.ASCII)
_PLACEHOLDER = re.compile(r"\{[^{}]+\}")
_VALUE = 1  # where the value stands in a pair of a query or header


def size(request: Request) -> tuple[int, int, str]:
    """How large a request is: parts, then characters, then its text, in which nothing is plainer than a nought."""
    tree = _Tree.of(request)
    text = f"{request.target}\n{request.headers}\n{request.body!r}"
    return sum(1 for _ in tree.removable()), len(text), text.replace("0", "\0")


def reductions(request: Request) -> Generator[Request, bool, None]:
    """Smaller requests, each built on what was told of those before: True where it shows the same."""
    tree = yield from _fewer(_Tree.of(request))
    yield from _plainer(tree)


class _Tree(msgspec.Struct, frozen=True):
    """A request taken apart: pairs of its query and headers as sent, values of its path, its JSON body."""

    request: Request
    parts: dict[str, Any]

    @classmethod
    def of(cls, request: Request) -> "_Tree":
        path, _, query = request.target.partition("?")
        body = parsed(request.body) if request.body else UNREADABLE
        parts: dict[str, Any] = {
            "query": [each.partition("=")[::2] for each in query.split("&") if each],
            "headers": list(request.headers),
            "path": [quote(each, safe="") for each in (path_variables(_template(request), path) or {}).values()],
        }
        return cls(request, parts if body is UNREADABLE else {**parts, "body": body})

    def changed(self, changes: Mapping[Path, Any]) -> "_Tree":
        """With other values at some paths, without what is UNSET there."""
        parts = _changed(self.parts, changes, ())
        path, _, query = self.request.target.partition("?")
        if parts["path"] != self.parts["path"]:
            values = iter(parts["path"])
            path = _PLACEHOLDER.sub(lambda _: next(values), _template(self.request))
        if parts["query"] != self.parts["query"]:
            query = "&".join(f"{name}={value}" for name, value in parts["query"])
        body = msgspec.json.encode(parts["body"]) if "body" in parts else self.request.body
        request = msgspec.structs.replace(
            self.request,
            target=path + (f"?{query}" if query else ""),
            headers=tuple(map(tuple, parts["headers"])),
            body=body if parts.get("body") != self.parts.get("body") else self.request.body,
        )
        return _Tree(request, parts)

    def removable(self) -> Iterator[Path]:
        """Where something stands that can be left out, level by level."""
        yield from (("query", index) for index in range(len(self.parts["query"])))
        names = (name.lower() for name, _ in self.parts["headers"])
        yield from (("headers", index) for index, name in enumerate(names) if name not in _KEPT)
        yield from (path for path, _ in _below(self.parts.get("body"), ("body",)))

    def values(self) -> Iterator[tuple[Path, Any, Callable[[Any], Any]]]:
        """Every value that could be simpler: where it stands, what it is, and how it is written there."""
        pairs = ((("query", index, _VALUE), value) for index, (_, value) in enumerate(self.parts["query"]))
        yield from ((path, unquote_plus(value), _in_query) for path, value in pairs)
        leaves = _below(self.parts.get("body"), ("body",))
        yield from ((path, value, _as_it_is) for path, value in leaves if not isinstance(value, dict | list))
        for index, (name, value) in enumerate(self.parts["headers"]):
            if name.lower() not in _KEPT:
                yield ("headers", index, _VALUE), value, _as_it_is
        yield from ((("path", index), unquote(value), _in_path) for index, value in enumerate(self.parts["path"]))


def _fewer(tree: _Tree) -> Steps:
    """What can be left out, chunk by chunk, from the outside to the inside."""
    depth = 2
    while units := [path for path in tree.removable() if len(path) == depth]:
        tree = yield from _without(tree, units)
        depth += 1
    return tree


def _without(tree: _Tree, units: list[Path]) -> Steps:
    def left(gone: tuple[Path, ...]) -> _Tree:
        return tree.changed(dict.fromkeys(gone, UNSET))

    return left((yield from mapped(fewest(units), lambda gone: left(gone).request)))


def _plainer(tree: _Tree) -> Steps:
    """Simpler values, the longest first."""
    for path, value, written in sorted(tree.values(), key=lambda each: -len(str(each[1]))):
        trials = _simpler(value)
        shows: bool | None = None
        try:
            while True:
                simple = next(trials) if shows is None else trials.send(shows)
                found = tree.changed({path: written(simple)})
                shows = size(found.request) < size(tree.request) and (yield found.request)
                tree = found if shows else tree
        except StopIteration:
            continue
    return tree


Trials = Generator[Any, bool, Any]


def _simpler(value: Any) -> Trials:
    """Simpler values of the same type."""
    if isinstance(value, str) and _INTEGER.fullmatch(value):
        yield from _integers(int(value), str)
    elif isinstance(value, str):
        yield from _texts(value)
    elif isinstance(value, float):
        if value.is_integer() or (yield int(value)):
            yield from _integers(int(value), int)
    elif isinstance(value, int) and not isinstance(value, bool):
        yield from _integers(value, int)


def _integers(value: int, make: Callable[[int], Any]) -> Trials:
    sign = -1 if value < 0 else 1
    yield from _least(abs(value), lambda number: make(sign * number))


def _texts(text: str) -> Trials:
    """Its beginning, the end of that, and last the same in noughts."""
    begun = text[: (yield from _least(len(text), lambda length: text[:length]))]
    length = yield from _least(len(begun), lambda length: begun[len(begun) - length :])
    if length and begun != "0" * length:
        yield "0" * length


def _least(most: int, make: Callable[[int], Any]) -> Generator[Any, bool, int]:
    """The least number that shows the same, where all above it do; found near to zero first."""
    low, high, step = -1, most, 0
    while step < most:
        if (yield make(step)):
            high = step
            break
        low, step = step, max(1, 2 * step)
    while high - low > 1:
        middle = (low + high) // 2
        if (yield make(middle)):
            high = middle
        else:
            low = middle
    return high


def _changed(node: Any, changes: Mapping[Path, Any], at: Path) -> Any:
    if at in changes:
        return changes[at]
    if not isinstance(node, dict | list | tuple):
        return node
    members = node.items() if isinstance(node, dict) else enumerate(node)
    kept = {key: _changed(each, changes, (*at, key)) for key, each in members if changes.get((*at, key)) is not UNSET}
    return kept if isinstance(node, dict) else [*kept.values()]


def _below(node: Any, at: Path) -> Iterator[tuple[Path, Any]]:
    """Every member at any depth, with its path."""
    members = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, each in members:
        yield (*at, key), each
        yield from _below(each, (*at, key))


def _template(request: Request) -> str:
    return request.operation.partition(" ")[2]


def _in_query(value: str) -> str:
    return quote(value, safe=":,")


def _in_path(value: str) -> str:
    return quote(value, safe="")


def _as_it_is(value: Any) -> Any:
    return value
