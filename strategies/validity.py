"""The validity of generated cases on the wire.

A generator intends a case to be negative by the schema, but a query string has no types: `?name=5` is a valid string. A
case on which the two oracles disagree is no evidence against a server.
"""

from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import TYPE_CHECKING

import msgspec

from conformance.adapters import GeneratedCase, GenerationMode
from conformance.description import Description
from conformance.model import Operation, Request
from conformance.validation import SchemaValidators, SecondOpinion, validate_request
from strategies.instances import FORMATS

if TYPE_CHECKING:
    from conformance.adapters.schemathesis_adapter import SchemathesisAdapter


class Validity(StrEnum):
    """The validity of a request by the description."""

    VALID = "valid"
    INVALID = "invalid"
    DISPUTED = "disputed"  # the oracles disagree


class Judgement(msgspec.Struct, frozen=True):
    """The validity of a request, with the objections of the compiled validators, then those of openapi-core."""

    validity: Validity
    objections: tuple[str, ...] = ()


def open_door(description: Description) -> "SchemathesisAdapter":
    """Return the door to schemathesis with the project's formats: decimals, recent timestamps, plain addresses."""
    from conformance.adapters.schemathesis_adapter import SchemathesisAdapter  # noqa: PLC0415 - see conformance.adapters

    return SchemathesisAdapter(description, FORMATS)


def select_plausible(
    cases: Iterable[GeneratedCase], operation: Operation, validators: SchemaValidators
) -> Iterator[GeneratedCase]:
    """Yield the cases that are on the wire what the generator meant, by the compiled validators."""
    for case in cases:
        if bool(validate_request(validators, operation, case.request)) is (case.mode is GenerationMode.NEGATIVE):
            yield case


def judge_request(
    request: Request, operation: Operation, validators: SchemaValidators, opinion: SecondOpinion
) -> Judgement:
    """Return the judgement of both oracles on a request.

    openapi-core takes about 10 ms: call this for a surprising response, not for every request.

    In a test of your own::

        for case in plausible(door(description).coverage(operation), operation, validators):
            if case.mode is Mode.NEGATIVE and send(case.request).status_code < 300:
                assert judgement(case.request, operation, validators, opinion).validity is not Validity.INVALID
    """
    objections = tuple(
        f"{error.pointer}: {error.message}" for error in validate_request(validators, operation, request)
    )
    try:
        second_opinion = opinion.validate_request(operation, request)
    except Exception as error:  # noqa: BLE001 - openapi-core crashes on some bodies of other media types
        return Judgement(Validity.DISPUTED, (*objections, f"openapi-core failed: {error!r}"))
    if bool(objections) is not bool(second_opinion):
        return Judgement(Validity.DISPUTED, (*objections, *second_opinion))
    return Judgement(Validity.INVALID if objections else Validity.VALID, (*objections, *second_opinion))
