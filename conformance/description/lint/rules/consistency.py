"""Rules for consistency: tags, components, and headers that one operation lacks and all others have."""

from collections import Counter
from collections.abc import Iterator

from conformance.description import pointers
from conformance.description.lint.context import LintContext
from conformance.description.lint.finding import LintRule, RuleViolation
from conformance.model import Level

_NEARLY_ALL = 0.9


def _list_used_tags(reading: LintContext) -> dict[str, str]:
    used: dict[str, str] = {}
    for node in reading.list_objects("operation"):
        for tag in node.get("tags") or ():
            used.setdefault(tag, node.pointer)
    return used


def _list_declared_tags(reading: LintContext) -> list[str]:
    return [str(tag.get("name")) for tag in reading.document.get("tags") or ()]


def _find_undeclared_tags(reading: LintContext) -> Iterator[RuleViolation]:
    for tag, pointer in _list_used_tags(reading).items():
        if tag not in _list_declared_tags(reading):
            yield RuleViolation(pointers.join(pointer, "tags"), f"the tag {tag} is not in the list of tags", kind=tag)


def _find_unused_tags(reading: LintContext) -> Iterator[RuleViolation]:
    used = _list_used_tags(reading)
    for index, tag in enumerate(_list_declared_tags(reading)):
        if tag not in used:
            yield RuleViolation(pointers.join("#/tags", index), f"no operation has the tag {tag}", kind=tag)


def _find_unused_components(reading: LintContext) -> Iterator[RuleViolation]:
    used = {target for _, target in pointers.find_references(reading.document)}
    for kind, members in (reading.document.get("components") or {}).items():
        if kind == "securitySchemes" or not isinstance(members, dict):
            continue
        for name in members:
            pointer = pointers.join("#/components", kind, name)
            if pointer not in used:
                yield RuleViolation(pointer, f"nothing refers to {name}", kind=pointer)


def _find_missing_headers(reading: LintContext) -> Iterator[RuleViolation]:
    responses = [response for operation in reading.operations for _, _, response in reading.list_responses(operation)]
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
            yield RuleViolation(at, f"lacks {', '.join(missing)}, which nearly all responses have")


def _find_missing_versions(reading: LintContext) -> Iterator[RuleViolation]:
    name = reading.model.version_header
    for operation in reading.operations:
        if name and operation.find_header_parameter(name) is None:
            yield RuleViolation(operation.node.pointer, f"{operation.key} does not say that it takes {name}")


def _find_unserved_urls(reading: LintContext) -> Iterator[RuleViolation]:
    """Yield resources that identify themselves by a URL that no path serves."""
    for resource in reading.model.resources:
        if not resource.item_path and any(link.own for link in resource.links):
            yield RuleViolation(
                resource.schema, f"{resource.name}: no path serves what `url` names", kind=resource.name
            )


RULES = (
    LintRule("tag-undeclared", "", Level.MAY, "A tag is not declared.", _find_undeclared_tags),
    LintRule("tag-unused", "", Level.MAY, "A tag has no operation.", _find_unused_tags),
    LintRule("component-unused", "", Level.MAY, "A component is not used.", _find_unused_components),
    LintRule("header-missing", "", Level.MAY, "A response lacks headers that all others have.", _find_missing_headers),
    LintRule(
        "version-missing", "", Level.MAY, "An operation does not take the version header.", _find_missing_versions
    ),
    LintRule(
        "url-unserved", "", Level.SHOULD, "No path serves the URL that a resource names itself by.", _find_unserved_urls
    ),
)
