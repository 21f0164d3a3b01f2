"""DSC-05: templates, parameters and operation ids agree."""

import re
from collections import Counter
from collections.abc import Iterator

from conformance.description import pointers
from conformance.description.lint.finding import Hit, Rule
from conformance.description.lint.reading import Reading
from conformance.description.schemas import Node
from conformance.model import Level, Location

_NAMES = re.compile(r"{([^{}]+)}")


def _template(reading: Reading) -> Iterator[Hit]:
    for each in reading.operations:
        wanted = set(_NAMES.findall(each.path))
        listed = {p.name for p in each.parameters if p.location is Location.PATH}
        for name in sorted(wanted ^ listed):
            missing = name in wanted
            message = (
                f"{each.key}: {name} is {'in the template, not listed' if missing else 'listed, not in the template'}"
            )
            yield Hit(pointers.join(each.node.pointer, "parameters"), message, kind=each.path)


def _same_template(reading: Reading) -> Iterator[Hit]:
    seen: dict[str, str] = {}
    for path in reading.document["paths"]:
        plain = _NAMES.sub("{}", path)
        if plain in seen:
            yield Hit(pointers.join("#/paths", path), f"{path} and {seen[plain]} are one template", kind=plain)
        seen.setdefault(plain, path)


def _operation_ids(reading: Reading) -> Iterator[Hit]:
    named = [(node.get("operationId"), node) for node in reading.every("operation")]
    counts = Counter(name for name, _ in named if name)
    for name, node in named:
        if name and counts[name] > 1:
            at = pointers.join(node.pointer, "operationId")
            yield Hit(at, f"{counts[name]} operations have the id {name}", "unique", name, kind=name)


def _identities(reading: Reading, holder: Node) -> Iterator[tuple[str, tuple[str, str]]]:
    for index in range(len(holder.get("parameters") or ())):
        node = reading.schemas.child(holder, "parameters", index)
        if node is not None:
            name, place = str(node.get("name")), str(node.get("in"))
            identity = (name.lower() if place == "header" else name, place)
            yield pointers.join(holder.pointer, "parameters", index), identity


def _twice(reading: Reading) -> Iterator[Hit]:
    for holder in (*reading.every("path"), *reading.every("operation")):
        seen: set[tuple[str, str]] = set()
        for at, identity in _identities(reading, holder):
            if identity in seen:
                yield Hit(at, f"the {identity[1]} parameter {identity[0]} is listed twice", kind=identity[0])
            seen.add(identity)


def _overridden(reading: Reading) -> Iterator[Hit]:
    for holder in reading.every("path"):
        outer = {identity for _, identity in _identities(reading, holder)}
        for node in reading.every("operation"):
            if node.pointer.rpartition("/")[0] == holder.pointer:
                for at, identity in _identities(reading, node):
                    if identity in outer:
                        yield Hit(at, f"the {identity[1]} parameter {identity[0]} is given for the path already")


RULES = (
    Rule("path-parameters", "DSC-05", Level.MUST, "A template and its parameters disagree.", _template),
    Rule("path-twice", "DSC-05", Level.MUST, "Two paths are one template.", _same_template),
    Rule("operation-id-twice", "DSC-05", Level.MUST, "An operationId is not unique.", _operation_ids),
    Rule("parameter-twice", "DSC-05", Level.MUST, "A parameter is listed twice.", _twice),
    Rule("parameter-overridden", "", Level.MAY, "An operation lists a parameter of its path again.", _overridden),
)
