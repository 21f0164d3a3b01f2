"""The baseline of a comparison: it gets the same reads as the target, and a lasting difference is a regression."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from threading import Lock
from typing import NamedTuple
from urllib.parse import quote

import msgspec

from conformance.model import Request, Response
from conformance.model.pointers import fold_indices
from conformance.network.channel import Channel, NoResponseError, NotSentError
from conformance.regressions.comparison import (
    RegressionKind,
    ResponseDifference,
    compare_responses,
    count_absences,
    count_numbers,
)
from conformance.regressions.durations import find_slowdown
from conformance.regressions.identifiers import IdentifierMap
from conformance.safety.gate import ForbiddenRequestError

_MAX_LIMITED = 3  # responses of 429 from the baseline, after which it gets no more reads
_MIN_NUMBERS = 20  # numbers in both, before two worlds count as different
_MAX_OTHER = 0.25  # share of other numbers, up to which two targets show one world
_USUAL = 0.9  # share of the places where the baseline has a value and the target has none, in different worlds
_MIN_ABSENCES = 3
_ABSENT_KINDS = frozenset({RegressionKind.GONE, RegressionKind.TYPE})
_OF_WORLD = frozenset({"header:link", "header:location"})  # headers that depend on what there is


class Regression(msgspec.Struct, frozen=True):
    """A difference between the target and the baseline that lasts: the operation, what differs, and an example."""

    operation: str
    kind: RegressionKind
    pointer: str
    baseline: str
    target: str
    request: str
    times: int = 1

    @property
    def is_grave(self) -> bool:
        """Return whether a client may break: what was added and what is slower does not."""
        return self.kind not in {RegressionKind.ADDED, RegressionKind.SLOWER}

    @property
    def sentence(self) -> str:
        """Return the regression in words."""
        where = f" at {self.pointer}" if self.pointer else ""
        return (
            f"{self.kind}{where}: {self.baseline or 'nothing'} before, {self.target or 'nothing'} now ({self.request})"
        )


class _Place(NamedTuple):
    operation: str
    kind: RegressionKind
    pointer: str


class Mirror:
    """Sends the reads of one worker to the baseline and compares; may be called by several threads.

    `base_urls` are those of the target and of the baseline; `limit` is how many requests each identity may send to the
    baseline, None for any number.
    """

    def __init__(
        self, baseline: Channel, base_urls: tuple[str, str], identities: frozenset[str], limit: int | None
    ) -> None:
        self._baseline, self._identities, self._limit = baseline, identities, limit
        self._base_urls = base_urls
        self._known = IdentifierMap()
        self._lock = Lock()
        self._seen: set[tuple[object, ...]] = set()
        self._lasting: dict[_Place, Regression] = {}
        self._moving: set[_Place] = set()
        self._durations: dict[str, tuple[list[float], list[float]]] = defaultdict(lambda: ([], []))
        self._spent: Counter[str] = Counter()
        self._places: Counter[_Place] = Counter()  # values of the baseline at places that differ
        self._absences: Counter[_Place] = Counter()  # and those of them that the target lacks
        self._numbers, self._other_numbers = 0, 0  # in bodies of both, and those of them that differ
        self._limited = 0
        self.unsent = 0
        """Reads that the baseline did not get: its limit is spent, or it has no such identity."""

    @property
    def sent(self) -> Counter[str]:
        """Return the requests to the baseline by identity."""
        return self._spent

    def compare(self, request: Request, response: Response, repeat: Callable[[], Response]) -> None:
        """Send a read of the target to the baseline too, and compare; `repeat` reads the target again."""
        if not request.is_safe or request.authority or request.token_in or response.is_unavailable:
            return
        with self._lock:
            texts = (request.target, *(value for _, value in request.headers))
            if not all(map(self._known.can_translate, texts)):
                self.unsent += 1
                return
            key = (request.identity, request.method, request.target, request.headers)
            if key in self._seen or response.status == 429:
                return
            self._seen.add(key)
            other = self._read_baseline(request)
            if other is None:
                return
            ours, theirs = self._durations[request.operation]
            ours.append(response.elapsed_s)
            theirs.append(other.elapsed_s)
            self._judge(request, response, other, repeat)

    def _read_baseline(self, request: Request) -> Response | None:
        """Return the response of the baseline to the same read, None where it cannot be had."""
        identity = request.identity
        is_known = not identity or identity in self._identities
        if not is_known or self._limited >= _MAX_LIMITED or (self._limit and self._spent[identity] >= self._limit):
            self.unsent += 1
            return None
        headers = tuple((name, self._translate(value)) for name, value in request.headers)
        mapped = msgspec.structs.replace(request, target=self._translate(request.target), headers=headers)
        self._spent[identity] += 1
        try:
            response = self._baseline.send(mapped)
        except (ForbiddenRequestError, NoResponseError, NotSentError):
            self.unsent += 1
            return None
        self._limited = self._limited + 1 if response.status == 429 else 0
        if response.is_unavailable or response.status == 429:
            self.unsent += 1
            return None
        return response

    def _translate(self, text: str) -> str:
        """Return a text of a request with the base URL, the ids and the times of the baseline."""
        here, there = self._base_urls
        text = text.replace(here, there).replace(quote(here, safe=""), quote(there, safe=""))
        return self._known.translate(text)

    def _judge(self, request: Request, response: Response, other: Response, repeat: Callable[[], Response]) -> None:
        differences = _index(request.operation, compare_responses(response, other, self._known))
        count, other_count = count_numbers(response, other)
        self._numbers += count
        self._other_numbers += other_count
        unknown = differences.keys() - self._lasting.keys() - self._moving
        if unknown:
            again = self._read_baseline(request)
            try:
                repeated = repeat()
            except (ForbiddenRequestError, NoResponseError, NotSentError):
                return
            if again is None:
                return
            still = _index(request.operation, compare_responses(repeated, again, self._known))
            self._moving |= _index(request.operation, compare_responses(again, other, IdentifierMap())).keys()
            self._moving |= _index(request.operation, compare_responses(repeated, response, IdentifierMap())).keys()
            for place in unknown & still.keys() - self._moving:
                difference = differences[place]
                self._lasting[place] = Regression(
                    request.operation, place.kind, place.pointer, difference.baseline, difference.target,
                    f"{request.method} {request.target}", 0,
                )  # fmt: skip
        self._count_absences(request.operation, response, other)
        for place in differences.keys() & self._lasting.keys():
            known = self._lasting[place]
            self._lasting[place] = msgspec.structs.replace(known, times=known.times + 1)

    def _is_structural(self, place: _Place) -> bool:
        """Return whether a difference counts in different worlds: what differs whatever there is."""
        if place.kind in _ABSENT_KINDS and not place.pointer.startswith("header:"):
            return self._absences[place] >= max(_MIN_ABSENCES, _USUAL * self._places[place])
        is_header = place.kind in {RegressionKind.HEADER, RegressionKind.GONE, RegressionKind.ADDED}
        is_fixed = is_header and place.pointer.startswith("header:") and place.pointer not in _OF_WORLD
        return place.kind is RegressionKind.STATUS or is_fixed

    def _count_absences(self, operation: str, response: Response, other: Response) -> None:
        """Count what the target lacks at the places of an operation that are known to differ."""
        for place in self._lasting:
            if place.operation == operation and place.kind in _ABSENT_KINDS:
                known, absent = count_absences(response, other, place.pointer)
                self._places[place] += known
                self._absences[place] += absent

    def list_regressions(self) -> Iterator[Regression]:
        """Yield the lasting differences.

        Where the two show different worlds, values do not count, and what is absent counts where it nearly always is.
        """
        is_alike = self._numbers < _MIN_NUMBERS or self._other_numbers <= _MAX_OTHER * self._numbers
        is_one_world = is_alike and not self._known.has_other_ids
        for place, regression in self._lasting.items():
            if place in self._moving:
                continue
            if is_one_world or self._is_structural(place):
                yield regression
        for operation, (ours, theirs) in self._durations.items():
            if slowdown := find_slowdown(ours, theirs):
                yield Regression(
                    operation, RegressionKind.SLOWER, "", f"{slowdown.baseline_s * 1000:.0f} ms",
                    f"{slowdown.target_s * 1000:.0f} ms, {slowdown.factor:.1f} times, "
                    f"{slowdown.confidence:.1%} sure", f"{len(ours)} reads", len(ours),
                )  # fmt: skip


def _index(operation: str, differences: Iterator[ResponseDifference]) -> dict[_Place, ResponseDifference]:
    """Return differences by kind and place."""
    return {_Place(operation, d.kind, fold_indices(d.pointer)): d for d in differences}
