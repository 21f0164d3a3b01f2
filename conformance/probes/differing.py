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
    for each in found[:shown]:
        yield difference(answer, requirement, message, each, also)


def difference(answer: Answer, requirement: str, message: str, found: Difference, also: tuple[Answer, ...]) -> Outcome:
    """The violation that one difference is, at its place."""
    old, new = quote(found.old), quote(found.new)
    return violated(answer, requirement, message, expected=old, actual=new, pointer=found.pointer, also=also)


def lasting(plain: Answer, found: Sequence[Difference]) -> Steps[list[Difference]]:
    """The differences whose place says in two more plain reads what it said before; the others are named as volatile.

    One more would not do: what flips with each read would be back where it was.
    """
    again = msgspec.structs.replace(plain.exchange.request, fresh=True)
    stayed = list(found)
    for _ in range(2 if found else 0):
        read = yield from ask(plain.operation, again)
        stayed = [each for each in stayed if at(read.json, each.pointer) == at(plain.json, each.pointer)]
    for pointer in dict.fromkeys(each.pointer for each in found if each not in stayed):
        message = f"{pointer} changes between identical reads; left out"
        yield Noticed("volatile-field", message, plain.operation.key)
    return stayed
