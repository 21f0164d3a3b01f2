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


class KeptEntries:
    """The entries of files up to a size, so that a file of some thousand exchanges is read once."""

    def __init__(self) -> None:
        self._by_file: dict[Path, deque[TrafficEntry | LeftOut]] = {}
        self._bodies: dict[bytes, bytes] = {}  # equal ones are one object
        self._left = _MAX_KEPT_BYTES

    def read(self, file: Path) -> Iterator[TrafficEntry | LeftOut]:
        """Yield the entries of a file and keep them, unless it is too long; raises the errors of `read_traffic`."""
        entries = deque[TrafficEntry | LeftOut]()
        for entry in read_traffic([file]):
            if self._left >= 0:
                entries.append(self._share_body(entry))
            yield entry
        if self._left >= 0:
            self._by_file[file] = entries

    def take(self, file: Path) -> Iterator[TrafficEntry | LeftOut]:
        """Yield the entries of a file, and forget them; raises the errors of `read_traffic`."""
        self._bodies.clear()
        entries = self._by_file.pop(file, None)
        if entries is None:
            yield from read_traffic([file])
            return
        while entries:
            yield entries.popleft()

    def _share_body(self, entry: TrafficEntry | LeftOut) -> TrafficEntry | LeftOut:
        self._left -= _HEAD_BYTES
        if not isinstance(entry, TrafficEntry):
            return entry
        body = self._bodies.setdefault(entry.response_body, entry.response_body)
        self._left -= len(body) if body is entry.response_body else 0
        return entry._replace(response_body=body)


class Survey(NamedTuple):
    """The result of a first look at traffic: its base URLs, and the files in which the clock was set back."""

    fits: BaseUrlFits
    set_back: frozenset[Path]
    kept: KeptEntries


def survey_traffic(files: Sequence[Path], index: OperationIndex) -> Survey:
    """Read files and return what they show together, with the entries of those that are not too long.

    Raises UsageError where a file cannot be read, or is in no known format.
    """
    fits, jumps, kept = BaseUrlFits(index), Counter[Path](), KeptEntries()
    for file in files:
        last = 0.0
        for entry in kept.read(file):
            if isinstance(entry, TrafficEntry):
                fits.add_url(entry.url)
                jumps[file] += 0 < entry.started_at < last - JUMP_S
                last = entry.started_at or last
            else:
                fits.unreadable[entry.reason] += 1
    return Survey(fits, frozenset(file for file, count in jumps.items() if 0 < count <= _MAX_JUMPS), kept)
