"""A first look at traffic: under which base URL it calls the API, and whether its clock was set back."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from conformance.traffic.base_url import BaseUrlFits
from conformance.traffic.entry import TrafficEntry
from conformance.traffic.operation_index import OperationIndex
from conformance.traffic.reading import read_traffic

_MAX_JUMPS = 3  # back in one file; with more, entries are not in the order of time
JUMP_S = 60.0
"""Seconds back by which a clock was set: requests that run at the same time differ by less."""


class Survey(NamedTuple):
    """The result of a first look at traffic: its base URLs, and the files in which the clock was set back."""

    fits: BaseUrlFits
    set_back: frozenset[Path]


def survey_traffic(files: Sequence[Path], index: OperationIndex) -> Survey:
    """Read files once and return what they show together.

    Raises UsageError where a file cannot be read, or is in no known format.
    """
    fits, jumps = BaseUrlFits(index), Counter[Path]()
    for file in files:
        last = 0.0
        for entry in read_traffic([file]):
            if isinstance(entry, TrafficEntry):
                fits.add_url(entry.url)
                jumps[file] += 0 < entry.started_at < last - JUMP_S
                last = entry.started_at or last
            else:
                fits.unreadable[entry.reason] += 1
    return Survey(fits, frozenset(file for file, count in jumps.items() if 0 < count <= _MAX_JUMPS))
