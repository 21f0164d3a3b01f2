"""Slowdowns against the baseline, with the confidence that they are real. Pure."""

import math
from collections.abc import Sequence
from statistics import median
from typing import NamedTuple

_MIN_READS = 8  # of each target, before anything is concluded
_MIN_FACTOR = 1.5
_MIN_DIFFERENCE_S = 0.02
_MIN_CONFIDENCE = 0.999


class Slowdown(NamedTuple):
    """Median durations in seconds, the factor between them, and the confidence that it is no chance, from 0 to 1."""

    baseline_s: float
    target_s: float
    factor: float
    confidence: float


def find_slowdown(target: Sequence[float], baseline: Sequence[float]) -> Slowdown | None:
    """Return by how much reads of the target are slower, None where they are not, or may be by chance alone.

    The confidence is that of the rank sum test of Mann and Whitney, by the normal approximation.
    """
    if min(len(target), len(baseline)) < _MIN_READS:
        return None
    ours, theirs = median(target), median(baseline)
    if ours - theirs < _MIN_DIFFERENCE_S or ours < _MIN_FACTOR * theirs:
        return None
    confidence = _measure_confidence(target, baseline)
    factor = ours / theirs if theirs else math.inf
    return Slowdown(theirs, ours, factor, confidence) if confidence >= _MIN_CONFIDENCE else None


def _measure_confidence(target: Sequence[float], baseline: Sequence[float]) -> float:
    count, other_count = len(target), len(baseline)
    wins = sum((one > other) + 0.5 * (one == other) for one in target for other in baseline)
    mean = count * other_count / 2
    deviation = math.sqrt(count * other_count * (count + other_count + 1) / 12)
    return 0.5 * (1 + math.erf((wins - mean) / deviation / math.sqrt(2)))
