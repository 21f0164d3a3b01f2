"""The recorder of outcomes: grades them by level, counts repetitions, leaves out what was not planned."""

from collections import Counter, defaultdict
from collections.abc import Callable

import msgspec

from conformance.model import Level, Observed, Outcome, Passed, Verdict
from conformance.model.grades import grade_verdict
from conformance.model.pointers import fold_indices

OutcomeKind = tuple[str, str, Verdict, str]
_QUIET = {Verdict.PASS, Verdict.NOT_APPLICABLE, Verdict.NOT_OBSERVABLE}
_UNPLANNED_IGNORED = {Verdict.PASS, Verdict.NOT_APPLICABLE, Verdict.NOT_TESTED, Verdict.NOT_OBSERVABLE}


class Recorder:
    """The outcomes of one plan item.

    The first outcome of each kind is written at once, so that none is lost when the process is killed; repetitions
    are counted and written at the end. With `defers_quiet` only what people must know of is written at once, and the
    rest is returned by `collect_rest`. `level` returns the level of a requirement, `planned` whether a case (given by
    requirement and operation key) is planned, `wanted` whether a violation of an unplanned case is reported.
    With `lists_repetitions` each repetition that is no PASS is written, with its exchanges.
    """

    def __init__(  # noqa: PLR0913 - what decides about an outcome
        self,
        item: str,
        write: Callable[[Observed], None],
        *,
        get_level: Callable[[str], Level],
        is_planned: Callable[[str, str], bool],
        is_reported: Callable[[str, str], bool],
        lists_repetitions: bool = False,
        defers_quiet: bool = False,
    ) -> None:
        self._item, self._write = item, write
        self._level, self._planned, self._wanted = get_level, is_planned, is_reported
        self._lists_repetitions, self._defers_quiet = lists_repetitions, defers_quiet
        self._deferred: list[Observed] = []
        self._repeated: Counter[Outcome] = Counter()
        self._seen: set[OutcomeKind] = set()
        self._passes: dict[OutcomeKind, int] = {}  # repetitions of PASS
        self._tried: dict[tuple[str, str], tuple[int, int]] = {}  # by case: the ways tried, and those known
        self.violations: list[Outcome] = []
        self.judged: set[str] = set()

    def record(self, outcome: Outcome, operation: str) -> None:
        """Record one outcome; `operation` is the key of the item's operation, whose cases then count as judged."""
        outcome = self._grade(outcome)
        kind = classify_outcome(outcome)
        if outcome.known:
            case = (outcome.requirement, outcome.operation)
            self._tried[case] = max(self._tried.get(case, (0, 0)), (outcome.tried, outcome.known))
        if kind in self._passes:  # most outcomes, so they take the shortest way
            self._passes[kind] += outcome.times
            return
        if not self._planned(outcome.requirement, outcome.operation) and (
            outcome.verdict in _UNPLANNED_IGNORED or not self._wanted(outcome.requirement, outcome.operation)
        ):
            return
        if outcome.operation == operation:
            self.judged.add(outcome.requirement)
        if kind in self._seen and not self._lists_repetitions:
            self._repeated[_generalize(outcome)] += outcome.times
            return
        self._seen.add(kind)
        if outcome.verdict is Verdict.PASS:
            self._passes[kind] = 0
        if self._defers_quiet and outcome.verdict in _QUIET:
            self._deferred.append(Observed(outcome, self._item))
        else:
            self._write(Observed(outcome, self._item))
        if outcome.verdict is Verdict.FAIL:
            self.violations.append(outcome)

    def close(self) -> None:
        """Write how often each outcome was repeated."""
        for event in self._collect_repetitions():
            self._write(event)

    def collect_rest(self) -> tuple[Observed | Passed, ...]:
        """Return the outcomes that were deferred, and how often each outcome was repeated."""
        return (*self._collect_deferred(), *self._collect_repetitions())

    def _collect_repetitions(self) -> list[Observed]:
        """Return how often each outcome was repeated."""
        rest: list[Observed] = []
        for (requirement, operation, verdict, _), times in self._passes.items():
            if times:
                self._repeated[Outcome(requirement, operation, verdict)] += times
        for outcome, times in self._repeated.items():
            tried, known = self._tried.get((outcome.requirement, outcome.operation), (0, 0))
            repeated = msgspec.structs.replace(outcome, times=times, tried=tried, known=known)
            rest.append(Observed(repeated, self._item))
        self._repeated.clear()
        self._passes.clear()
        return rest

    def _collect_deferred(self) -> list[Observed | Passed]:
        """Return the outcomes that were deferred: those that passed without more to say together, for each exchange."""
        deferred, self._deferred = self._deferred, []
        rest: list[Observed | Passed] = []
        passed: dict[tuple[str, tuple[str, ...]], dict[str, int]] = defaultdict(dict)  # by operation and exchange
        for event in deferred:
            outcome = event.outcome
            if _is_plain_pass(outcome) and (outcome.requirement, outcome.operation) not in self._tried:
                count = outcome.times + self._passes.pop(classify_outcome(outcome))
                passed[outcome.operation, outcome.exchanges][outcome.requirement] = count
            else:
                rest.append(event)
        for (operation, exchanges), counts in passed.items():
            times = () if set(counts.values()) == {1} else tuple(counts.values())
            rest.append(Passed(operation, tuple(counts), "".join(exchanges), times, self._item))
        return rest

    def _grade(self, outcome: Outcome) -> Outcome:
        if outcome.verdict is not Verdict.FAIL:
            return outcome
        return msgspec.structs.replace(
            outcome, verdict=grade_verdict(outcome.verdict, self._level(outcome.requirement))
        )


def _is_plain_pass(outcome: Outcome) -> bool:
    """Return whether an outcome says that a requirement is kept, on one exchange at most, and nothing else."""
    requirement, operation, exchanges = outcome.requirement, outcome.operation, outcome.exchanges
    plain = Outcome(requirement, operation, Verdict.PASS, exchanges=exchanges, times=outcome.times)
    return len(exchanges) <= 1 and outcome == plain


def classify_outcome(outcome: Outcome) -> OutcomeKind:
    """Return the kind of an outcome; outcomes of one kind are repetitions of each other.

    It consists of requirement, operation, verdict and, unless that is PASS, the pointer without list indices and the
    cause or message.
    """
    if outcome.verdict is Verdict.PASS:
        return outcome.requirement, outcome.operation, outcome.verdict, ""
    place = f"{fold_indices(outcome.pointer)} {outcome.cause or outcome.message}"
    return outcome.requirement, outcome.operation, outcome.verdict, place


def _generalize(outcome: Outcome) -> Outcome:
    """Return an outcome without what differs between repetitions: indices, values and exchanges."""
    return Outcome(
        outcome.requirement,
        outcome.operation,
        outcome.verdict,
        outcome.message,
        pointer=fold_indices(outcome.pointer),
        cause=outcome.cause,
        smallest=outcome.smallest,
    )
