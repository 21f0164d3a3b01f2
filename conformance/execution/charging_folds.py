"""CHG-08 to CHG-13: the charging data of a run is consistent across its responses. Pure functions."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta
from itertools import combinations, pairwise
from typing import Any

from conformance.evidence.containers import is_number, parse_moment
from conformance.evidence.outcomes import quote_json
from conformance.execution.sightings import Sighting, Sightings, find_link_url
from conformance.model import Outcome, Verdict

_SLACK = timedelta(seconds=60)  # between two clocks, or between an event and its record
_ENERGY, _INTERVAL_ENERGY = "energy_delivered_watt_hours", "total_energy_delivered_watt_hours"
_COUNTERS = {"odometer_meters": 2000, "meter_reading_watt_hours": 10}  # with the fall that a change of unit explains
_USAGE_FILTERS = ("energy_delivered_watt_hours__", "started_at__")
_MERGED = "merge_consecutive_intervals=true"


def judge_charging(sightings: Sightings) -> Iterator[Outcome]:
    """Yield the outcomes on sessions, energy, counters and latest logs of a run."""
    logs: dict[str, list[Sighting]] = defaultdict(list)  # of each thing that has status logs
    for url, history in sightings.iterate_histories():
        last = history[-1]
        if "sub_sessions" in last.body and "start" in last.body:
            yield from _judge_session(last, sightings)
        if "intervals" in last.body and "charging_sub_session" in last.body:
            yield from _judge_usage(history, sightings)
        if "start" in last.body and "end" in last.body:
            yield from _judge_end(history)
        if "/status_logs/" in url:
            logs[url.partition("/status_logs/")[0]].append(last)
    for thing, entries in logs.items():
        yield from _judge_counters(entries)
        yield from _judge_latest(sightings.find_history(thing), entries)


def _fail(requirement: str, sighting: Sighting, name: str, message: str, expected: str, *others: Sighting) -> Outcome:
    exchanges = tuple(dict.fromkeys((sighting.exchange, *(related.exchange for related in others))))
    pointer, actual = f"{sighting.pointer}/{name}", quote_json(sighting.body.get(name))
    return Outcome(requirement, sighting.operation, Verdict.FAIL, message, expected, actual, pointer, exchanges)


def _pass(requirement: str, sighting: Sighting) -> Outcome:
    return Outcome(requirement, sighting.operation, Verdict.PASS, exchanges=(sighting.exchange,))


def _judge_session(session: Sighting, sightings: Sightings) -> Iterator[Outcome]:
    """Check that sub-sessions lie in their session, one after the other, and are listed newest first (CHG-08)."""
    links = session.body["sub_sessions"]
    urls = [url for link in links if (url := find_link_url(link))] if isinstance(links, list) else []
    histories = [history for url in urls if (history := sightings.find_history(url))]
    parts = [history[-1] for history in histories if parse_moment(history[-1].body.get("start"))]
    if parse_moment(session.body["start"]) is None or not parts:
        return
    complaints = [*_find_outliers(session, parts), *_find_overlaps(parts)]
    for part, name, message, expected in complaints:
        yield Outcome(
            "CHG-08", session.operation, Verdict.FAIL, message, expected, quote_json(part.body.get(name)),
            f"{session.pointer}/sub_sessions", (session.exchange, part.exchange),
        )  # fmt: skip
    begins = [parse_moment(part.body["start"]) for part in parts]
    if len(parts) == len(urls) and any(a and b and a + _SLACK < b for a, b in pairwise(begins)):
        yield _fail(
            "CHG-08", session, "sub_sessions", "sub-sessions are not named with the newest first", "newest first"
        )
    elif not complaints:
        yield _pass("CHG-08", session)


Complaint = tuple[Sighting, str, str, str]  # the sub-session, its property, what is wrong, what was expected


def _find_outliers(session: Sighting, parts: list[Sighting]) -> Iterator[Complaint]:
    """Yield the bounds of sub-sessions that lie outside their session."""
    begin, end = parse_moment(session.body["start"]), parse_moment(session.body.get("end"))
    for part in parts:
        part_begin, part_end = parse_moment(part.body["start"]), parse_moment(part.body.get("end"))
        if begin and part_begin and part_begin + _SLACK < begin:
            yield part, "start", "a sub-session begins before its session", f"≥ {session.body['start']}"
        if end and part_end and part_end > end + _SLACK:
            yield part, "end", "a sub-session ends after its session", f"≤ {session.body['end']}"
        if end and "end" in part.body and part.body["end"] is None and part.began > session.ended:
            yield part, "end", "a sub-session runs although its session has ended", "a time"


def _find_overlaps(parts: list[Sighting]) -> Iterator[Complaint]:
    """Yield the sub-sessions that end after the next one begins."""
    for pair in combinations(parts, 2):
        early, late = sorted(pair, key=lambda part: str(parse_moment(part.body["start"])))
        early_end, late_begin = parse_moment(early.body.get("end")), parse_moment(late.body["start"])
        if early_end and late_begin and early_end > late_begin + _SLACK:
            yield early, "end", "two sub-sessions of one session overlap", f"≤ {late.body['start']}"


def _judge_usage(history: list[Sighting], sightings: Sightings) -> Iterator[Outcome]:
    """Check that energy (CHG-09) and currency (CHG-11) of the intervals are those of their sub-session.

    Sub-sessions that still run or were recalculated are left out. More energy in the intervals is for review: it may
    have been capped.
    """
    complete = [sighting for sighting in history if not any(name in sighting.target for name in _USAGE_FILTERS)]
    whole = [sighting for sighting in complete if _MERGED not in sighting.target.lower()]
    subs = sightings.find_history(find_link_url(history[-1].body["charging_sub_session"]) or "")
    if not whole or not subs:
        return
    yield from _judge_currency(whole[-1], subs[-1])
    energies = {sub.body.get(_ENERGY) for sub in subs if sub.body.get("end")}
    sums = {_sum_intervals(sighting.body["intervals"]) for sighting in whole}
    if len(energies) != 1 or len(sums) != 1 or not all(sub.body.get("end") for sub in subs):
        return
    energy, total, usage = energies.pop(), sums.pop(), whole[-1]
    if not is_number(energy) or total is None:
        return
    slack = 1 + len(usage.body["intervals"])
    yield from _judge_merged([s for s in complete if s not in whole], usage, total, slack)
    message = f"the energy of the intervals is {total}, that of the sub-session {energy}"
    if total + slack < energy:
        yield _fail("CHG-09", subs[-1], _ENERGY, message, f"{total} ± {slack}", usage)
    elif total > energy + slack:
        reason = f"{message}: it may have been capped, as is_energy_delivered_capped says of some"
        yield Outcome(
            "CHG-09", subs[-1].operation, Verdict.REVIEW, reason, exchanges=(subs[-1].exchange, usage.exchange)
        )
    else:
        yield _pass("CHG-09", usage)
        yield _pass("CHG-09", subs[-1])


def _judge_merged(merged: list[Sighting], usage: Sighting, total: float, slack: int) -> Iterator[Outcome]:
    """Check that intervals hold the same energy where a request has merged them (CHG-09)."""
    for sighting in merged:
        energy = _sum_intervals(sighting.body["intervals"])
        if energy is not None and abs(energy - total) > slack:
            message = f"merged, the intervals hold {energy} watt hours, and {total} else"
            yield _fail("CHG-09", sighting, "intervals", message, f"{total} ± {slack}", usage)


def _sum_intervals(intervals: Any) -> float | None:
    if not isinstance(intervals, list):
        return None
    energies = [i.get(_INTERVAL_ENERGY) if isinstance(i, dict) else None for i in intervals]
    numbers = [energy for energy in energies if is_number(energy)]
    return sum(numbers) if len(numbers) == len(energies) else None


def _judge_currency(usage: Sighting, sub: Sighting) -> Iterator[Outcome]:
    """Check that the prices of the intervals are in the currency of the sub-session (CHG-11)."""
    usage_currency, sub_currency = usage.body.get("currency"), sub.body.get("currency")
    if not isinstance(usage_currency, str) or not isinstance(sub_currency, str):
        return
    if usage_currency != sub_currency:
        message = "prices of the intervals are in another currency than the sub-session"
        yield _fail("CHG-11", usage, "currency", message, sub_currency, sub)
    else:
        yield _pass("CHG-11", usage)


def _judge_end(history: list[Sighting]) -> Iterator[Outcome]:
    """Check that a session that has ended stays ended (CHG-12)."""
    for before, after in pairwise(history):
        if before.body.get("end") and "end" in after.body and after.body["end"] is None and before.ended < after.began:
            yield _fail("CHG-12", after, "end", "it had ended, and runs again", str(before.body["end"]), before)
            return
    if any(sighting.body.get("end") for sighting in history[:-1]):
        yield _pass("CHG-12", history[-1])


def _judge_counters(entries: list[Sighting]) -> Iterator[Outcome]:
    """Check that odometer and meter readings never fall (CHG-10)."""
    for name, slack in _COUNTERS.items():
        read = [
            (moment, entry)
            for entry in entries
            if is_number(entry.body.get(name)) and (moment := parse_moment(entry.body.get("sampled_at")))
        ]
        read.sort(key=lambda pair: pair[0])
        for (_, before), (_, after) in pairwise(read):
            if after.body[name] + slack < before.body[name]:
                message = f"{name} falls from one log to a later one"
                yield _fail("CHG-10", after, name, message, f"≥ {before.body[name]}", before)
                break
        else:
            if len(read) > 1:
                yield _pass("CHG-10", read[-1][1])


def _judge_latest(history: list[Sighting], entries: list[Sighting]) -> Iterator[Outcome]:
    """Check that the latest status log is the most recent one that was received before (CHG-13)."""
    by_url = {entry.body["url"]: entry for entry in entries}
    for sighting in history:
        latest = by_url.get(find_link_url(sighting.body.get("latest_status_log")) or "")
        if latest is None:
            continue
        newer = [e for e in entries if e.ended < sighting.began and _is_newer(e, latest)]
        if newer:
            message = "the latest status log is older than another one"
            expected = str(max(newer, key=lambda entry: str(entry.body.get("sampled_at"))).body["url"])
            yield _fail("CHG-13", sighting, "latest_status_log", message, expected, newer[-1])
            return
        yield _pass("CHG-13", sighting)


def _is_newer(entry: Sighting, latest: Sighting) -> bool:
    """Return whether a log is newer in every respect: sampled later and not logged earlier."""
    sampled, other_sampled = (parse_moment(e.body.get("sampled_at")) for e in (entry, latest))
    logged, other_logged = (parse_moment(e.body.get("logged_at")) for e in (entry, latest))
    if sampled is None or other_sampled is None or sampled <= other_sampled:
        return False
    return logged is None or other_logged is None or logged > other_logged
