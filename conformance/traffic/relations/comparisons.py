"""Comparisons of recorded responses: a difference is permanent, or the data changed in between. Pure.

Nothing can be sent again. A difference is a violation where the reference showed the same before and after the other
response, or where several resources differ at once and none agrees; else it is for review.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import msgspec

from conformance.model import Outcome, Verdict

MANY = 3
"""Resources with the same difference, each soon after the reference, that no single change of the data explains."""
_MIN_MEASURED = 2  # resources whose measured value differs for good: a switch may be thrown and thrown back once
_MIN_ABSENT = 2  # resources of which one place never shows a property that others show
_MIN_REPETITIONS = 4  # of measured values of all resources, before they count as standing still
_MOVED = " (one reading: It changed between the two exchanges. The other: The responses disagree.)"


class Comparison(NamedTuple):
    """A comparison of a response with the reference, on one resource.

    `outcome` is the violation that it may be, or PASS. `place` names what is compared, the same for all resources.
    `is_framed` is true where the reference showed the same before and after; `is_near` where the two were hardly apart.
    `may_move` is true where the value may change by itself; `repetitions` says then how often the reference showed the
    same again, and is negative where it did not. `is_absent` is true where one shows nothing in the place of a value.
    """

    outcome: Outcome
    place: str
    subject: str
    is_framed: bool = False
    is_near: bool = False
    may_move: bool = False
    repetitions: int = 0
    is_absent: bool = False

    @property
    def is_violation(self) -> bool:
        """Return whether the two differ."""
        return self.outcome.verdict is Verdict.FAIL


def settle_comparisons(comparisons: Iterable[Comparison]) -> Iterator[Outcome]:
    """Yield a violation, an outcome for review, or a pass for each place."""
    groups: dict[tuple[str, str, str], list[Comparison]] = defaultdict(list)
    for comparison in comparisons:
        outcome = comparison.outcome
        groups[outcome.requirement, outcome.operation, comparison.place].append(comparison)
    for group in groups.values():
        different = [comparison for comparison in group if comparison.is_violation]
        if not different:
            yield group[0].outcome
        else:
            yield from _settle_difference(different, agrees=len(different) < len(group))


def _settle_difference(different: list[Comparison], *, agrees: bool) -> Iterator[Outcome]:
    framed = [comparison for comparison in different if comparison.is_framed]
    moving = different[0].may_move
    soon = {comparison.subject for comparison in different if comparison.is_near}
    is_common = len(soon) >= MANY and not agrees
    absent = {comparison.subject for comparison in different if comparison.is_absent}
    is_never_shown = not agrees and len(absent) >= _MIN_ABSENT and all(one.is_absent for one in different)
    if framed and (not moving or _has_stood_still(framed)):
        yield _merge_outcomes(framed)
    elif is_never_shown:
        yield _merge_outcomes(different)
    elif is_common and not moving:
        yield _merge_outcomes([comparison for comparison in different if comparison.is_near])
    elif not moving or _has_stood_still(different):
        first = different[0].outcome
        yield msgspec.structs.replace(first, verdict=Verdict.REVIEW, message=first.message + _MOVED)


def _has_stood_still(different: list[Comparison]) -> bool:
    """Return whether measured values of several resources stood still wherever the reference was seen again."""
    repetitions = {comparison.subject: comparison.repetitions for comparison in different}
    has_moved = any(comparison.repetitions < 0 for comparison in different)
    return not has_moved and len(repetitions) >= _MIN_MEASURED and sum(repetitions.values()) >= _MIN_REPETITIONS


def _merge_outcomes(comparisons: list[Comparison]) -> Outcome:
    """Return the violation that comparisons show, with their number."""
    return msgspec.structs.replace(comparisons[0].outcome, times=len(comparisons))
