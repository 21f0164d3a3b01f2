"""Two versions of one operation: who may call it, what it takes, what it answers."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from conformance.description import pointers
from conformance.description.drift.change import Change, Direction, fixed
from conformance.description.drift.schemas import SchemaDrift

_NAME = re.compile(r"{[^{}]*}")


class Part(msgspec.Struct, frozen=True):
    """An operation with the path item around it; `key` is `GET /evses`."""

    key: str
    item: Mapping[str, Any]
    node: Mapping[str, Any]


class Comparison:
    """Two documents and the comparison of their schemas, which remembers."""

    def __init__(self, old: Mapping[str, Any], new: Mapping[str, Any]) -> None:
        self.old, self.new = old, new
        self.schemas = SchemaDrift(old, new)

    def contents(self, old: Any, new: Any, place: str, direction: Direction) -> Iterator[Change]:
        """Changes between the contents of two bodies or responses."""
        before, after = _content(self.old, old), _content(self.new, new)
        for media in {**before, **after}:
            at = f"{place} {media}"
            if media not in after:
                yield fixed(f"{direction}-media-type-removed", at, direction=direction)
            elif media not in before:
                yield fixed(f"{direction}-media-type-added", at, direction=direction)
            else:
                schemas = (before[media].get("schema", True), after[media].get("schema", True))
                yield from self.schemas.changes(*schemas, at, direction)


def template(path: str) -> str:
    """A path without the names of its parameters."""
    return _NAME.sub("{}", path)


def resolved(document: Mapping[str, Any], node: Any) -> dict[str, Any]:
    """The object behind a chain of references, or the object itself; empty where there is none."""
    while isinstance(node, dict) and isinstance(node.get("$ref"), str):
        node = pointers.resolve(document, node["$ref"])
    return node if isinstance(node, dict) else {}


def changes(both: Comparison, old: Part, new: Part) -> Iterator[Change]:
    """Every change from one version of an operation to the other."""
    yield from _standing(old.node, new.node)
    yield from _security(both, old.node, new.node)
    yield from _parameters(both, old, new)
    yield from _body(both, old.node.get("requestBody"), new.node.get("requestBody"))
    yield from _responses(both, old.node, new.node)


def _standing(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    before, after = bool(old.get("deprecated")), bool(new.get("deprecated"))
    if before is not after:
        yield fixed("operation-deprecated" if after else "operation-reinstated", "operation")
    if old.get("operationId") != new.get("operationId"):
        yield fixed("operation-id-changed", "operation", old=old.get("operationId"), new=new.get("operationId"))


def _security(both: Comparison, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    before, after = _ways(both.old, old), _ways(both.new, new)
    if any(not _admitted(way, after) for way in before):
        yield fixed("security-tightened", "security", old=_told(before), new=_told(after))
    if any(not _admitted(way, before) for way in after):
        yield fixed("security-loosened", "security", old=_told(before), new=_told(after))


_Way = frozenset[tuple[str, str]]


def _ways(document: Mapping[str, Any], node: Mapping[str, Any]) -> list[_Way]:
    """What satisfies an operation: each a set of scheme and scope that a caller must have; an empty set for nothing."""
    needs = node["security"] if "security" in node else document.get("security")
    ways = [
        frozenset((name, scope) for name, scopes in need.items() for scope in ("", *scopes)) for need in needs or [{}]
    ]
    return ways or [frozenset()]


def _admitted(caller: _Way, ways: list[_Way]) -> bool:
    """Whether who has just what one way asks for is let in by any of the others."""
    return any(way <= caller for way in ways)


def _told(ways: list[_Way]) -> list[list[str]]:
    return [sorted(f"{name} {scope}".strip() for name, scope in way) for way in ways]


def _parameters(both: Comparison, old: Part, new: Part) -> Iterator[Change]:
    before, after = _listed(both.old, old), _listed(both.new, new)
    for key in {**before, **after}:
        if key not in after:
            yield fixed("parameter-removed", _place(before[key]))
        elif key not in before:
            rule = "parameter-added-required" if after[key].get("required") else "parameter-added"
            yield fixed(rule, _place(after[key]))
        else:
            yield from _parameter(both, before[key], after[key])


def _listed(document: Mapping[str, Any], part: Part) -> dict[str, dict[str, Any]]:
    """The parameters by place and name; those in the path by their position in it."""
    order = {name.strip("{}"): index for index, name in enumerate(_NAME.findall(part.key))}
    found = {}
    for stated in (*(part.item.get("parameters") or ()), *(part.node.get("parameters") or ())):
        each = resolved(document, stated)
        name = str(each.get("name"))
        known = {"path": str(order.get(name, name)), "header": name.lower()}
        found[f"{each.get('in')} {known.get(str(each.get('in')), name)}"] = each
    return found


def _place(parameter: Mapping[str, Any]) -> str:
    return f"{parameter.get('in')} {parameter.get('name')}"


def _parameter(both: Comparison, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    place = _place(new)
    before, after = bool(old.get("required")), bool(new.get("required"))
    if before is not after:
        yield fixed("parameter-required" if after else "parameter-optional", place)
    if new.get("deprecated") and not old.get("deprecated"):
        yield fixed("parameter-deprecated", place)
    if _style(old) != _style(new):
        yield fixed("parameter-style-changed", place, old=_style(old), new=_style(new))
    if "schema" in old or "schema" in new:
        yield from both.schemas.changes(old.get("schema", True), new.get("schema", True), place, Direction.REQUEST)
    else:
        yield from both.contents(old, new, place, Direction.REQUEST)


def _style(parameter: Mapping[str, Any]) -> list[Any]:
    """How a value is written, defaults filled in (OpenAPI Specification 3.1.0, 4.8.12.2)."""
    usual = "form" if parameter.get("in") in {"query", "cookie"} else "simple"
    style = parameter.get("style", usual)
    return [style, parameter.get("explode", style == "form")]


def _body(both: Comparison, old: Any, new: Any) -> Iterator[Change]:
    before, after = resolved(both.old, old), resolved(both.new, new)
    if before and not after:
        yield fixed("body-removed", "request body")
    elif after and not before:
        yield fixed("body-added-required" if after.get("required") else "body-added", "request body")
    elif before and after:
        if bool(before.get("required")) is not bool(after.get("required")):
            yield fixed("body-required" if after.get("required") else "body-optional", "request body")
        yield from both.contents(before, after, "request body", Direction.REQUEST)


def _responses(both: Comparison, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    before, after = old.get("responses") or {}, new.get("responses") or {}
    for status in {**before, **after}:
        sort = "error" if str(status)[:1] in {"4", "5"} or status == "default" else "success"
        place = f"response {status}"
        if status not in after:
            yield fixed(f"{sort}-removed", place)
        elif status not in before:
            yield fixed(f"{sort}-added", place)
        else:
            one, other = resolved(both.old, before[status]), resolved(both.new, after[status])
            yield from _headers(both, one, other, place)
            yield from both.contents(one, other, place, Direction.RESPONSE)


def _headers(both: Comparison, old: Mapping[str, Any], new: Mapping[str, Any], place: str) -> Iterator[Change]:
    before, after = _header_table(both.old, old), _header_table(both.new, new)
    for key in {**before, **after}:
        name, header = after.get(key) or before[key]
        at = f"{place} header {name}"
        if key not in after:
            yield fixed("header-removed-required" if header.get("required") else "header-removed", at)
        elif key not in before:
            yield fixed("header-added-required" if header.get("required") else "header-added", at)
        else:
            was = before[key][1]
            if bool(was.get("required")) is not bool(header.get("required")):
                yield fixed("header-required" if header.get("required") else "header-optional", at)
            schemas = (was.get("schema", True), header.get("schema", True))
            yield from both.schemas.changes(*schemas, at, Direction.RESPONSE)


def _header_table(document: Mapping[str, Any], response: Mapping[str, Any]) -> dict[str, tuple[str, dict[str, Any]]]:
    headers = response.get("headers") or {}
    return {name.lower(): (name, resolved(document, header)) for name, header in headers.items()}


def _content(document: Mapping[str, Any], node: Any) -> Mapping[str, Any]:
    return resolved(document, node).get("content") or {}
