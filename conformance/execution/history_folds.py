"""CON-06 to CON-08: over a run, resources keep their creation time, do not alternate, and state updates. Pure.

A difference that goes with the place where a resource is shown is one of CON-02.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from itertools import pairwise
from typing import Any, NamedTuple

import msgspec

from conformance.evidence.containers import parse_moment
from conformance.execution.sightings import SentWrite, Sighting, Sightings, Stillness
from conformance.model import Outcome, Verdict
from conformance.model.pointers import fold_indices

_BEGINNINGS = ("created_at", "joined_at", "start", "sampled_at", "logged_at", "started_at")
_PRECISION = timedelta(seconds=1)  # to which a time may be shown in one place and not in another
_UPDATES = ("updated_at", "last_updated_at", "ticket_updated_at")
_OWN_UPDATE = "updated_at"  # of the resource itself, which AFT-05 judges: a write moves it at once
_MIN_SIGHTINGS = 3
_CLOCK_S = 300.0  # by which clocks may differ, or a time may be rounded, so that a new time equals an old one
_MIN_MOVES = 3  # of an update time in a row, before reads are blamed for them
SETTLING_S = 5.0  # after a write, in which some representations may still be those before it
_NUMBER = re.compile(r"[-+]?[0-9][0-9.,:TZ+-]*")  # a number or a time that is sent as text


def judge_histories(sightings: Sightings) -> Iterator[Outcome]:
    """Yield the outcomes on what the run saw of each resource at different times."""
    writes = WriteLog(sightings.writes)
    for _, history in sightings.iterate_histories():
        yield from _judge_beginning(history)
        contexts: dict[tuple[str, ...], list[Sighting]] = defaultdict(list)
        for sighting in history:
            if not is_partial(sighting):
                contexts[sighting.context].append(sighting)
        for same_context in contexts.values():
            yield from _judge_alternation(same_context, sightings, writes)
            yield from _judge_update_time(same_context, writes)


class WriteLog:
    """The writes of a run in the order of time."""

    def __init__(self, writes: list[SentWrite]) -> None:
        self._writes = sorted(writes, key=lambda write: write.moment)

    def has_any(self, begin: float, end: float) -> bool:
        """Return whether the run wrote anything between two moments."""
        return any(begin <= write.moment <= end for write in self._writes)

    def has_any_beside(self, url: str, begin: float, end: float) -> bool:
        """Return whether the run wrote between two moments below the root collection of this URL."""
        sent = (write for write in self._writes if begin <= write.moment <= end)
        return any(f"/{root}/" in f"{url}/" for write in sent if (root := write.path.strip("/").partition("/")[0]))

    def list_sent_times(self, begin: float, end: float) -> set[str]:
        """Return the times of creation and update that were sent between two moments, as they were written."""
        return {time for write in self._writes if begin <= write.moment <= end for time in write.times}

    def list_writes(self, url: str, begin: float, end: float) -> list[SentWrite]:
        """Return what was sent to this URL between two moments."""
        path = url.partition("://")[2]
        return [w for w in self._writes if begin <= w.moment <= end and w.path and path.endswith(w.path)]

    def list_written_names(self, url: str, begin: float, end: float) -> set[str]:
        """Return the members that were sent to this URL between two moments."""
        return {name for write in self.list_writes(url, begin, end) for name in write.names}


def _judge_beginning(history: list[Sighting]) -> Iterator[Outcome]:
    """CON-06: the time when something was created, begun or sampled is the same at every sighting."""
    judged: set[str] = set()
    for name in _BEGINNINGS:
        first: Sighting | None = None
        for sighting in history:
            value = sighting.body.get(name)
            moment = parse_moment(value) if value is not None else None  # most resources lack most of the names
            if moment is None:
                continue
            if first is None:
                first = sighting
                continue
            expected = parse_moment(first.body[name])
            if expected is None or abs(moment - expected) < _PRECISION:
                judged.add(sighting.operation)
                continue
            yield Outcome(
                "CON-06", sighting.operation, Verdict.FAIL, f"{name} of one resource is another one than before",
                str(first.body[name]), str(sighting.body[name]), f"{sighting.pointer}/{name}",
                (sighting.exchange, first.exchange),
            )  # fmt: skip
            return
    for operation in sorted(judged):
        yield Outcome("CON-06", operation, Verdict.PASS, exchanges=(history[-1].exchange,))


def is_partial(sighting: Sighting) -> bool:
    """Return whether a single resource was requested with parameters that may change what it shows."""
    query = sighting.target.partition("?")[2]
    is_single = sighting.pointer == ""
    return is_single and any(not pair.startswith("expand=") for pair in query.split("&") if pair)


def _judge_update_time(history: list[Sighting], writes: WriteLog) -> Iterator[Outcome]:
    """CON-08: the time of the last update never goes back, moves with a change that was written, and with no read.

    A change between two sightings is one that was written if the run sent that member between them. An update time
    that moves at three sightings in a row while nothing else changes and nothing is written is one that reads move. An
    earlier state that is shown again soon after a write is that of a representation which lags behind.
    """
    for name in _UPDATES:
        shown = [sighting for sighting in history if parse_moment(sighting.body.get(name))]
        moves, known = 0, set[object]()
        for before, after in pairwise(shown):
            old, new = parse_moment(before.body[name]), parse_moment(after.body[name])
            if old is None or new is None or before.ended > after.began:
                continue
            known.add(old)
            changed = find_changed_names(before, after) - {name}
            written = changed & writes.list_written_names(str(after.body["url"]), before.began, after.ended)
            is_alone = not changed and not writes.has_any(before.began, after.ended)
            moves = moves + 1 if new > old and is_alone else 0
            lags = new in known and writes.has_any(before.began - SETTLING_S, after.ended)
            if new < old - _PRECISION and not lags:
                message = f"{name} goes back"
            elif new == old and written and name != _OWN_UPDATE and before.began - old.timestamp() > _CLOCK_S:
                message = f"{', '.join(sorted(written))} changed by a write, and {name} did not"
            elif moves >= _MIN_MOVES:
                message = f"{name} moves with every read"
            else:
                continue
            yield Outcome(
                "CON-08", after.operation, Verdict.FAIL, message, f"another time than {before.body[name]}",
                str(after.body[name]), f"{after.pointer}/{name}", (after.exchange, before.exchange),
            )  # fmt: skip
            return
        if len(shown) > 1:
            yield Outcome("CON-08", shown[-1].operation, Verdict.PASS, exchanges=(shown[-1].exchange,))


def find_changed_names(before: Sighting, after: Sighting) -> set[str]:
    """Return the properties that both sightings show, with another value in the later one."""
    if before.body is after.body:  # equal sightings share one
        return set()
    old, new = replace_expansions(before.body), replace_expansions(after.body)
    return {name for name in old if name in new and old[name] != new[name]}


class _Run(NamedTuple):
    """Sightings in a row at which a property has one value: the first and last, how many, and at which places."""

    value: bytes
    first: Sighting
    last: Sighting
    sightings: int
    places: frozenset[str]


def _judge_alternation(history: list[Sighting], sightings: Sightings, writes: WriteLog) -> Iterator[Outcome]:
    """CON-07: no text or link goes to another value and back between two writes.

    A value that comes and goes must do so twice; once is for review, as others may write too. What is measured or
    switched may alternate by itself: it is for review, where it takes turns between two values alone. Where each place
    shows one value throughout, it is the list that differs from the single read (CON-02).
    """
    if len(history) < _MIN_SIGHTINGS:
        return
    by_body = {id(sighting.body): sighting.body for sighting in history}  # equal sightings share one
    values = {key: replace_expansions(body) for key, body in by_body.items()}
    verdicts = set()
    if len({msgspec.json.encode(body, order="sorted") for body in values.values()}) > 1:
        bodies = [values[id(sighting.body)] for sighting in history]
        for name in sorted(set().union(*bodies)):
            for outcome in _judge_property(name, _group_values(name, history, bodies), sightings, writes):
                verdicts.add(outcome.verdict)
                yield outcome
    if Verdict.FAIL not in verdicts:
        for operation, exchange in {sighting.operation: sighting.exchange for sighting in history}.items():
            yield Outcome("CON-07", operation, Verdict.PASS, exchanges=(exchange,))


def _has_later_times(sightings: Sequence[Sighting]) -> bool:
    """Return whether a time in a resource moves on from each sighting to the next, as that of its last change does."""
    bodies = [sighting.body for sighting in sightings]
    moments = ([parse_moment(body.get(name)) for body in bodies] for name in bodies[0])
    return any(
        all(old is not None and new is not None and old < new for old, new in pairwise(times)) for times in moments
    )


def _judge_property(name: str, runs: list[_Run], sightings: Sightings, writes: WriteLog) -> Iterator[Outcome]:
    """Yield a violation, or an outcome for review, where the values of one property alternate."""
    values = [msgspec.json.decode(run.value) for run in runs]
    stillness = sightings.find_stillness(runs[0].first.resource, name) if runs else Stillness.UNDOCUMENTED
    is_text = stillness is Stillness.STILL and all(value is None or _is_text(value) for value in values)
    is_optional = None in values
    window = _find_alternation(runs, 3 if is_text and not is_optional else 4, writes)
    is_lost_once = window is None and is_text and is_optional
    window = _find_alternation(runs, 3, writes) if is_lost_once else window
    is_settled = is_text or len({run.value for run in runs}) == 2
    if is_shown_both_ways(values):
        return
    if window is None or stillness is Stillness.UNDOCUMENTED or not is_settled:
        return
    first, odd, last = window[0].last, window[1].first, window[2].first
    requirement, operation, verdict = "CON-07", odd.operation, Verdict.FAIL
    tries = sum(run.sightings for run in runs)
    message = f"{name} alternates without any write in between, at {tries} sightings"
    if not _join_places(window[::2]) & _join_places(window[1::2]):
        requirement, operation = "CON-02", sightings.find_single_read(first, odd)
        message = f"{name} differs from what the list shows, at each of {tries} sightings"
    elif not is_text:
        verdict = Verdict.REVIEW
        message += " (one reading: It is measured or switched, and moves by itself. The other: Its state differs.)"
    elif _has_later_times((first, odd, last)):
        verdict = Verdict.REVIEW
        message += " (one reading: Somebody else changes it, and a time moves along. The other: The read is flaky.)"
    elif is_lost_once:
        verdict = Verdict.REVIEW
        message += ", once (one reading: Somebody else changed it and changed it back. The other: The read is flaky.)"
    if operation:
        yield Outcome(
            requirement, operation, verdict, message, window[0].value.decode(), window[1].value.decode(),
            f"{odd.pointer}/{name}", (odd.exchange, first.exchange, last.exchange),
        )  # fmt: skip


def _join_places(runs: list[_Run]) -> frozenset[str]:
    return frozenset[str]().union(*(run.places for run in runs))


def _find_alternation(runs: list[_Run], needed: int, writes: WriteLog) -> list[_Run] | None:
    """Return the first `needed` runs of sightings in a row that alternate, or None."""
    windows = (runs[at : at + needed] for at in range(len(runs)))
    return next((window for window in windows if _is_alternation(window, needed, writes)), None)


def _is_alternation(window: list[_Run], needed: int, writes: WriteLog) -> bool:
    """Return whether values alternate in runs of sightings one after the other, when no write has just happened."""
    if len(window) < needed or len({run.value for run in window}) != 2:
        return False  # runs next to each other differ: with two values they alternate
    if any(before.last.ended > after.first.began for before, after in pairwise(window)):
        return False
    return not writes.has_any(window[0].last.began - SETTLING_S, window[-1].first.ended)


def _group_values(name: str, history: list[Sighting], bodies: list[dict[str, Any]]) -> list[_Run]:
    runs: list[_Run] = []
    for sighting, body in zip(history, bodies, strict=True):
        if name not in body:
            continue
        value = msgspec.json.encode(body[name], order="sorted")
        place = frozenset({f"{sighting.operation} {fold_indices(sighting.pointer)}"})
        if runs and runs[-1].value == value:
            count, places = runs[-1].sightings + 1, runs[-1].places | place
            runs[-1] = runs[-1]._replace(last=sighting, sightings=count, places=places)
        else:
            runs.append(_Run(value, sighting, sighting, 1, place))
    return runs


def _is_text(value: Any) -> bool:
    """Return whether a value is a text, a link, or a list of those, and no number or time that is sent as text."""
    if isinstance(value, list):
        return all(isinstance(member, str) for member in value)
    return isinstance(value, str) and not _NUMBER.fullmatch(value)


def replace_expansions(body: dict[str, Any], path: str = "") -> dict[str, Any]:
    """Return the values of a body by path, with the URLs of the resources that are expanded in it.

    Expanded resources without a URL are left out. Objects are entered, since one representation may show more of them
    than another. The order of several links is not promised, and so is the same in all.
    """
    values: dict[str, Any] = {}
    for name, member in body.items():
        value = _sort_texts(_link(member))
        if isinstance(value, dict):
            values |= replace_expansions(value, f"{path}{name}/")
        elif not _has_resources(value):
            values[path + name] = value
    return values


def is_shown_both_ways(values: Iterable[Any]) -> bool:
    """Return whether some of the values are URLs and others lists of objects: a link, and what `expand` puts there."""
    kinds = [type(value) for value in values]
    return str in kinds and list in kinds


def _has_resources(value: Any) -> bool:
    """Return whether a list holds resources without a URL, which stand in the place of links only where expanded."""
    return isinstance(value, list) and any(isinstance(member, dict) and "id" in member for member in value)


def _sort_texts(value: Any) -> Any:
    is_texts = isinstance(value, list) and all(isinstance(member, str) for member in value)
    return sorted(value) if is_texts else value


def _link(value: Any) -> Any:
    if moment := parse_moment(value):
        return f"{int(moment.timestamp())} s since 1970"  # some representations show it to the second alone
    if isinstance(value, dict) and isinstance(value.get("url"), str) and value["url"]:
        return value["url"]
    return [_link(member) for member in value] if isinstance(value, list) else value
