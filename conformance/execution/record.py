"""Writing outcomes down: graded by level, repetitions counted, what was not planned left out."""

import re
from collections import Counter
from collections.abc import Callable

import msgspec

from conformance.model import Level, Observed, Outcome, Verdict

_INDEX = re.compile(r"/\d+(?=/|$)")
Sort = tuple[str, str, Verdict, str]
_SILENT = {Verdict.PASS, Verdict.NOT_APPLICABLE, Verdict.NOT_TESTED, Verdict.NOT_OBSERVABLE}


class Recorder:
    """The observations of one item.

    The first of its kind is written at once, so that a kill loses none; repetitions are counted and written at the end.
    `grade` gives the level of a requirement, `planned` whether a cell is, `wanted` whether one that is not may speak.
    """

    def __init__(
        self,
        item: str,
        write: Callable[[Observed], None],
        *,
        level: Callable[[str], Level],
        planned: Callable[[str, str], bool],
        wanted: Callable[[str, str], bool],
    ) -> None:
        self._item, self._write = item, write
        self._level, self._planned, self._wanted = level, planned, wanted
        self._more: Counter[Outcome] = Counter()
        self._seen: set[Sort] = set()
        self._passes: dict[Sort, int] = {}  # repetitions of what was seen to hold
        self.violations: list[Outcome] = []
        self.judged: set[str] = set()

    def record(self, outcome: Outcome, operation: str) -> None:
        """Take one observation; `operation` is the item's own, whose cells count as judged."""
        outcome = self._graded(outcome)
        kind = kind_of(outcome)
        if kind in self._passes:  # by far the most, and told as one
            self._passes[kind] += outcome.times
            return
        if not self._planned(outcome.requirement, outcome.operation) and (
            outcome.verdict in _SILENT or not self._wanted(outcome.requirement, outcome.operation)
        ):
            return
        if outcome.operation == operation:
            self.judged.add(outcome.requirement)
        if kind in self._seen:
            self._more[_bare(outcome)] += outcome.times
            return
        self._seen.add(kind)
        if outcome.verdict is Verdict.PASS:
            self._passes[kind] = 0
        self._write(Observed(outcome, self._item))
        if outcome.verdict is Verdict.FAIL:
            self.violations.append(outcome)

    def close(self) -> None:
        """Write down how often each observation was repeated."""
        for (requirement, operation, verdict, _), times in self._passes.items():
            if times:
                self._more[Outcome(requirement, operation, verdict)] += times
        for outcome, times in self._more.items():
            self._write(Observed(msgspec.structs.replace(outcome, times=times), self._item))
        self._more.clear()
        self._passes.clear()

    def _graded(self, outcome: Outcome) -> Outcome:
        if outcome.verdict is Verdict.FAIL and self._level(outcome.requirement) is not Level.MUST:
            return msgspec.structs.replace(outcome, verdict=Verdict.WARN)
        return outcome


def kind_of(outcome: Outcome) -> Sort:
    """What makes two observations the same: the place without list indices, and the words unless it is a pass."""
    if outcome.verdict is Verdict.PASS:
        return outcome.requirement, outcome.operation, outcome.verdict, ""
    words = f"{_INDEX.sub('/*', outcome.pointer)} {outcome.cause or outcome.message}"
    return outcome.requirement, outcome.operation, outcome.verdict, words


def _bare(outcome: Outcome) -> Outcome:
    """The repetition of an observation: where and what, without the values that differ each time."""
    return Outcome(
        outcome.requirement,
        outcome.operation,
        outcome.verdict,
        outcome.message,
        pointer=_INDEX.sub("/*", outcome.pointer),
        cause=outcome.cause,
        smallest=outcome.smallest,
    )
