"""CON-07 over a run: the first read of an item shows what its list showed before, and other reads after. Pure.

A value that is computed on demand, or a cache that the first read fills, shows at each item once and never again.
At one item that looks like a change by somebody else; at several, each time at the first read, it is none.
"""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any, NamedTuple

from conformance.evidence.outcomes import quote_json
from conformance.execution.history_folds import SETTLING_S, WriteLog, is_partial, is_shown_both_ways, replace_expansions
from conformance.execution.sightings import Sighting, Sightings, Stillness
from conformance.model import Outcome, Verdict

_MIN_ITEMS = 3  # that show it, one after the other
_SHARE = 3  # of so many items that show it, one may be right from the beginning


class _FirstRead(NamedTuple):
    """The first single read of an item, with a value that its list did not show before, nor its next read after."""

    before: Sighting
    first: Sighting
    after: Sighting
    expected: Any
    actual: Any


def judge_first_reads(sightings: Sightings) -> Iterator[Outcome]:
    """Yield a violation for each property that several items show otherwise at their first read alone."""
    writes = WriteLog(sightings.writes)
    odd: dict[tuple[str, str], list[_FirstRead]] = defaultdict(list)  # by operation and property
    right: dict[tuple[str, str], int] = defaultdict(int)
    for url, history in sightings.iterate_histories():
        reads = _find_first_read(history)
        if reads is None or writes.has_any_beside(url, reads[0].began - SETTLING_S, reads[2].ended):
            continue
        before, first, after = (replace_expansions(sighting.body) for sighting in reads)
        for name in before.keys() & first.keys() & after.keys():
            case = (reads[1].operation, name)
            if first[name] == after[name]:
                right[case] += first[name] == before[name] and first[name] is not None
            elif before[name] == after[name] and not is_shown_both_ways((before[name], first[name])):
                odd[case].append(_FirstRead(*reads, before[name], first[name]))
    for (operation, name), findings in sorted(odd.items()):
        is_systematic = _count_apart(findings) >= _MIN_ITEMS and len(findings) >= _SHARE * right[operation, name]
        stillness = sightings.find_stillness(findings[0].first.resource, name)
        if is_systematic and stillness is not Stillness.UNDOCUMENTED:
            yield _report(operation, name, findings, is_still=stillness is Stillness.STILL)


def _find_first_read(history: list[Sighting]) -> tuple[Sighting, Sighting, Sighting] | None:
    """Return what showed an item before its first single read, that read, and the next one by the same identity."""
    single = [s for s in history if s.pointer == "" and s.operation.startswith("GET ") and not is_partial(s)]
    if not single:
        return None
    first = single[0]
    same = [sighting for sighting in history if sighting.context == first.context]
    before = [s for s in same if s.pointer and s.ended < first.began and s.resource == first.resource]
    after = [s for s in single if s.context == first.context and s.operation == first.operation]
    later = [sighting for sighting in after if sighting.began > first.ended]
    return (before[-1], first, later[0]) if before and later else None


def _count_apart(findings: list[_FirstRead]) -> int:
    """Return how many findings lie one after the other, so that no change of all items at once explains them."""
    count, end = 0, 0.0
    for finding in sorted(findings, key=lambda finding: finding.after.ended):
        if finding.first.began > end:
            count, end = count + 1, finding.after.ended
    return count


def _report(operation: str, name: str, findings: list[_FirstRead], *, is_still: bool) -> Outcome:
    before, first, after, expected, actual = findings[0]
    message = f"{name} is another at the first read of an item, at {len(findings)} items"
    if not is_still:
        message += " (one reading: It is measured or switched, and moves by itself. The other: It is not ready.)"
    return Outcome(
        "CON-07", operation, Verdict.FAIL if is_still else Verdict.REVIEW, message, quote_json(expected),
        quote_json(actual), f"/{name}", (first.exchange, before.exchange, after.exchange),
    )  # fmt: skip
