"""Rules for `expand` (DSC-06): what can be expanded can be an object."""

from collections.abc import Iterator

from conformance.description import pointers
from conformance.description.expansions import values
from conformance.description.lint.context import Reading
from conformance.description.lint.finding import Hit, Rule
from conformance.model import Level


def _find_dead_ends(reading: Reading) -> Iterator[Hit]:
    for operation in reading.model.operations:
        for expansion in operation.expansions:
            if not expansion.resolvable:
                yield Hit(
                    pointers.join(operation.pointer, "parameters"),
                    f"{operation.key}: expand={expansion.path} leads to no property that can be a URL and an object",
                    "a URL or an object",
                    expansion.path,
                    kind=f"{operation.key} {expansion.path}",
                )


def _find_missing_enums(reading: Reading) -> Iterator[Hit]:
    for operation in reading.operations:
        parameter = operation.query("expand")
        if parameter is not None and not values(parameter):
            message = f"{operation.key}: expand takes any text; the paths that it expands are not documented"
            yield Hit(
                pointers.join(operation.node.pointer, "parameters"), message, "an enum of paths", kind=operation.key
            )


def _find_paths_in_arrays(reading: Reading) -> Iterator[Hit]:
    for operation in reading.model.operations:
        for expansion in operation.expansions:
            if expansion.within:
                message = f"{operation.key}: expand={expansion.path} starts inside {expansion.within}, not in the body"
                yield Hit(
                    pointers.join(operation.pointer, "parameters"), message, kind=f"{operation.key} {expansion.path}"
                )


RULES = (
    Rule("expand-dead-end", "DSC-06", Level.MUST, "An expand path leads to no object.", _find_dead_ends),
    Rule("expand-any-text", "", Level.SHOULD, "An expand parameter lists no paths.", _find_missing_enums),
    Rule("expand-inside", "", Level.MAY, "An expand path starts in the members of an array.", _find_paths_in_arrays),
)
