"""Links of a request body, drawn from known resources of the target."""

from collections.abc import Iterator, Mapping
from itertools import takewhile
from typing import Any

from conformance.evidence.subject import Subject
from conformance.model import Link, Operation, Request, Resource
from conformance.probes.toolkit.base import Steps, send
from conformance.probes.toolkit.calls import find_list_operation

_MAX_DEPTH = 4  # levels of a body that are searched for links
_MAX_MEMBERS = 3  # of a collection that a link may be drawn from


def find_links(operation: Operation, subject: Subject, identity: str) -> Steps[dict[str, tuple[Any, ...]]]:
    """Return, by property name, URLs (or ids, where these are expected) of existing resources."""
    from strategies.bodies import schema_of_body  # noqa: PLC0415 - strategies is imported when it is needed

    values_by_name: dict[str, tuple[Any, ...]] = {}
    for name, schema, many in walk_properties(subject, schema_of_body(operation)):
        if name in values_by_name or schema.get("readOnly"):
            continue
        by_id = next((r for r in subject.model.resources if _has_id_pattern(schema, r)), None)
        link = None if by_id else _find_link(name, schema, operation, subject)
        named_resource = _find_collection(name, subject) if schema.get("format") == "uri" else None
        resource = by_id or (subject.model.resources_by_name.get(link.targets[0]) if link else named_resource)
        lister = find_list_operation(resource, subject) if resource else None
        if lister is None or "{" in lister.path:
            continue
        response = yield from send(lister, Request(lister.key, "GET", lister.path, identity=identity))
        values = (item.get("id" if by_id else "url") for _, item in response.objects)
        known = tuple(value for value in values if isinstance(value, str))[:_MAX_MEMBERS]
        if known:
            values_by_name[name] = tuple([value] for value in known) if many else known
    return values_by_name


def _has_id_pattern(schema: Mapping[str, Any], resource: Resource) -> bool:
    """Return whether the pattern of a property is that of the resource's ids."""
    return bool(resource.prefix) and str(schema.get("pattern", "")).removeprefix("^").startswith(resource.prefix + "[")


def _find_link(name: str, schema: Mapping[str, Any], operation: Operation, subject: Subject) -> Link | None:
    """Return the link of that name: of the resource itself, else the one whose target is named most like the resource.

    A text that is not documented as a URL is one where the resource itself shows a link under its name.
    """
    is_uri, types = schema.get("format") == "uri", schema.get("type", ())
    if "string" not in ([types] if isinstance(types, str) else types) or (
        not is_uri and {"format", "enum", "pattern"} & {*schema}
    ):
        return None
    candidates = [
        (resource.name == operation.resource, _common_prefix_length(operation.resource, link.targets[0]), link)
        for resource in subject.model.resources
        for link in resource.links
        if (is_uri or resource.name == operation.resource)
        and link.targets
        and link.path.rpartition(".")[2].removesuffix("[]") == name
    ]
    return max(candidates, key=lambda entry: entry[:2], default=(False, 0, None))[2]


def _find_collection(name: str, subject: Subject) -> Resource | None:
    """Return the collection that a property is named after, as `rebate_evidence_types` for `evidence_type`."""
    candidates = [resource for resource in subject.model.resources if f"_{resource.name}".endswith(f"_{name}s")]
    return min(candidates, key=lambda resource: len(resource.name), default=None)


def _common_prefix_length(first_name: str, second_name: str) -> int:
    """Return the length of the common prefix of two names."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(first_name, second_name, strict=False)))


def walk_properties(subject: Subject, pointer: str) -> Iterator[tuple[str, Mapping[str, Any], bool]]:
    """Yield every property of a body at any level: name, schema (of the members of a list), and whether it is one."""
    yield from _walk_schema(subject, resolve_pointer(subject, pointer), 0)


def _walk_schema(
    subject: Subject, schema: Mapping[str, Any], depth: int
) -> Iterator[tuple[str, Mapping[str, Any], bool]]:
    """Yield the properties below a schema, down to a fixed depth."""
    from strategies.schemas import list_branches  # noqa: PLC0415 - strategies is imported when it is needed

    for form in list_branches(subject.description, schema) if depth < _MAX_DEPTH else ():
        for name, property_schema in form.get("properties", {}).items():
            for inner in list_branches(subject.description, resolve_schema(subject, property_schema)):
                member = resolve_schema(subject, inner["items"]) if "items" in inner else inner
                yield name, member, "items" in inner
                yield from _walk_schema(subject, member, depth + 1)


def resolve_pointer(subject: Subject, pointer: str) -> Mapping[str, Any]:
    """Return the schema at a pointer with references resolved and conjunctions merged."""
    return resolve_schema(subject, {"$ref": pointer})


def resolve_schema(subject: Subject, schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a schema with references resolved and conjunctions merged."""
    from strategies.schemas import flatten_schema  # noqa: PLC0415 - strategies is imported when it is needed

    return flatten_schema(subject.description, schema)
