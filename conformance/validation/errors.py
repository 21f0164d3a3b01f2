"""What is wrong with an instance, in few words: the errors of jsonschema-rs, reduced to the telling ones.

A failing `oneOf` says by itself only that nothing matched. What a reader needs is what is wrong with the form that was
meant: the branch whose type fits, and within it the deepest fault.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import Any

import jsonschema_rs
import msgspec

from conformance.description import pointers
from conformance.validation import fragments

WIDTH = 120  # characters of a value that an error shows


class SchemaError(msgspec.Struct, frozen=True, omit_defaults=True):
    """One fault of an instance.

    `pointer` is a JSON pointer (RFC 6901) into the instance; a missing or surplus property is named by its own pointer.
    `keyword` is the schema keyword that failed, `schema` the pointer of that keyword in the description.
    `ambiguous` tells that a `oneOf` failed because several of its forms match at once: a contradiction of the
    description rather than a fault of the instance.
    """

    pointer: str
    message: str
    keyword: str
    expected: str
    actual: str
    schema: str
    ambiguous: bool = False


def shown(value: Any) -> str:
    """A JSON value in at most `WIDTH` characters."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= WIDTH else text[: WIDTH - 1] + "…"


_EXPECTED: Mapping[str, Callable[[Any], str]] = {
    "type": " or ".join,
    "required": "property {}".format,
    "enum": lambda options: "one of " + shown(options),
    "const": shown,
    "format": "format {}".format,
    "pattern": "a match of {}".format,
    "minimum": "at least {}".format,
    "maximum": "at most {}".format,
    "exclusiveMinimum": "more than {}".format,
    "exclusiveMaximum": "less than {}".format,
    "multipleOf": "a multiple of {}".format,
    "minLength": "at least {} characters".format,
    "maxLength": "at most {} characters".format,
    "minItems": "at least {} items".format,
    "maxItems": "at most {} items".format,
    "minProperties": "at least {} properties".format,
    "maxProperties": "at most {} properties".format,
    "additionalProperties": "no property {}".format,
    "unevaluatedProperties": "no property {}".format,
    "uniqueItems": lambda _: "unique items",
    "falseSchema": lambda _: "nothing",
}


def explain(errors: Iterable[jsonschema_rs.ValidationError]) -> tuple[SchemaError, ...]:
    """The telling errors among those that jsonschema-rs found, without repetition."""
    return tuple(dict.fromkeys(told for error in errors for told in _told(error)))


def _told(error: jsonschema_rs.ValidationError) -> Iterator[SchemaError]:
    kind = error.kind
    if isinstance(kind, jsonschema_rs.ValidationErrorKind.OneOfMultipleValid):
        yield _ambiguity(error, kind.context)
    elif isinstance(kind, jsonschema_rs.ValidationErrorKind.OneOfNotValid | jsonschema_rs.ValidationErrorKind.AnyOf):
        yield from _closest(error, kind.context)
    elif kind.name in {"additionalProperties", "unevaluatedProperties"}:
        for name in kind.value:
            yield _error(error, [*error.instance_path, name], name, "present")
    elif kind.name == "required":
        yield _error(error, [*error.instance_path, kind.value], kind.value, "absent")
    else:
        yield _error(error, error.instance_path, kind.value, shown(error.instance))


def _error(error: jsonschema_rs.ValidationError, path: list[str | int], value: Any, actual: str) -> SchemaError:
    keyword = error.kind.name
    describe = _EXPECTED.get(keyword)
    return _made(error, pointers.join("", *path), describe(value) if describe else f"what {keyword} allows", actual)


def _made(
    error: jsonschema_rs.ValidationError, pointer: str, expected: str, actual: str, *, ambiguous: bool = False
) -> SchemaError:
    return SchemaError(
        pointer=pointer,
        message=f"{error.kind.name}: expected {expected}, got {actual}",
        keyword=error.kind.name,
        expected=expected,
        actual=actual,
        schema=fragments.decoded(error.absolute_keyword_location or ""),
        ambiguous=ambiguous,
    )


def _ambiguity(
    error: jsonschema_rs.ValidationError, branches: list[list[jsonschema_rs.ValidationError]]
) -> SchemaError:
    matching = [str(index) for index, faults in enumerate(branches) if not faults]
    expected = f"exactly one of {len(branches)} forms"
    actual = f"forms {' and '.join(matching)} match {shown(error.instance)}"
    return _made(error, pointers.join("", *error.instance_path), expected, actual, ambiguous=True)


def _closest(
    error: jsonschema_rs.ValidationError, branches: list[list[jsonschema_rs.ValidationError]]
) -> Iterator[SchemaError]:
    """The faults of the branch that was most likely meant; where no type fits, one error that names all types."""
    level = len(error.instance_path)
    misfits = [_misfit(faults, level) for faults in branches]
    if all(misfits):
        types = dict.fromkeys(name for misfit in misfits if misfit for name in misfit)
        expected = " or ".join(types)
        yield _made(error, pointers.join("", *error.instance_path), expected, shown(error.instance))
        return
    fitting = [faults for faults, misfit in zip(branches, misfits, strict=True) if not misfit]
    for fault in min(fitting, key=partial(_distance, level=level)):
        yield from _told(fault)


def _misfit(faults: list[jsonschema_rs.ValidationError], level: int) -> list[str]:
    """The types that a branch wants where the instance itself is of another; empty where the type fits."""
    own = (fault for fault in faults if fault.kind.name == "type" and len(fault.instance_path) == level)
    return next((list(fault.kind.value) for fault in own), [])


def _distance(faults: list[jsonschema_rs.ValidationError], level: int) -> tuple[int, float, int, int]:
    """How far an instance is from a branch: discriminators first, then how early a type fails, depth and number."""
    discriminators = sum(_discriminates(fault, level) for fault in faults)
    depths = [len(fault.instance_path) for fault in faults]
    typed = min((len(f.instance_path) for f in faults if f.kind.name == "type"), default=float("inf"))
    return discriminators, -typed, -max(depths, default=0), len(faults)


def _discriminates(fault: jsonschema_rs.ValidationError, level: int) -> bool:
    """Whether the fault is a fixed value of a direct property, as `type` of GeoJSON objects (RFC 7946)."""
    fixed = fault.kind.name == "const" or (fault.kind.name == "enum" and len(fault.kind.value) == 1)
    return fixed and len(fault.instance_path) == level + 1
