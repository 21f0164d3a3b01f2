"""Order in the house: tags, components, and headers that one operation lacks and all others have."""

from collections import Counter
from collections.abc import Iterator

from conformance.description import pointers
from conformance.description.lint.finding import Hit, Rule
from conformance.description.lint.reading import Reading
from conformance.model import Level

_NEARLY_ALL = 0.9


def _tags(reading: Reading) -> dict[str, str]:
    used: dict[str, str] = {}
    for node in reading.every("operation"):
        for tag in node.get("tags") or ():
            used.setdefault(tag, node.pointer)
    return used


def _declared(reading: Reading) -> list[str]:
    return [str(each.get("name")) for each in reading.document.get("tags") or ()]


def _tags_undeclared(reading: Reading) -> Iterator[Hit]:
    for tag, at in _tags(reading).items():
        if tag not in _declared(reading):
            yield Hit(pointers.join(at, "tags"), f"the tag {tag} is not in the list of tags", kind=tag)


def _tags_unused(reading: Reading) -> Iterator[Hit]:
    used = _tags(reading)
    for index, tag in enumerate(_declared(reading)):
        if tag not in used:
            yield Hit(pointers.join("#/tags", index), f"no operation has the tag {tag}", kind=tag)


def _unused(reading: Reading) -> Iterator[Hit]:
    used = {target for _, target in pointers.references(reading.document)}
    for kind, members in (reading.document.get("components") or {}).items():
        if kind == "securitySchemes" or not isinstance(members, dict):
            continue
        for name in members:
            at = pointers.join("#/components", kind, name)
            if at not in used:
                yield Hit(at, f"nothing refers to {name}", kind=at)


def _headers_missing(reading: Reading) -> Iterator[Hit]:
    found = [response for o in reading.operations for _, _, response in reading.responses(o)]
    named = [{name.lower(): name for name in each.get("headers") or {}} for each in found]
    counts = Counter(name for each in named for name in each)
    usual = [name for name, count in counts.items() if count >= _NEARLY_ALL * len(found)]
    spelled = {lower: name for each in named for lower, name in each.items()}
    lacking = {r.pointer: [spelled[n] for n in usual if n not in each] for r, each in zip(found, named, strict=True)}
    for at, missing in lacking.items():
        if missing:
            yield Hit(at, f"lacks {', '.join(missing)}, which nearly all responses have")


def _version_missing(reading: Reading) -> Iterator[Hit]:
    name = reading.model.version_header
    for operation in reading.operations:
        if name and operation.header(name) is None:
            yield Hit(operation.node.pointer, f"{operation.key} does not say that it takes {name}")


def _own_urls(reading: Reading) -> Iterator[Hit]:
    """Resources that name themselves by a URL that no path serves."""
    for resource in reading.model.resources:
        if not resource.item_path and any(link.own for link in resource.links):
            yield Hit(resource.schema, f"{resource.name}: no path serves what `url` names", kind=resource.name)


RULES = (
    Rule("tag-undeclared", "", Level.MAY, "A tag is not declared.", _tags_undeclared),
    Rule("tag-unused", "", Level.MAY, "A tag has no operation.", _tags_unused),
    Rule("component-unused", "", Level.MAY, "A component is not used.", _unused),
    Rule("header-missing", "", Level.MAY, "A response lacks headers that all others have.", _headers_missing),
    Rule("version-missing", "", Level.MAY, "An operation does not take the version header.", _version_missing),
    Rule("url-unserved", "", Level.SHOULD, "No path serves the URL that a resource names itself by.", _own_urls),
)
