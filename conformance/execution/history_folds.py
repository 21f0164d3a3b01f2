"""CON-06 to CON-08: over a run, a resource keeps its beginning, does not alternate, and tells its last update. Pure.

A difference that goes with the place where a resource is shown is one of CON-02.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise
from typing import Any, NamedTuple

import msgspec

from conformance.evidence.containers import parse_moment
from conformance.evidence.outcomes import quote_json
from conformance.execution.sightings import Sighting, Sightings
from conformance.model import Outcome, Verdict
from conformance.model.pointers import fold_indices

_BEGINNINGS = ("created_at", "joined_at", "start", "sampled_at", "logged_at", "started_at")
_PRECISION = timedelta(seconds=1)  # to which a time may be shown in one place and not in another
_UPDATES = ("updated_at", "last_updated_at", "ticket_updated_at")
_MIN_SIGHTINGS = 3
_CLOCK_S = 300.0  # by which clocks may differ, or a time may be rounded, so that a new time equals an old one
_MIN_MOVES = 3  # of an update time in a row, before reads are blamed for them


def judge_histories(sightings: Sightings) -> Iterator[Outcome]:
    """Yield the outcomes on what the run saw of each resource at different times."""
    writes = sorted(sightings.writes)
    for _, history in sightings.iterate_histories():
        yield from _judge_beginning(history)
        contexts: dict[tuple[str, ...], list[Sighting]] = defaultdict(list)
        for sighting in history:
            if not _is_partial(sighting):
                contexts[sighting.context].append(sighting)
        for same_context in contexts.values():
            yield from _judge_alternation(same_context, writes, sightings)
            yield from _judge_update_time(same_context, writes)


def _judge_beginning(history: list[Sighting]) -> Iterator[Outcome]:
    """CON-06: the time when something was created, begun or sampled is the same at every sighting."""
    judged: set[str] = set()
    for name in _BEGINNINGS:
        first: Sighting | None = None
        for sighting in history:
            moment = parse_moment(sighting.body.get(name))
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


def _is_partial(sighting: Sighting) -> bool:
    """Return whether a single resource was asked for with parameters that may change what it shows."""
    query = sighting.target.partition("?")[2]
    is_single = sighting.pointer == ""
    return is_single and any(not pair.startswith("expand=") for pair in query.split("&") if pair)


def _judge_update_time(history: list[Sighting], writes: list[float]) -> Iterator[Outcome]:
    """CON-08: the time of the last update never goes back, moves with a change that was written, and with no read.

    A change between two sightings is one that was written if the run wrote between them. An update time that moves at
    three sightings in a row while nothing else changes and nothing is written is one that reads move.
    """
    for name in _UPDATES:
        shown = [sighting for sighting in history if parse_moment(sighting.body.get(name))]
        moves = 0
        for before, after in pairwise(shown):
            old, new = parse_moment(before.body[name]), parse_moment(after.body[name])
            if old is None or new is None or before.ended > after.began:
                continue
            is_written = bisect_left(writes, before.began) != bisect_right(writes, after.ended)
            changed = _changed_names(before, after) - {name}
            moves = moves + 1 if new > old and not is_written and not changed else 0
            if new < old - _PRECISION:
                message = f"{name} goes back"
            elif new == old and is_written and changed and before.began - old.timestamp() > _CLOCK_S:
                message = f"{', '.join(sorted(changed))} changed by a write, and {name} did not"
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


def _changed_names(before: Sighting, after: Sighting) -> set[str]:
    """Return the properties that both sightings show, with another value in the later one."""
    old, new = _replace_expansions(before.body), _replace_expansions(after.body)
    return {name for name in old if name in new and old[name] != new[name]}


class _Run(NamedTuple):
    """Sightings in a row at which a property has one value: the first and last, how many, and at which places."""

    value: bytes
    first: Sighting
    last: Sighting
    sightings: int
    places: frozenset[str]


def _judge_alternation(history: list[Sighting], writes: list[float], sightings: Sightings) -> Iterator[Outcome]:
    """CON-07: no property goes to another value and back between two writes.

    A measure or a switch may do so by itself; there the two values must also come back once more. Where each place
    shows one value throughout, it is the list that differs from the single read (CON-02).
    """
    if len(history) < _MIN_SIGHTINGS:
        return
    bodies = [_replace_expansions(sighting.body) for sighting in history]
    if len({msgspec.json.encode(body, order="sorted") for body in bodies}) == 1:
        yield from _pass_alternation(history)
        return
    is_alternating = False
    for name in sorted(set().union(*bodies)):
        runs = _group_values(name, history, bodies)
        needed = 3 if all(_is_steady(msgspec.json.decode(run.value)) for run in runs) else 4
        for at in range(len(runs) - needed + 1):
            window = runs[at : at + needed]
            outcome = _report_alternation(name, window, runs, sightings) if _is_alternation(window, writes) else None
            if outcome is not None:
                yield outcome
                is_alternating = True
                break
    if not is_alternating:
        yield from _pass_alternation(history)


def _pass_alternation(history: list[Sighting]) -> Iterator[Outcome]:
    """Yield a pass for each operation that showed a resource which did not alternate."""
    for operation, exchange in {sighting.operation: sighting.exchange for sighting in history}.items():
        yield Outcome("CON-07", operation, Verdict.PASS, exchanges=(exchange,))


def _is_alternation(window: list[_Run], writes: list[float]) -> bool:
    """Return whether values alternate in runs of sightings one after the other, without a write in between."""
    values = [run.value for run in window]
    if len(set(values)) != 2:
        return False  # runs next to each other differ: with two values they alternate
    if any(before.last.ended > after.first.began for before, after in pairwise(window)):
        return False
    begin, end = window[0].last.began, window[-1].first.ended
    return bisect_left(writes, begin) == bisect_right(writes, end)


def _report_alternation(name: str, window: list[_Run], runs: list[_Run], sightings: Sightings) -> Outcome | None:
    """Return the violation that alternating values show; None where other schemas, or an expansion, may explain them.

    Values that go with the place where they are shown do not alternate in time.
    """
    first, odd, last = window[0].last, window[1].first, window[2].first
    tries = sum(run.sightings for run in runs)
    requirement, operation = "CON-07", odd.operation
    message = f"{name} alternates without any write in between, at {tries} sightings"
    if not _join_places(window[::2]) & _join_places(window[1::2]):
        operation = sightings.find_single_read(first, odd)
        if not operation:
            return None
        requirement = "CON-02"
        message = f"{name} differs from what the list shows, at each of {tries} sightings"
    return Outcome(
        requirement, operation, Verdict.FAIL, message, quote_json(first.body[name]), quote_json(odd.body[name]),
        f"{odd.pointer}/{name}", (odd.exchange, first.exchange, last.exchange),
    )  # fmt: skip


def _join_places(runs: list[_Run]) -> frozenset[str]:
    return frozenset[str]().union(*(run.places for run in runs))


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


def _is_steady(value: Any) -> bool:
    """Return whether a value is none that is measured or switched: a text, a link, or a list of those."""
    if isinstance(value, list):
        return all(isinstance(member, str) for member in value)
    return isinstance(value, str)


def _replace_expansions(body: dict[str, Any]) -> dict[str, Any]:
    """Return a body with the URLs of the resources that are expanded in it; those without a URL are left out."""
    links = {name: _replace_resources(value) for name, value in body.items()}
    return {name: value for name, value in links.items() if not _has_resources(value)}


def _has_resources(value: Any) -> bool:
    """Return whether a list holds resources without a URL, which stand in the place of links only where expanded."""
    return isinstance(value, list) and any(isinstance(member, dict) and "id" in member for member in value)


def _replace_resources(value: Any) -> Any:
    """Return a value with the URLs of the resources at any depth of it; an object without one keeps its properties."""
    if isinstance(value, dict):
        url = value.get("url")
        return url if isinstance(url, str) and url else _replace_expansions(value)
    return [_replace_resources(member) for member in value] if isinstance(value, list) else value
