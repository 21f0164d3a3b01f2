"""Reduction of a request that shows a violation: smaller requests that may show it too. Pure.

Parts are removed first, in large chunks and level by level (hierarchical delta debugging, Misherghi and Su 2006); then
values become shorter or nearer to zero. Hypothesis cannot do this: it shrinks its own choices, and existing ids were
put into the request after it had been generated.
"""

import re
from collections.abc import Callable, Generator, Iterator, Mapping
from typing import Any
from urllib.parse import quote, unquote, unquote_plus

import msgspec
from msgspec import UNSET

from conformance.evidence.json_bodies import UNREADABLE, parse_json
from conformance.model import Request
from conformance.model.request_size import measure_request
from conformance.tools.delta_debugging import find_removable, map_search
from conformance.validation.requests import parse_path_variables

Reduction = Generator[Request, bool, "_Tree"]
Path = tuple[str | int, ...]

_KEPT_HEADERS = {"content-type"}
_INTEGER = re.compile(r"-?[1-9][0-9]{0,17}", re.ASCII)
_PLACEHOLDER = re.compile(r"\{[^{}]+\}")
_NO_SEGMENTS = {"", ".", ".."}  # with them, the path is another one
_VALUE = 1  # index of the value in a pair of name and value


def propose_reductions(request: Request) -> Generator[Request, bool, None]:
    """Yield smaller requests; send True for each that shows the same violation, and the next ones build on it."""
    tree = yield from _remove_parts(_Tree.from_request(request))
    yield from _simplify_values(tree)


class _Tree(msgspec.Struct, frozen=True):
    """A request in parts: the pairs of its query and headers as sent, the values of its path, its JSON body."""

    request: Request
    parts: dict[str, Any]

    @classmethod
    def from_request(cls, request: Request) -> "_Tree":
        path, _, query = request.target.partition("?")
        body = parse_json(request.body) if request.body else UNREADABLE
        parts: dict[str, Any] = {
            "query": [pair.partition("=")[::2] for pair in query.split("&") if pair],
            "headers": list(request.headers),
            "path": [
                quote(value, safe="") for value in (parse_path_variables(_template(request), path) or {}).values()
            ],
        }
        return cls(request, parts if body is UNREADABLE else {**parts, "body": body})

    def replace(self, changes: Mapping[Path, Any]) -> "_Tree":
        """Return the tree with new values at some paths; UNSET removes the part at a path."""
        parts = _replace(self.parts, changes, ())
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
        """Yield the paths of all parts that can be removed."""
        yield from (("query", index) for index in range(len(self.parts["query"])))
        names = (name.lower() for name, _ in self.parts["headers"])
        yield from (("headers", index) for index, name in enumerate(names) if name not in _KEPT_HEADERS)
        yield from (path for path, _ in _walk(self.parts.get("body"), ("body",)))

    def values(self) -> Iterator[tuple[Path, Any, Callable[[Any], Any]]]:
        """Yield the path and value of every part that could be simpler, and the function that encodes it there."""
        pairs = ((("query", index, _VALUE), value) for index, (_, value) in enumerate(self.parts["query"]))
        yield from ((path, unquote_plus(value), _encode_in_query) for path, value in pairs)
        leaves = _walk(self.parts.get("body"), ("body",))
        yield from ((path, value, _keep) for path, value in leaves if not isinstance(value, dict | list))
        for index, (name, value) in enumerate(self.parts["headers"]):
            if name.lower() not in _KEPT_HEADERS:
                yield ("headers", index, _VALUE), value, _keep
        yield from (
            (("path", index), unquote(value), _encode_in_path) for index, value in enumerate(self.parts["path"])
        )


def _remove_parts(tree: _Tree) -> Reduction:
    """Remove parts in chunks, outer levels before inner ones."""
    depth = 2
    while paths := [path for path in tree.removable() if len(path) == depth]:
        tree = yield from _remove_level(tree, paths)
        depth += 1
    return tree


def _remove_level(tree: _Tree, paths: list[Path]) -> Reduction:
    def remove(removed: tuple[Path, ...]) -> _Tree:
        return tree.replace(dict.fromkeys(removed, UNSET))

    return remove((yield from map_search(find_removable(paths), lambda removed: remove(removed).request)))


def _simplify_values(tree: _Tree) -> Reduction:
    """Make values simpler one by one, the longest first."""
    for path, value, encode in sorted(tree.values(), key=lambda part: -len(str(part[1]))):
        trials = _simplify(value)
        shows: bool | None = None
        try:
            while True:
                simpler = next(trials) if shows is None else trials.send(shows)
                candidate = tree.replace({path: encode(simpler)})
                is_smaller = measure_request(candidate.request) < measure_request(tree.request)
                is_same_path = path[0] != "path" or simpler not in _NO_SEGMENTS
                shows = is_smaller and is_same_path and (yield candidate.request)
                tree = candidate if shows else tree
        except StopIteration:
            continue
    return tree


Trials = Generator[Any, bool, Any]


def _simplify(value: Any) -> Trials:
    """Yield simpler values of the same JSON type; booleans and null have none."""
    if isinstance(value, str) and _INTEGER.fullmatch(value):
        yield from _simplify_integer(int(value), str)
    elif isinstance(value, str):
        yield from _simplify_text(value)
    elif isinstance(value, float):
        if value.is_integer() or (yield int(value)):
            yield from _simplify_integer(int(value), int)
    elif isinstance(value, int) and not isinstance(value, bool):
        yield from _simplify_integer(value, int)


def _simplify_integer(value: int, make: Callable[[int], Any]) -> Trials:
    sign = -1 if value < 0 else 1
    yield from _search_least(abs(value), lambda number: make(sign * number))


def _simplify_text(text: str) -> Trials:
    """Yield shorter beginnings of a text, then shorter ends of the best beginning, then as many zeros."""
    start = text[: (yield from _search_least(len(text), lambda length: text[:length]))]
    length = yield from _search_least(len(start), lambda length: start[len(start) - length :])
    if length and start != "0" * length:
        yield "0" * length


def _search_least(most: int, make: Callable[[int], Any]) -> Generator[Any, bool, int]:
    """Return the least number up to `most` whose value shows the violation, given that all above it do.

    Small numbers are tried first, in growing steps, then the range in between is halved.
    """
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


def _replace(node: Any, changes: Mapping[Path, Any], at: Path) -> Any:
    if at in changes:
        return changes[at]
    if not isinstance(node, dict | list | tuple):
        return node
    members = node.items() if isinstance(node, dict) else enumerate(node)
    kept = {key: _replace(value, changes, (*at, key)) for key, value in members if changes.get((*at, key)) is not UNSET}
    return kept if isinstance(node, dict) else [*kept.values()]


def _walk(node: Any, at: Path) -> Iterator[tuple[Path, Any]]:
    """Yield every member of a JSON value at any depth, with its path."""
    members = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in members:
        yield (*at, key), value
        yield from _walk(value, (*at, key))


def _template(request: Request) -> str:
    return request.operation.partition(" ")[2]


def _encode_in_query(value: str) -> str:
    return quote(value, safe=":,")


def _encode_in_path(value: str) -> str:
    return quote(value, safe="")


def _keep(value: Any) -> Any:
    return value
