"""The ways in which cases were tried, of those that the suite knows."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from conformance.model import Case, Observed, Verdict

_JUDGED = frozenset({Verdict.PASS, Verdict.FAIL, Verdict.WARN, Verdict.REVIEW, Verdict.INCONCLUSIVE})


def count_ways(
    observed: Iterable[Observed], passes: Mapping[tuple[Case, str], int], left_out: Mapping[Case, int]
) -> dict[Case, tuple[int, int]]:
    """Return for each case how many ways were tried, and how many are known.

    A probe that samples says both in its outcomes; its items are parts of one sample, so that what they tried adds up.
    What a probe judged without counting, or a check, was tried in as many ways as there are observations, and no more
    are known. `passes` counts by case and probe the observations that say no more than that it passed. `left_out` are
    known ways of probes that the plan left out.
    """
    tried: dict[Case, dict[str, int]] = defaultdict(dict)  # by item
    known: dict[Case, dict[str, int]] = defaultdict(dict)  # by probe
    uncounted: dict[Case, dict[str, int]] = defaultdict(lambda: defaultdict(int))  # by probe
    for event in observed:
        outcome, probe = event.outcome, event.item.partition("[")[0]
        if outcome.known:
            items = tried[outcome.case]
            items[event.item] = max(items.get(event.item, 0), outcome.tried)
            known[outcome.case][probe] = max(known[outcome.case].get(probe, 0), outcome.known)
        elif outcome.verdict in _JUDGED:
            uncounted[outcome.case][probe] += outcome.times
    for (case, probe), times in passes.items():
        uncounted[case][probe] += times
    return {
        case: _add_up(tried[case], known[case], uncounted[case], left_out.get(case, 0))
        for case in {*tried, *uncounted, *left_out}
    }


def _add_up(
    tried: Mapping[str, int], known: Mapping[str, int], uncounted: Mapping[str, int], left_out: int
) -> tuple[int, int]:
    """Return the ways tried and known of all probes together."""
    by_probe: dict[str, int] = defaultdict(int)
    for item, count in tried.items():
        by_probe[item.partition("[")[0]] += count
    sampled = sum(min(count, known[probe]) for probe, count in by_probe.items())
    others = sum(count for probe, count in uncounted.items() if probe not in known)
    return sampled + others, sum(known.values()) + others + left_out
