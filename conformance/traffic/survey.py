"""A first look at traffic: under which base URL it calls the API, and whether its clock was set back."""

from collections import Counter, deque
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from conformance.traffic.base_url import BaseUrlFits
from conformance.traffic.entry import LeftOut, TrafficEntry
from conformance.traffic.operation_index import OperationIndex
from conformance.traffic.reading import read_traffic

_MAX_KEPT_BYTES = 48 << 20  # of entries that are kept, so that a file of some thousand exchanges is read once
_HEAD_BYTES = 2000  # about what an entry takes beside its body
_MAX_JUMPS = 3  # back in one file; with more, entries are not in the order of time
JUMP_S = 60.0
"""Seconds back by which a clock was set: requests that run at the same time differ by less."""


class Survey(NamedTuple):
    """The result of a first look at traffic: its base URLs, and the files in which the clock was set back.

    `kept` holds the entries of files that are not too long, until they are taken.
    """

    fits: BaseUrlFits
    set_back: frozenset[Path]
    kept: dict[Path, deque[TrafficEntry | LeftOut]]

    def take_entries(self, file: Path) -> Iterator[TrafficEntry | LeftOut]:
        """Yield the entries of a file, and forget them; raises the errors of `read_traffic`."""
        entries = self.kept.pop(file, None)
        if entries is None:
            yield from read_traffic([file])
            return
        while entries:
            yield entries.popleft()


def survey_traffic(files: Sequence[Path], index: OperationIndex) -> Survey:
    """Read files and return what they show together, with the entries of those that are not too long.

    Raises UsageError where a file cannot be read, or is in no known format.
    """
    fits, jumps = BaseUrlFits(index), Counter[Path]()
    kept: dict[Path, deque[TrafficEntry | LeftOut]] = {}
    left = _MAX_KEPT_BYTES
    for file in files:
        last = 0.0
        kept[file] = entries = deque[TrafficEntry | LeftOut]()
        for entry in read_traffic([file]):
            left -= _HEAD_BYTES + (len(entry.response_body) if isinstance(entry, TrafficEntry) else 0)
            if left >= 0:
                entries.append(entry)
            if isinstance(entry, TrafficEntry):
                fits.add_url(entry.url)
                jumps[file] += 0 < entry.started_at < last - JUMP_S
                last = entry.started_at or last
            else:
                fits.unreadable[entry.reason] += 1
        if left < 0:
            del kept[file]
    return Survey(fits, frozenset(file for file, count in jumps.items() if 0 < count <= _MAX_JUMPS), kept)
