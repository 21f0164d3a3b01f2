"""AFT-05 over a run: the times that a write leaves are those of the write, by the clock of the server. Pure.

The clock is the header Date of the response. Where no write of the run leaves a time that agrees with it, the data have
a clock of their own, and nothing is said of the time itself.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise

from conformance.evidence.containers import parse_moment
from conformance.evidence.responses import parse_clock
from conformance.execution.history_folds import WriteLog, find_changed_names
from conformance.execution.sightings import Sighting, Sightings
from conformance.model import Outcome, Verdict

_CREATED, _UPDATED = "created_at", "updated_at"
_CLOCKS = timedelta(minutes=5)  # by which two clocks of one server may differ
_LATER = timedelta(seconds=2)  # between two creations, so that they do not share a moment


def judge_write_times(sightings: Sightings) -> Iterator[Outcome]:
    """Yield the outcomes on what was created and changed by the run."""
    writes = WriteLog(sightings.writes)
    has_one_clock = any(_agrees_with_clock(s) for _, history in sightings.iterate_histories() for s in history)
    created: dict[str, list[Sighting]] = defaultdict(list)  # by operation
    for url, history in sightings.iterate_histories():
        first = history[0]
        if has_one_clock and first.operation.startswith("POST ") and first.status == 201 and first.pointer == "":
            created[first.operation].append(first)
            yield from _judge_creation(first, writes.list_sent_times(first.began, first.ended))
        contexts: dict[tuple[str, ...], list[Sighting]] = defaultdict(list)
        for sighting in history:
            if parse_moment(sighting.body.get(_UPDATED)):
                contexts[sighting.context].append(sighting)
        for same_context in contexts.values():
            yield from _judge_updates(url, same_context, writes, has_one_clock=has_one_clock)
    for things in created.values():
        yield from _judge_equal_times(sorted(things))


def _agrees_with_clock(sighting: Sighting) -> bool:
    """Return whether the response to a write shows a time of the write by the server's clock."""
    if sighting.operation.startswith("GET ") or (now := parse_clock(sighting.dated)) is None:
        return False
    moments = (parse_moment(sighting.body.get(name)) for name in (_CREATED, _UPDATED))
    return any(moment is not None and abs(moment - now) <= _CLOCKS for moment in moments)


def _judge_creation(created: Sighting, sent: set[str]) -> Iterator[Outcome]:
    """Check that what a POST has made was created, and updated, now; times that it sent are left out."""
    now = parse_clock(created.dated)
    for name in (_CREATED, _UPDATED) if now else ():
        moment = parse_moment(created.body.get(name))
        if moment in set(map(parse_moment, sent)):
            continue
        if moment and now and abs(moment - now) > _CLOCKS:
            message = f"{name} of what was created now is another time"
            yield _fail(created.operation, name, message, f"about {now.isoformat()}", created)
        elif moment:
            yield Outcome("AFT-05", created.operation, Verdict.PASS, exchanges=(created.exchange,))


def _judge_equal_times(things: list[Sighting]) -> Iterator[Outcome]:
    """Check that two resources that were created one after the other do not show one time, such as that of a start."""
    for before, after in pairwise(things):
        clocks = parse_clock(before.dated), parse_clock(after.dated)
        value = after.body.get(_CREATED)
        if parse_moment(value) is None or value != before.body.get(_CREATED) or None in clocks:
            continue
        if clocks[1] and clocks[0] and clocks[1] - clocks[0] > _LATER and not _is_rounded(str(value)):
            message = "two things that were created one after the other tell the same time of their creation"
            yield _fail(after.operation, _CREATED, message, f"about {clocks[1].isoformat()}", after, before)
            return


def _is_rounded(value: str) -> bool:
    """Return whether a time has no fraction of a second: it may be shown to the minute."""
    return not value.partition(".")[2].rstrip("Z0")


def _judge_updates(url: str, shown: list[Sighting], writes: WriteLog, *, has_one_clock: bool) -> Iterator[Outcome]:
    """Check that a change that was written moves the time of the update, to now."""
    for at, (before, after) in enumerate(pairwise(shown), start=1):
        sent = writes.list_writes(url, before.began, after.ended)
        named = {name for write in sent for name in write.names}
        written = find_changed_names(before, after) & named if named else set[str]()
        if (
            not written
            or _UPDATED in named
            or before.ended > after.began
            or len({write.operation for write in sent}) != 1
        ):
            continue
        operation, old, new = sent[0].operation, before.body[_UPDATED], after.body[_UPDATED]
        now, moment = parse_clock(after.dated) if has_one_clock else None, parse_moment(new)
        names = ", ".join(sorted(written))
        if old == new and _stays(old, shown[at:], url, writes) and _is_past(old, parse_clock(before.dated)):
            message = f"{names} changed by a write, and {_UPDATED} did not"
            yield _fail(operation, _UPDATED, message, f"another time than {old}", after, before)
        elif old != new and now and moment and abs(moment - now) > _CLOCKS:
            message = f"{names} changed by a write now, and {_UPDATED} states another time"
            yield _fail(operation, _UPDATED, message, f"about {now.isoformat()}", after, before)
        else:
            yield Outcome("AFT-05", operation, Verdict.PASS, exchanges=(after.exchange,))


def _stays(old: str, later: list[Sighting], url: str, writes: WriteLog) -> bool:
    """Return whether a time is shown by all sightings until the next write to the resource, and by two at least."""
    first = later[0]
    same = [s for s in later if not writes.list_writes(url, first.ended, s.began)]
    return len(same) > 1 and all(sighting.body[_UPDATED] == old for sighting in same)


def _is_past(value: str, now: datetime | None) -> bool:
    """Return whether a time lies so far back that a new one cannot be equal to it."""
    moment = parse_moment(value)
    return moment is not None and now is not None and now - moment > _CLOCKS


def _fail(operation: str, name: str, message: str, expected: str, sighting: Sighting, *others: Sighting) -> Outcome:
    exchanges = tuple(dict.fromkeys((sighting.exchange, *(other.exchange for other in others))))
    pointer, actual = f"{sighting.pointer}/{name}", str(sighting.body.get(name))
    return Outcome("AFT-05", operation, Verdict.FAIL, message, expected, actual, pointer, exchanges)
