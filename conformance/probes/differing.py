"""What a comparison found, told as outcomes of one requirement."""

from collections.abc import Iterator

from conformance.answers import Answer
from conformance.comparing import Difference, told
from conformance.judging import passed, quote, violated
from conformance.model import Outcome


def differing(  # noqa: PLR0913 - a finding has these parts
    answer: Answer, requirement: str, message: str, found: list[Difference], also: tuple[Answer, ...], *, shown: int
) -> Iterator[Outcome]:
    """A violation for each of the first `shown` differences; a pass where there is none."""
    if not found:
        yield passed(answer, requirement)
    for each in found[:shown]:
        yield violated(
            answer,
            requirement,
            message,
            expected=quote(told(each.old)),
            actual=quote(told(each.new)),
            pointer=each.pointer,
            also=also,
        )
