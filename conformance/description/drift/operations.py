"""The comparison of two versions of an operation: security, parameters, body, responses."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from conformance.description import pointers
from conformance.description.drift.change import DescriptionChange, Direction, build_fixed_change
from conformance.description.drift.schemas import SchemaComparison

_NAME = re.compile(r"{[^{}]*}")


class PathOperation(msgspec.Struct, frozen=True):
    """An operation with the path item around it; `key` is `GET /evses`."""

    key: str
    item: Mapping[str, Any]
    node: Mapping[str, Any]


class DocumentComparison:
    """Two documents and the comparison of their schemas, whose results are remembered."""

    def __init__(self, old: Mapping[str, Any], new: Mapping[str, Any]) -> None:
        self.old, self.new = old, new
        self.schemas = SchemaComparison(old, new)

    def compare_contents(self, old: Any, new: Any, place: str, direction: Direction) -> Iterator[DescriptionChange]:
        """Yield the changes between the contents of two bodies or responses."""
        before, after = _find_content(self.old, old), _find_content(self.new, new)
        for media in {**before, **after}:
            at = f"{place} {media}"
            if media not in after:
                yield build_fixed_change(f"{direction}-media-type-removed", at, direction=direction)
            elif media not in before:
                yield build_fixed_change(f"{direction}-media-type-added", at, direction=direction)
            else:
                schemas = (before[media].get("schema", True), after[media].get("schema", True))
                yield from self.schemas.compare_schemas(*schemas, at, direction)


def normalise_template(path: str) -> str:
    """Return a path with the names of its parameters removed: `/evses/{}`."""
    return _NAME.sub("{}", path)


def resolve_object(document: Mapping[str, Any], node: Any) -> dict[str, Any]:
    """Return the object behind a chain of references, or the object itself; empty if there is none."""
    while isinstance(node, dict) and isinstance(node.get("$ref"), str):
        node = pointers.resolve(document, node["$ref"])
    return node if isinstance(node, dict) else {}


def compare_operations(both: DocumentComparison, old: PathOperation, new: PathOperation) -> Iterator[DescriptionChange]:
    """Yield every change from one version of an operation to the other."""
    yield from _compare_metadata(old.node, new.node)
    yield from _compare_security(both, old.node, new.node)
    yield from _compare_parameters(both, old, new)
    yield from _compare_bodies(both, old.node.get("requestBody"), new.node.get("requestBody"))
    yield from _compare_responses(both, old.node, new.node)


def _compare_metadata(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[DescriptionChange]:
    was_deprecated, is_deprecated = bool(old.get("deprecated")), bool(new.get("deprecated"))
    if was_deprecated is not is_deprecated:
        yield build_fixed_change("operation-deprecated" if is_deprecated else "operation-reinstated", "operation")
    if old.get("operationId") != new.get("operationId"):
        yield build_fixed_change(
            "operation-id-changed", "operation", old=old.get("operationId"), new=new.get("operationId")
        )


def _compare_security(
    both: DocumentComparison, old: Mapping[str, Any], new: Mapping[str, Any]
) -> Iterator[DescriptionChange]:
    before, after = _list_ways(both.old, old), _list_ways(both.new, new)
    if any(not _is_admitted(caller, after) for caller in before):
        yield build_fixed_change("security-tightened", "security", old=_format_ways(before), new=_format_ways(after))
    if any(not _is_admitted(caller, before) for caller in after):
        yield build_fixed_change("security-loosened", "security", old=_format_ways(before), new=_format_ways(after))


_Way = frozenset[tuple[str, str]]


def _list_ways(document: Mapping[str, Any], node: Mapping[str, Any]) -> list[_Way]:
    """Return the ways to be admitted, each a set of (scheme, scope) pairs; an empty set needs no token."""
    needs = node["security"] if "security" in node else document.get("security")
    ways = [
        frozenset((name, scope) for name, scopes in need.items() for scope in ("", *scopes)) for need in needs or [{}]
    ]
    return ways or [frozenset()]


def _is_admitted(caller: _Way, ways: list[_Way]) -> bool:
    """Return whether a caller with exactly the scopes of one way is admitted by any of `ways`."""
    return any(way <= caller for way in ways)


def _format_ways(ways: list[_Way]) -> list[list[str]]:
    return [sorted(f"{name} {scope}".strip() for name, scope in way) for way in ways]


def _compare_parameters(
    both: DocumentComparison, old: PathOperation, new: PathOperation
) -> Iterator[DescriptionChange]:
    before, after = _index_parameters(both.old, old), _index_parameters(both.new, new)
    for key in {**before, **after}:
        if key not in after:
            yield build_fixed_change("parameter-removed", _format_place(before[key]))
        elif key not in before:
            rule = "parameter-added-required" if after[key].get("required") else "parameter-added"
            yield build_fixed_change(rule, _format_place(after[key]))
        else:
            yield from _compare_parameter(both, before[key], after[key])


def _index_parameters(document: Mapping[str, Any], part: PathOperation) -> dict[str, dict[str, Any]]:
    """Return the parameters by place and name; those in the path by their position in it."""
    order = {name.strip("{}"): index for index, name in enumerate(_NAME.findall(part.key))}
    parameters = {}
    for stated in (*(part.item.get("parameters") or ()), *(part.node.get("parameters") or ())):
        parameter = resolve_object(document, stated)
        name = str(parameter.get("name"))
        identities = {"path": str(order.get(name, name)), "header": name.lower()}
        parameters[f"{parameter.get('in')} {identities.get(str(parameter.get('in')), name)}"] = parameter
    return parameters


def _format_place(parameter: Mapping[str, Any]) -> str:
    return f"{parameter.get('in')} {parameter.get('name')}"


def _compare_parameter(
    both: DocumentComparison, old: Mapping[str, Any], new: Mapping[str, Any]
) -> Iterator[DescriptionChange]:
    place = _format_place(new)
    was_required, is_required = bool(old.get("required")), bool(new.get("required"))
    if was_required is not is_required:
        yield build_fixed_change("parameter-required" if is_required else "parameter-optional", place)
    if new.get("deprecated") and not old.get("deprecated"):
        yield build_fixed_change("parameter-deprecated", place)
    if _find_style(old) != _find_style(new):
        yield build_fixed_change("parameter-style-changed", place, old=_find_style(old), new=_find_style(new))
    if "schema" in old or "schema" in new:
        yield from both.schemas.compare_schemas(
            old.get("schema", True), new.get("schema", True), place, Direction.REQUEST
        )
    else:
        yield from both.compare_contents(old, new, place, Direction.REQUEST)


def _find_style(parameter: Mapping[str, Any]) -> list[Any]:
    """Return style and explode of a parameter, defaults filled in (OpenAPI Specification 3.1.0, 4.8.12.2)."""
    usual = "form" if parameter.get("in") in {"query", "cookie"} else "simple"
    style = parameter.get("style", usual)
    return [style, parameter.get("explode", style == "form")]


def _compare_bodies(both: DocumentComparison, old: Any, new: Any) -> Iterator[DescriptionChange]:
    before, after = resolve_object(both.old, old), resolve_object(both.new, new)
    if before and not after:
        yield build_fixed_change("body-removed", "request body")
    elif after and not before:
        yield build_fixed_change("body-added-required" if after.get("required") else "body-added", "request body")
    elif before and after:
        if bool(before.get("required")) is not bool(after.get("required")):
            yield build_fixed_change("body-required" if after.get("required") else "body-optional", "request body")
        yield from both.compare_contents(before, after, "request body", Direction.REQUEST)


def _compare_responses(
    both: DocumentComparison, old: Mapping[str, Any], new: Mapping[str, Any]
) -> Iterator[DescriptionChange]:
    before, after = old.get("responses") or {}, new.get("responses") or {}
    for status in {**before, **after}:
        kind = "error" if str(status)[:1] in {"4", "5"} or status == "default" else "success"
        place = f"response {status}"
        if status not in after:
            yield build_fixed_change(f"{kind}-removed", place)
        elif status not in before:
            yield build_fixed_change(f"{kind}-added", place)
        else:
            old_response, new_response = (
                resolve_object(both.old, before[status]),
                resolve_object(both.new, after[status]),
            )
            yield from _compare_headers(both, old_response, new_response, place)
            yield from both.compare_contents(old_response, new_response, place, Direction.RESPONSE)


def _compare_headers(
    both: DocumentComparison, old: Mapping[str, Any], new: Mapping[str, Any], place: str
) -> Iterator[DescriptionChange]:
    before, after = _index_headers(both.old, old), _index_headers(both.new, new)
    for key in {**before, **after}:
        name, header = after.get(key) or before[key]
        at = f"{place} header {name}"
        if key not in after:
            yield build_fixed_change("header-removed-required" if header.get("required") else "header-removed", at)
        elif key not in before:
            yield build_fixed_change("header-added-required" if header.get("required") else "header-added", at)
        else:
            old_header = before[key][1]
            if bool(old_header.get("required")) is not bool(header.get("required")):
                yield build_fixed_change("header-required" if header.get("required") else "header-optional", at)
            schemas = (old_header.get("schema", True), header.get("schema", True))
            yield from both.schemas.compare_schemas(*schemas, at, Direction.RESPONSE)


def _index_headers(document: Mapping[str, Any], response: Mapping[str, Any]) -> dict[str, tuple[str, dict[str, Any]]]:
    headers = response.get("headers") or {}
    return {name.lower(): (name, resolve_object(document, header)) for name, header in headers.items()}


def _find_content(document: Mapping[str, Any], node: Any) -> Mapping[str, Any]:
    return resolve_object(document, node).get("content") or {}
