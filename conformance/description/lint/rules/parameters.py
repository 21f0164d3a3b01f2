"""Rules for parameters (DSC-05): templates, parameters and operation ids agree."""

import re
from collections import Counter
from collections.abc import Iterator

from conformance.description import pointers
from conformance.description.lint.context import LintContext
from conformance.description.lint.finding import LintRule, RuleViolation
from conformance.description.schemas import DocumentNode
from conformance.model import Level, Location

_NAMES = re.compile(r"{([^{}]+)}")


def _find_template_mismatches(reading: LintContext) -> Iterator[RuleViolation]:
    for operation in reading.operations:
        in_template = set(_NAMES.findall(operation.path))
        in_list = {parameter.name for parameter in operation.parameters if parameter.location is Location.PATH}
        for name in sorted(in_template ^ in_list):
            place = "in the template, not listed" if name in in_template else "listed, not in the template"
            pointer = pointers.join(operation.node.pointer, "parameters")
            yield RuleViolation(pointer, f"{operation.key}: {name} is {place}", kind=operation.path)


def _find_equal_templates(reading: LintContext) -> Iterator[RuleViolation]:
    seen: dict[str, str] = {}
    for path in reading.document["paths"]:
        template = _NAMES.sub("{}", path)
        if template in seen:
            yield RuleViolation(
                pointers.join("#/paths", path), f"{path} and {seen[template]} are one template", kind=template
            )
        seen.setdefault(template, path)


def _find_repeated_ids(reading: LintContext) -> Iterator[RuleViolation]:
    ids = [(node.get("operationId"), node) for node in reading.list_objects("operation")]
    counts = Counter(name for name, _ in ids if name)
    for name, node in ids:
        if name and counts[name] > 1:
            pointer = pointers.join(node.pointer, "operationId")
            yield RuleViolation(pointer, f"{counts[name]} operations have the id {name}", "unique", name, kind=name)


def _list_identities(reading: LintContext, holder: DocumentNode) -> Iterator[tuple[str, tuple[str, str]]]:
    for index in range(len(holder.get("parameters") or ())):
        node = reading.schemas.get_child(holder, "parameters", index)
        if node is not None:
            name, place = str(node.get("name")), str(node.get("in"))
            identity = (name.lower() if place == "header" else name, place)
            yield pointers.join(holder.pointer, "parameters", index), identity


def _find_repeated_parameters(reading: LintContext) -> Iterator[RuleViolation]:
    for holder in (*reading.list_objects("path"), *reading.list_objects("operation")):
        seen: set[tuple[str, str]] = set()
        for at, identity in _list_identities(reading, holder):
            if identity in seen:
                yield RuleViolation(at, f"the {identity[1]} parameter {identity[0]} is listed twice", kind=identity[0])
            seen.add(identity)


def _find_overridden_parameters(reading: LintContext) -> Iterator[RuleViolation]:
    for holder in reading.list_objects("path"):
        outer = {identity for _, identity in _list_identities(reading, holder)}
        for node in reading.list_objects("operation"):
            if node.pointer.rpartition("/")[0] == holder.pointer:
                for at, identity in _list_identities(reading, node):
                    if identity in outer:
                        yield RuleViolation(
                            at, f"the {identity[1]} parameter {identity[0]} is given for the path already"
                        )


RULES = (
    LintRule(
        "path-parameters", "DSC-05", Level.MUST, "A template and its parameters disagree.", _find_template_mismatches
    ),
    LintRule("path-twice", "DSC-05", Level.MUST, "Two paths are one template.", _find_equal_templates),
    LintRule("operation-id-twice", "DSC-05", Level.MUST, "An operationId is not unique.", _find_repeated_ids),
    LintRule("parameter-twice", "DSC-05", Level.MUST, "A parameter is listed twice.", _find_repeated_parameters),
    LintRule(
        "parameter-overridden",
        "",
        Level.MAY,
        "An operation lists a parameter of its path again.",
        _find_overridden_parameters,
    ),
)
