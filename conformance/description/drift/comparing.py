"""Two descriptions laid side by side: what changed, with the operations that each change reaches."""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from conformance.description.description import Description
from conformance.description.drift import operations
from conformance.description.drift.change import Change, Direction, Severity, fixed
from conformance.description.drift.operations import Comparison, Part
from conformance.description.operations import METHODS
from conformance.errors import DescriptionError

_GRAVITY = {severity: index for index, severity in enumerate(Severity)}


def drift(old: Description, new: Description) -> tuple[Change, ...]:
    """What changed from one description to another, what breaks clients first, then what breaks servers.

    Raises DescriptionError where one of them is not built as OpenAPI has it.
    """
    merged: dict[bytes, tuple[Change, dict[str, None]]] = {}
    try:
        for operation, change in _changes(Comparison(old.document, new.document)):
            key = msgspec.json.encode(change)
            merged.setdefault(key, (change, {}))[1].update({operation: None} if operation else {})
    except (AttributeError, IndexError, KeyError, TypeError, ValueError) as fault:
        raise DescriptionError(
            f"{old.source} and {new.source} cannot be compared: one is not built as OpenAPI 3.1 has it ({fault!r}).",
            hint="`evconform description lint` tells what is wrong with each.",
        ) from fault
    changes = [msgspec.structs.replace(change, operations=tuple(reached)) for change, reached in merged.values()]
    return tuple(sorted(changes, key=lambda each: (_GRAVITY[each.client], _GRAVITY[each.server])))


def _changes(both: Comparison) -> Iterator[tuple[str, Change]]:
    """Each change with the operation that it is found at, empty for the whole API."""
    yield from (("", change) for change in _servers(both.old, both.new))
    yield from (("", change) for change in _flows(both.old, both.new))
    before, after = _keyed(both.old), _keyed(both.new)
    for key in {**before, **after}:
        if key not in after:
            yield before[key].key, fixed("operation-removed", before[key].key)
        elif key not in before:
            yield after[key].key, fixed("operation-added", after[key].key)
        else:
            yield from ((after[key].key, each) for each in operations.changes(both, before[key], after[key]))
    yield from _webhooks(both)


def _keyed(document: Mapping[str, Any]) -> dict[str, Part]:
    """Operations by method and template; the names of path parameters are nobody's business."""
    found = {}
    for path, stated in (document.get("paths") or {}).items():
        item = operations.resolved(document, stated)
        for method in METHODS:
            if isinstance(item.get(method), dict):
                part = Part(f"{method.upper()} {path}", item, item[method])
                found[f"{method} {operations.template(path)}"] = part
    return found


def _servers(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    before, after = ({str(each.get("url")) for each in document.get("servers") or ()} for document in (old, new))
    yield from (fixed("server-removed", url) for url in sorted(before - after))
    yield from (fixed("server-added", url) for url in sorted(after - before))


def _flows(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    before, after = _flow_table(old), _flow_table(new)
    for name in sorted(before.keys() & after.keys()):
        one, other = before[name], after[name]
        for word in ("tokenUrl", "authorizationUrl"):
            if one.get(word) != other.get(word):
                yield fixed("token-url-changed", f"{name} {word}", old=one.get(word), new=other.get(word))
        scopes, others = set(one.get("scopes") or ()), set(other.get("scopes") or ())
        yield from (fixed("scope-removed", f"{name} {scope}") for scope in sorted(scopes - others))
        yield from (fixed("scope-added", f"{name} {scope}") for scope in sorted(others - scopes))


def _flow_table(document: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    schemes = (document.get("components") or {}).get("securitySchemes") or {}
    return {
        f"{name} {flow}": value for name, each in schemes.items() for flow, value in (each.get("flows") or {}).items()
    }


def _webhooks(both: Comparison) -> Iterator[tuple[str, Change]]:
    """Deliveries: their bodies travel to the client."""
    before, after = both.old.get("webhooks") or {}, both.new.get("webhooks") or {}
    for name in sorted({**before, **after}):
        key = f"webhook {name}"
        if name not in after:
            yield key, fixed("webhook-removed", name)
        elif name not in before:
            yield key, fixed("webhook-added", name)
        else:
            old, new = _delivered(both.old, before[name]), _delivered(both.new, after[name])
            yield from ((key, each) for each in both.contents(old, new, "delivery", Direction.RESPONSE))


def _delivered(document: Mapping[str, Any], item: Any) -> Any:
    return (operations.resolved(document, item).get("post") or {}).get("requestBody")
