"""Errors of an instance: those of jsonschema-rs, reduced to the ones that explain the failure.

A failed `oneOf` by itself says only that no branch matched. A reader needs the errors of the branch that was meant: the
one whose type fits, and in it the deepest error.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from itertools import islice
from typing import Any

import jsonschema_rs
import msgspec

from conformance.description import pointers
from conformance.validation import fragments

MAX_ERRORS = 1000
"""Errors of one instance that are explained; a hostile one can have millions."""
MAX_VALUE_WIDTH = 120  # characters of a value shown in an error


class SchemaError(msgspec.Struct, frozen=True, omit_defaults=True):
    """One error of an instance.

    `pointer` is a JSON pointer (RFC 6901) into the instance; a missing or surplus property is named by its own pointer.
    `keyword` is the schema keyword that failed, `schema` the pointer of that keyword in the description. `ambiguous` is
    true if a `oneOf` failed because several of its branches match: a contradiction of the description rather than an
    error of the instance.
    """

    pointer: str
    message: str
    keyword: str
    expected: str
    actual: str
    schema: str
    ambiguous: bool = False


def format_value(value: Any) -> str:
    """Return a JSON value in at most `WIDTH` characters."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= MAX_VALUE_WIDTH else text[: MAX_VALUE_WIDTH - 1] + "…"


_EXPECTATIONS: Mapping[str, Callable[[Any], str]] = {
    "type": " or ".join,
    "required": "property {}".format,
    "enum": lambda options: "one of " + format_value(options),
    "const": format_value,
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


def explain_errors(errors: Iterable[jsonschema_rs.ValidationError]) -> tuple[SchemaError, ...]:
    """Return the errors that explain a failure, out of those of jsonschema-rs, without repetition."""
    explained = (explanation for error in errors for explanation in _explain_error(error))
    return tuple(dict.fromkeys(islice(explained, MAX_ERRORS)))


def _explain_error(error: jsonschema_rs.ValidationError) -> Iterator[SchemaError]:
    error_kind = error.kind
    if isinstance(error_kind, jsonschema_rs.ValidationErrorKind.OneOfMultipleValid):
        yield _explain_ambiguity(error, error_kind.context)
    elif isinstance(
        error_kind, jsonschema_rs.ValidationErrorKind.OneOfNotValid | jsonschema_rs.ValidationErrorKind.AnyOf
    ):
        yield from _explain_closest_branch(error, error_kind.context)
    elif error_kind.name in {"additionalProperties", "unevaluatedProperties"}:
        for name in error_kind.value:
            yield _build_keyword_error(error, [*error.instance_path, name], name, "present")
    elif error_kind.name == "required":
        yield _build_keyword_error(error, [*error.instance_path, error_kind.value], error_kind.value, "absent")
    else:
        yield _build_keyword_error(error, error.instance_path, error_kind.value, format_value(error.instance))


def _build_keyword_error(
    error: jsonschema_rs.ValidationError, path: list[str | int], value: Any, actual: str
) -> SchemaError:
    keyword = error.kind.name
    describe = _EXPECTATIONS.get(keyword)
    return _build_error(
        error, pointers.join("", *path), describe(value) if describe else f"what {keyword} allows", actual
    )


def _build_error(
    error: jsonschema_rs.ValidationError, pointer: str, expected: str, actual: str, *, ambiguous: bool = False
) -> SchemaError:
    return SchemaError(
        pointer=pointer,
        message=f"{error.kind.name}: expected {expected}, got {actual}",
        keyword=error.kind.name,
        expected=expected,
        actual=actual,
        schema=fragments.decode_pointer(error.absolute_keyword_location or ""),
        ambiguous=ambiguous,
    )


def _explain_ambiguity(
    error: jsonschema_rs.ValidationError, branches: list[list[jsonschema_rs.ValidationError]]
) -> SchemaError:
    matching = [str(index) for index, branch_errors in enumerate(branches) if not branch_errors]
    expected = f"exactly one of {len(branches)} forms"
    actual = f"forms {' and '.join(matching)} match {format_value(error.instance)}"
    return _build_error(error, pointers.join("", *error.instance_path), expected, actual, ambiguous=True)


def _explain_closest_branch(
    error: jsonschema_rs.ValidationError, branches: list[list[jsonschema_rs.ValidationError]]
) -> Iterator[SchemaError]:
    """Yield the errors of the branch that was most likely meant, or one error with all types if no type fits."""
    level = len(error.instance_path)
    misfits = [_find_expected_types(branch_errors, level) for branch_errors in branches]
    if all(misfits):
        types = dict.fromkeys(name for misfit in misfits if misfit for name in misfit)
        expected = " or ".join(types)
        yield _build_error(error, pointers.join("", *error.instance_path), expected, format_value(error.instance))
        return
    fitting = [branch_errors for branch_errors, misfit in zip(branches, misfits, strict=True) if not misfit]
    for branch_error in min(fitting, key=partial(_measure_distance, level=level)):
        yield from _explain_error(branch_error)


def _find_expected_types(errors: list[jsonschema_rs.ValidationError], level: int) -> list[str]:
    """Return the types that a branch expects if the instance has another one; empty if its type fits."""
    type_errors = (error for error in errors if error.kind.name == "type" and len(error.instance_path) == level)
    return next((list(error.kind.value) for error in type_errors), [])


def _measure_distance(errors: list[jsonschema_rs.ValidationError], level: int) -> tuple[int, float, int, int]:
    """Return how far an instance is from a branch, to compare branches by.

    Failed discriminators count first, then how early a type fails, then depth and number of errors.
    """
    failed_discriminators = sum(_is_discriminator(error, level) for error in errors)
    depths = [len(error.instance_path) for error in errors]
    earliest_type_error = min(
        (len(error.instance_path) for error in errors if error.kind.name == "type"), default=float("inf")
    )
    return failed_discriminators, -earliest_type_error, -max(depths, default=0), len(errors)


def _is_discriminator(error: jsonschema_rs.ValidationError, level: int) -> bool:
    """Return whether the error is at a constant direct property, such as `type` of GeoJSON objects (RFC 7946)."""
    is_constant = error.kind.name == "const" or (error.kind.name == "enum" and len(error.kind.value) == 1)
    return is_constant and len(error.instance_path) == level + 1
