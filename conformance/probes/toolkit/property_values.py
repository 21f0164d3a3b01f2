"""Values for PATCH: other valid values, forged values of read-only properties, and old values to restore."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from conformance.evidence.responses import OperationResponse
from conformance.evidence.subject import Subject
from conformance.evidence.urls import strip_base_url
from conformance.model import Noticed, Operation
from conformance.probes.toolkit.base import Steps, send
from conformance.probes.toolkit.body_links import resolve_schema
from conformance.probes.toolkit.harmless_requests import draw_unknown_id
from conformance.probes.toolkit.rounding import find_rounding_step
from conformance.probes.toolkit.write_requests import (
    JSON,
    Write,
    build_least_body,
    find_read_only,
    find_writable,
)

_FORGED_TIME = "2001-01-01T00:00:00Z"


def find_other_values(write: Write, state: Mapping[str, Any], subject: Subject) -> dict[str, Any]:
    """Return properties, each with another valid value than it has; the likeliest to be accepted come first.

    A property whose present value no request body may hold is left out, as it could not be restored.
    """
    candidates: list[tuple[int, str, Any]] = []
    for name, schema in find_writable(write.call.operation, subject).items():
        if name not in state or not is_valid_body(
            {**select_required(write, state, subject), name: state[name]}, write, subject
        ):
            continue
        for rank, value in _candidate_values(name, _join_words(schema, subject), state[name], write):
            if value != state[name] and is_valid_body(
                {**select_required(write, state, subject), name: value}, write, subject
            ):
                candidates.append((rank, name, value))
                break
    return {name: value for _, name, value in sorted(candidates, key=lambda candidate: candidate[0])}


def clear_one(changes: dict[str, Any], write: Write, state: Mapping[str, Any], subject: Subject) -> dict[str, Any]:
    """Return the changes with null for the last one that may be null, where the body stays valid."""
    schemas = find_writable(write.call.operation, subject)
    nullable = [
        name for name, value in changes.items() if value is not None and "null" in schemas[name].get("type", ())
    ]
    cleared = {**changes, nullable[-1]: None} if nullable else changes
    return cleared if is_valid_body({**select_required(write, state, subject), **cleared}, write, subject) else changes


def select_required(write: Write, state: Mapping[str, Any], subject: Subject) -> dict[str, Any]:
    """Return the required members of a body with their present values."""
    least_body = build_least_body(write, subject)
    return {name: state.get(name, value) for name, value in least_body.items()} if isinstance(least_body, dict) else {}


def forge_values(
    operation: Operation, state: Mapping[str, Any], names: frozenset[str], subject: Subject
) -> dict[str, Any]:
    """Return another value of the same type for each named property that the state shows."""
    resource = subject.model.resources_by_name.get(operation.resource)
    key = draw_unknown_id(operation, subject, resource.prefix if resource else "")
    forgeries: dict[str, Any] = {}
    for name in sorted(names & {*state}):
        value = state[name]
        if isinstance(value, bool):
            forgeries[name] = not value
        elif isinstance(value, int | float):
            forgeries[name] = value + 1
        elif isinstance(value, str):
            forgeries[name] = _forge_text(name, value, key, subject)
    return {name: value for name, value in forgeries.items() if value != state[name]}


def forge_assigned_values(operation: Operation, subject: Subject) -> dict[str, Any]:
    """Return values for what a server assigns to a new resource: its id, its URL, and when it was created.

    Only properties that the description marks as read-only, and that the body does not document, are forged.
    """
    resource = subject.model.resources_by_name.get(operation.resource)
    names = find_read_only(operation, subject) - {*find_writable(operation, subject)}
    key = draw_unknown_id(operation, subject, resource.prefix if resource else "")
    forgeries = {
        "id": key,
        "url": f"{subject.target.base_url.rstrip('/')}{resource.list_path if resource else ''}/{key}",
        "created_at": _FORGED_TIME,
    }
    is_plain = resource is not None and bool(resource.prefix) and "{" not in resource.list_path
    return {name: value for name, value in forgeries.items() if name in names and (is_plain or name == "created_at")}


def restore_values(
    write: Write, names: Iterable[str], before: OperationResponse, after: OperationResponse, subject: Subject
) -> Steps[None]:
    """PATCH the named properties that differ back to their old values, and note those that stay changed.

    They are sent one by one where they are refused together.
    """
    old, new = (
        response.json if response.is_success and isinstance(response.json, dict) else {} for response in (before, after)
    )
    changed = {
        name: old[name] for name in names if name in old and (not after.is_success or new.get(name) != old[name])
    }
    required = select_required(write, old, subject) if changed else {}
    response = (yield from send(write.call.operation, write.request({**required, **changed}))) if changed else before
    remaining = [] if response.is_success else list(changed)
    for name in list(changed) if len(remaining) > 1 else ():
        alone = yield from send(write.call.operation, write.request({**required, name: changed[name]}))
        remaining = [property_name for property_name in remaining if property_name != name or not alone.is_success]
    if remaining:
        message = (
            f"{', '.join(remaining)} of {write.call.path} was changed, and restoring it returned {response.status}"
        )
        yield Noticed("cleanup", message, write.call.operation.key)


def is_valid_body(body: Any, write: Write, subject: Subject) -> bool:
    """Return whether the description admits a body of a write."""
    return not subject.validators.validate_request_body(write.call.operation, JSON, body)


def _join_words(schema: Mapping[str, Any], subject: Subject) -> Mapping[str, Any]:
    """Return a schema with the enumerations of its alternatives as one (`oneOf` of words and null)."""
    alternatives = (*schema.get("oneOf", ()), *schema.get("anyOf", ()))
    words = [word for branch in alternatives for word in resolve_schema(subject, branch).get("enum", ())]
    return {**schema, "enum": words} if words else schema


def _candidate_values(name: str, schema: Mapping[str, Any], old: Any, write: Write) -> Iterator[tuple[int, Any]]:
    """Yield candidates for another value, each with its rank; 0 is the likeliest to be accepted."""
    if isinstance(old, bool):
        yield 0, not old
    elif "enum" in schema:
        yield from ((0, value) for value in schema["enum"] if value is not None)
    elif isinstance(old, str) and not {"format", "pattern"} & {*schema}:
        yield 1, f"{old} 2"[: schema.get("maxLength", 200)]
        yield 1, "another"
    elif isinstance(old, int | float):
        size = int(find_rounding_step(schema)) or 1
        yield from ((1, old + step) for step in (size, -size))
    elif isinstance(old, dict):
        members = schema.get("properties", {})
        for member, value in old.items():
            if isinstance(value, bool) and member in members:
                yield 0, {**old, member: not value}
    sample = write.body.get(name) if isinstance(write.body, dict) else None
    yield from ((3, value) for value in write.links.get(name, ()))
    if sample is not None and name not in write.links:
        yield 4, sample


def _forge_text(name: str, value: str, key: str, subject: Subject) -> str:
    if strip_base_url(subject.target.base_url, value) is not None:
        return f"{value.rpartition('/')[0]}/{key}"
    if name == "id":
        return key
    return _FORGED_TIME if value[:4].isdigit() and "T" in value else "another"
