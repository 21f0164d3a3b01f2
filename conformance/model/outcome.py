"""What was found: a verdict on one requirement for one operation, and what it rests on."""

from enum import StrEnum

import msgspec


class Verdict(StrEnum):
    """Every way a planned case can end; a case never ends as two of them."""

    PASS = "PASS"  # noqa: S105 - a verdict, not a password
    FAIL = "FAIL"  # a MUST is violated
    WARN = "WARN"  # a SHOULD is violated, or a MAY is worth a word
    REVIEW = "REVIEW"  # the sources contradict each other: a person decides
    NOT_APPLICABLE = "NOT_APPLICABLE"  # looked, and there was nothing to judge
    NOT_OBSERVABLE = "NOT_OBSERVABLE"  # cannot be seen from here
    NOT_TESTED = "NOT_TESTED"  # planned, not done: the reason says why
    INCONCLUSIVE = "INCONCLUSIVE"  # done, but the evidence does not decide
    ERROR = "ERROR"  # our own fault


class Case(msgspec.Struct, frozen=True, order=True):
    """One planned cell of the matrix: a requirement on an operation (`Operation.key`, or `*` for the whole API)."""

    requirement: str
    operation: str

    def __str__(self) -> str:
        return f"{self.requirement}[{self.operation}]"


class Outcome(msgspec.Struct, frozen=True, omit_defaults=True):
    """One observation on a case. Several may be made of one case; the fold keeps the gravest.

    `pointer` is a JSON pointer (RFC 6901) into the response body or, with the prefix `header:` or `query:`, names a
    header or parameter. `exchanges` are ids of the exchanges that it rests on, the telling one first.
    `cause` groups observations of one fault; empty means that requirement, operation and pointer (indices folded) do.
    `times` counts identical observations folded into this one. `smallest` is the id of the exchange with the smallest
    request that was found to show the same, empty where none smaller than the telling one is known.
    """

    requirement: str
    operation: str
    verdict: Verdict
    message: str = ""
    expected: str = ""
    actual: str = ""
    pointer: str = ""
    exchanges: tuple[str, ...] = ()
    cause: str = ""
    times: int = 1
    smallest: str = ""

    @property
    def case(self) -> Case:
        """The planned cell that this observation belongs to."""
        return Case(self.requirement, self.operation)
