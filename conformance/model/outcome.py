"""The verdict on one requirement for one operation, and its evidence."""

from enum import StrEnum

import msgspec


class Verdict(StrEnum):
    """The ways in which a planned case can end; a case ends in exactly one."""

    PASS = "PASS"  # noqa: S105 - a verdict, not a password
    FAIL = "FAIL"  # a MUST is violated
    WARN = "WARN"  # a SHOULD is violated, or a MAY deserves a notice
    REVIEW = "REVIEW"  # the sources contradict each other: a person decides
    NOT_APPLICABLE = "NOT_APPLICABLE"  # tested, and there was nothing to judge
    NOT_OBSERVABLE = "NOT_OBSERVABLE"  # cannot be observed from outside
    NOT_TESTED = "NOT_TESTED"  # planned, not tested: the reason says why
    INCONCLUSIVE = "INCONCLUSIVE"  # tested, but the evidence does not decide
    ERROR = "ERROR"  # an internal error of the harness


class Case(msgspec.Struct, frozen=True, order=True):
    """A requirement on an operation (`Operation.key`, `*` for the whole API): the unit that is planned and counted."""

    requirement: str
    operation: str

    def __str__(self) -> str:
        return f"{self.requirement}[{self.operation}]"


class Outcome(msgspec.Struct, frozen=True, omit_defaults=True):
    """One observation on a case. A case may have several; the fold keeps the gravest.

    `pointer` is a JSON pointer (RFC 6901) into the response body or, with the prefix `header:` or `query:`, names a
    header or parameter. `exchanges` are ids of the exchanges that it rests on, the decisive one first.
    `cause` groups observations of one defect; if it is empty, requirement, operation and pointer (indices folded) group
    them. `times` counts identical observations folded into this one. `smallest` is the id of the exchange with the
    smallest request that shows the same, empty if none smaller than the decisive one is known.
    `tried` counts the ways in which its plan item had tried the requirement by then, of `known` ways that its probe
    has; both are 0 where the probe tries all that it knows.
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
    tried: int = 0
    known: int = 0

    @property
    def case(self) -> Case:
        """Return the case that this observation belongs to."""
        return Case(self.requirement, self.operation)
