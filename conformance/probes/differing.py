"""What a comparison found, told as outcomes of one requirement, and what of it lasts."""

from collections.abc import Iterator, Sequence

import msgspec

from conformance.answers import Answer
from conformance.comparing import Difference, at
from conformance.judging import passed, quote, violated
from conformance.model import Noticed, Outcome
from conformance.probes.base import Steps, ask


def differing(  # noqa: PLR0913 - a finding has these parts
    answer: Answer, requirement: str, message: str, found: list[Difference], also: tuple[Answer, ...], *, shown: int
) -> Iterator[Outcome]:
    """A violation for each of the first `shown` differences; a pass where there is none."""
    if not found:
        yield passed(answer, requirement)
    for found_difference in found[:shown]:
        yield difference(answer, requirement, message, found_difference, also)


def difference(answer: Answer, requirement: str, message: str, found: Difference, also: tuple[Answer, ...]) -> Outcome:
    """The violation that one difference is, at its place."""
    old, new = quote(found.old), quote(found.new)
    return violated(answer, requirement, message, expected=old, actual=new, pointer=found.pointer, also=also)


def lasting(plain: Answer, found: Sequence[Difference]) -> Steps[list[Difference]]:
    """The differences whose place says in two more plain reads what it said before; the others are named as volatile.

    One more would not do: what flips with each read would be back where it was.
    """
    reread = msgspec.structs.replace(plain.exchange.request, fresh=True)
    persistent = list(found)
    for _ in range(2 if found else 0):
        read = yield from ask(plain.operation, reread)
        persistent = [
            candidate
            for candidate in persistent
            if at(read.json, candidate.pointer) == at(plain.json, candidate.pointer)
        ]
    for pointer in dict.fromkeys(candidate.pointer for candidate in found if candidate not in persistent):
        message = f"{pointer} changes between identical reads; left out"
        yield Noticed("volatile-field", message, plain.operation.key)
    return persistent
