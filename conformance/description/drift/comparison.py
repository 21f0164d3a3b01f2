"""The comparison of two descriptions: what changed, with the operations that each change affects."""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from conformance.description.description import Description
from conformance.description.drift import operations
from conformance.description.drift.change import DescriptionChange, Direction, Severity, build_fixed_change
from conformance.description.drift.operations import DocumentComparison, PathOperation
from conformance.description.operations import METHODS
from conformance.errors import DescriptionError

_RANK = {severity: index for index, severity in enumerate(Severity)}


def compare_descriptions(old: Description, new: Description) -> tuple[DescriptionChange, ...]:
    """Return the changes from one description to another: what breaks clients first, then what breaks servers.

    Raises DescriptionError if one of them is not structured as OpenAPI 3.1 requires.
    """
    merged: dict[bytes, tuple[DescriptionChange, dict[str, None]]] = {}
    try:
        for operation, change in _compare_documents(DocumentComparison(old.document, new.document)):
            key = msgspec.json.encode(change)
            merged.setdefault(key, (change, {}))[1].update({operation: None} if operation else {})
    except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
        raise DescriptionError(
            f"{old.source} and {new.source} cannot be compared: one is not valid OpenAPI 3.1 ({error!r})",
            hint="Run `evconform description lint` on each to see what is wrong",
        ) from error
    changes = [msgspec.structs.replace(change, operations=tuple(affected)) for change, affected in merged.values()]
    return tuple(sorted(changes, key=lambda change: (_RANK[change.client], _RANK[change.server])))


def _compare_documents(both: DocumentComparison) -> Iterator[tuple[str, DescriptionChange]]:
    """Yield each change with the operation at which it was found, empty for the whole API."""
    yield from (("", change) for change in _compare_servers(both.old, both.new))
    yield from (("", change) for change in _compare_flows(both.old, both.new))
    before, after = _index_operations(both.old), _index_operations(both.new)
    for key in {**before, **after}:
        if key not in after:
            yield before[key].key, build_fixed_change("operation-removed", before[key].key)
        elif key not in before:
            yield after[key].key, build_fixed_change("operation-added", after[key].key)
        else:
            yield from (
                (after[key].key, change) for change in operations.compare_operations(both, before[key], after[key])
            )
    yield from _compare_webhooks(both)


def _index_operations(document: Mapping[str, Any]) -> dict[str, PathOperation]:
    """Return operations by method and path template; the names of path parameters do not matter."""
    operations_by_template = {}
    for path, stated in (document.get("paths") or {}).items():
        item = operations.resolve_object(document, stated)
        for method in METHODS:
            if isinstance(item.get(method), dict):
                part = PathOperation(f"{method.upper()} {path}", item, item[method])
                operations_by_template[f"{method} {operations.normalise_template(path)}"] = part
    return operations_by_template


def _compare_servers(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[DescriptionChange]:
    before, after = ({str(server.get("url")) for server in document.get("servers") or ()} for document in (old, new))
    yield from (build_fixed_change("server-removed", url) for url in sorted(before - after))
    yield from (build_fixed_change("server-added", url) for url in sorted(after - before))


def _compare_flows(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[DescriptionChange]:
    before, after = _index_flows(old), _index_flows(new)
    for name in sorted(before.keys() & after.keys()):
        old_flow, new_flow = before[name], after[name]
        for keyword in ("tokenUrl", "authorizationUrl"):
            if old_flow.get(keyword) != new_flow.get(keyword):
                yield build_fixed_change(
                    "token-url-changed", f"{name} {keyword}", old=old_flow.get(keyword), new=new_flow.get(keyword)
                )
        old_scopes, new_scopes = set(old_flow.get("scopes") or ()), set(new_flow.get("scopes") or ())
        yield from (build_fixed_change("scope-removed", f"{name} {scope}") for scope in sorted(old_scopes - new_scopes))
        yield from (build_fixed_change("scope-added", f"{name} {scope}") for scope in sorted(new_scopes - old_scopes))


def _index_flows(document: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    schemes = (document.get("components") or {}).get("securitySchemes") or {}
    return {
        f"{name} {flow}": value
        for name, scheme in schemes.items()
        for flow, value in (scheme.get("flows") or {}).items()
    }


def _compare_webhooks(both: DocumentComparison) -> Iterator[tuple[str, DescriptionChange]]:
    """Yield changes of deliveries; their bodies travel to the client."""
    before, after = both.old.get("webhooks") or {}, both.new.get("webhooks") or {}
    for name in sorted({**before, **after}):
        key = f"webhook {name}"
        if name not in after:
            yield key, build_fixed_change("webhook-removed", name)
        elif name not in before:
            yield key, build_fixed_change("webhook-added", name)
        else:
            old, new = _find_delivery_body(both.old, before[name]), _find_delivery_body(both.new, after[name])
            yield from ((key, change) for change in both.compare_contents(old, new, "delivery", Direction.RESPONSE))


def _find_delivery_body(document: Mapping[str, Any], item: Any) -> Any:
    return (operations.resolve_object(document, item).get("post") or {}).get("requestBody")
