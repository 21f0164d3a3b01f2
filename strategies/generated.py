"""Generated cases, and what they truly are on the wire.

A generator means a case to be negative by the schema; a query string has no types, and `?name=5` is a fine string. What
the oracles do not agree on accuses nobody.
"""

from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import TYPE_CHECKING

import msgspec

from conformance.adapters import GeneratedCase, Mode
from conformance.description import Description
from conformance.model import Operation, Request
from conformance.validation import SecondOpinion, Validators, request_errors
from strategies.instances import FORMATS

if TYPE_CHECKING:
    from conformance.adapters.schemathesis_door import Door


class Validity(StrEnum):
    """What a request is by the description."""

    VALID = "valid"
    INVALID = "invalid"
    DISPUTED = "disputed"  # the oracles disagree


class Judgement(msgspec.Struct, frozen=True):
    """The validity of a request; `objections` are those of the compiled validators, then those of openapi-core."""

    validity: Validity
    objections: tuple[str, ...] = ()


def door(description: Description) -> "Door":
    """The door to schemathesis with our formats: decimals, timestamps of this age, plain addresses."""
    from conformance.adapters.schemathesis_door import Door  # noqa: PLC0415 - see conformance.adapters

    return Door(description, FORMATS)


def plausible(cases: Iterable[GeneratedCase], operation: Operation, validators: Validators) -> Iterator[GeneratedCase]:
    """The cases of an operation that are on the wire what the generator meant, by the compiled validators."""
    for case in cases:
        if bool(request_errors(validators, operation, case.request)) is (case.mode is Mode.NEGATIVE):
            yield case


def judgement(request: Request, operation: Operation, validators: Validators, opinion: SecondOpinion) -> Judgement:
    """What both oracles say of a request. openapi-core takes some 10 ms: ask where an answer surprises, not always.

    >>> for case in plausible(door(description).coverage(operation), operation, validators):
    ...     if case.mode is Mode.NEGATIVE and send(case.request).status_code < 300:
    ...         assert judgement(case.request, operation, validators, opinion).validity is not Validity.INVALID
    """
    compiled = tuple(f"{each.pointer}: {each.message}" for each in request_errors(validators, operation, request))
    try:
        second = opinion.request(operation, request)
    except Exception as fault:  # noqa: BLE001 - openapi-core falls over some bodies of other media types
        return Judgement(Validity.DISPUTED, (*compiled, f"openapi-core failed: {fault!r}"))
    if bool(compiled) is not bool(second):
        return Judgement(Validity.DISPUTED, (*compiled, *second))
    return Judgement(Validity.INVALID if compiled else Validity.VALID, (*compiled, *second))
