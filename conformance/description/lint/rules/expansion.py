"""DSC-06: what can be expanded can be an object."""

from collections.abc import Iterator

from conformance.description import pointers
from conformance.description.expansions import values
from conformance.description.lint.finding import Hit, Rule
from conformance.description.lint.reading import Reading
from conformance.model import Level


def _dead_ends(reading: Reading) -> Iterator[Hit]:
    for operation in reading.model.operations:
        for each in operation.expansions:
            if not each.resolvable:
                yield Hit(
                    pointers.join(operation.pointer, "parameters"),
                    f"{operation.key}: expand={each.path} leads to no property that can be a URL and an object",
                    "a URL or an object",
                    each.path,
                    kind=f"{operation.key} {each.path}",
                )


def _any_text(reading: Reading) -> Iterator[Hit]:
    for each in reading.operations:
        parameter = each.query("expand")
        if parameter is not None and not values(parameter):
            message = f"{each.key}: expand takes any text; which paths it expands is not told"
            yield Hit(pointers.join(each.node.pointer, "parameters"), message, "an enum of paths", kind=each.key)


def _inside(reading: Reading) -> Iterator[Hit]:
    for operation in reading.model.operations:
        for each in operation.expansions:
            if each.within:
                message = f"{operation.key}: expand={each.path} starts inside {each.within}, not in the body"
                yield Hit(pointers.join(operation.pointer, "parameters"), message, kind=f"{operation.key} {each.path}")


RULES = (
    Rule("expand-dead-end", "DSC-06", Level.MUST, "An expand path leads to no object.", _dead_ends),
    Rule("expand-any-text", "", Level.SHOULD, "An expand parameter lists no paths.", _any_text),
    Rule("expand-inside", "", Level.MAY, "An expand path starts in the members of an array.", _inside),
)
