"""Rules for `expand` (DSC-06): what can be expanded can be an object."""

from collections.abc import Iterator

from conformance.description import pointers
from conformance.description.expansions import list_documented_paths
from conformance.description.lint.context import LintContext
from conformance.description.lint.finding import LintRule, RuleViolation
from conformance.model import Level


def _find_dead_ends(reading: LintContext) -> Iterator[RuleViolation]:
    for operation in reading.model.operations:
        for expansion in operation.expansions:
            if not expansion.resolvable:
                yield RuleViolation(
                    pointers.join(operation.pointer, "parameters"),
                    f"{operation.key}: expand={expansion.path} leads to no property that can be a URL and an object",
                    "a URL or an object",
                    expansion.path,
                    kind=f"{operation.key} {expansion.path}",
                )


def _find_missing_enums(reading: LintContext) -> Iterator[RuleViolation]:
    for operation in reading.operations:
        parameter = operation.find_query_parameter("expand")
        if parameter is not None and not list_documented_paths(parameter):
            message = f"{operation.key}: expand takes any text; the paths that it expands are not documented"
            yield RuleViolation(
                pointers.join(operation.node.pointer, "parameters"), message, "an enum of paths", kind=operation.key
            )


def _find_paths_in_arrays(reading: LintContext) -> Iterator[RuleViolation]:
    for operation in reading.model.operations:
        for expansion in operation.expansions:
            if expansion.within:
                message = f"{operation.key}: expand={expansion.path} starts inside {expansion.within}, not in the body"
                yield RuleViolation(
                    pointers.join(operation.pointer, "parameters"), message, kind=f"{operation.key} {expansion.path}"
                )


RULES = (
    LintRule("expand-dead-end", "DSC-06", Level.MUST, "An expand path leads to no object.", _find_dead_ends),
    LintRule("expand-any-text", "", Level.SHOULD, "An expand parameter lists no paths.", _find_missing_enums),
    LintRule(
        "expand-inside", "", Level.MAY, "An expand path starts in the members of an array.", _find_paths_in_arrays
    ),
)
