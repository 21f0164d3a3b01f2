"""Rules for consistency: tags, components, and headers that one operation lacks and all others have."""

from collections import Counter
from collections.abc import Iterator

from conformance.description import pointers
from conformance.description.lint.context import Reading
from conformance.description.lint.finding import Hit, Rule
from conformance.model import Level

_NEARLY_ALL = 0.9


def _list_used_tags(reading: Reading) -> dict[str, str]:
    used: dict[str, str] = {}
    for node in reading.every("operation"):
        for tag in node.get("tags") or ():
            used.setdefault(tag, node.pointer)
    return used


def _list_declared_tags(reading: Reading) -> list[str]:
    return [str(tag.get("name")) for tag in reading.document.get("tags") or ()]


def _find_undeclared_tags(reading: Reading) -> Iterator[Hit]:
    for tag, pointer in _list_used_tags(reading).items():
        if tag not in _list_declared_tags(reading):
            yield Hit(pointers.join(pointer, "tags"), f"the tag {tag} is not in the list of tags", kind=tag)


def _find_unused_tags(reading: Reading) -> Iterator[Hit]:
    used = _list_used_tags(reading)
    for index, tag in enumerate(_list_declared_tags(reading)):
        if tag not in used:
            yield Hit(pointers.join("#/tags", index), f"no operation has the tag {tag}", kind=tag)


def _find_unused_components(reading: Reading) -> Iterator[Hit]:
    used = {target for _, target in pointers.references(reading.document)}
    for kind, members in (reading.document.get("components") or {}).items():
        if kind == "securitySchemes" or not isinstance(members, dict):
            continue
        for name in members:
            pointer = pointers.join("#/components", kind, name)
            if pointer not in used:
                yield Hit(pointer, f"nothing refers to {name}", kind=pointer)


def _find_missing_headers(reading: Reading) -> Iterator[Hit]:
    responses = [response for operation in reading.operations for _, _, response in reading.responses(operation)]
    header_names = [{name.lower(): name for name in response.get("headers") or {}} for response in responses]
    counts = Counter(name for names in header_names for name in names)
    common = [name for name, count in counts.items() if count >= _NEARLY_ALL * len(responses)]
    spellings = {lower: name for names in header_names for lower, name in names.items()}
    lacking = {
        response.pointer: [spellings[lower] for lower in common if lower not in names]
        for response, names in zip(responses, header_names, strict=True)
    }
    for at, missing in lacking.items():
        if missing:
            yield Hit(at, f"lacks {', '.join(missing)}, which nearly all responses have")


def _find_missing_versions(reading: Reading) -> Iterator[Hit]:
    name = reading.model.version_header
    for operation in reading.operations:
        if name and operation.header(name) is None:
            yield Hit(operation.node.pointer, f"{operation.key} does not say that it takes {name}")


def _find_unserved_urls(reading: Reading) -> Iterator[Hit]:
    """Yield resources that identify themselves by a URL that no path serves."""
    for resource in reading.model.resources:
        if not resource.item_path and any(link.own for link in resource.links):
            yield Hit(resource.schema, f"{resource.name}: no path serves what `url` names", kind=resource.name)


RULES = (
    Rule("tag-undeclared", "", Level.MAY, "A tag is not declared.", _find_undeclared_tags),
    Rule("tag-unused", "", Level.MAY, "A tag has no operation.", _find_unused_tags),
    Rule("component-unused", "", Level.MAY, "A component is not used.", _find_unused_components),
    Rule("header-missing", "", Level.MAY, "A response lacks headers that all others have.", _find_missing_headers),
    Rule("version-missing", "", Level.MAY, "An operation does not take the version header.", _find_missing_versions),
    Rule(
        "url-unserved", "", Level.SHOULD, "No path serves the URL that a resource names itself by.", _find_unserved_urls
    ),
)
