"""Charging sessions and their sub-sessions: boosts, energy that adds up, and time that starts and ends them."""

from collections.abc import Callable
from typing import Any

from conformance.mock_server import clock
from conformance.mock_server.call import Answer, Call
from conformance.mock_server.parameters import convert
from conformance.mock_server.problems import Problem
from conformance.mock_server.read_handler import Reads
from conformance.mock_server.world.builder import World
from conformance.mock_server.world.store import Record, Ref
from conformance.mock_server.write_handler import Writes

SESSIONS, PARTS, USAGE = "charging_sessions", "charging_sub_sessions", "charging_sub_sessions.energy_usage"
_MAX_DURATION = 6 * clock.HOUR
_TOTAL, _GRID, _SOLAR = (f"{source}energy_delivered_watt_hours" for source in ("", "grid_", "solar_"))


def on_build(world: World) -> None:
    """Set the energy of each sub-session to the sum of its sources and intervals; let the latest sessions run."""
    for record in world.store.all(PARTS):
        _balance_energy(world, record)
    for session in list(world.store.all(SESSIONS))[-4:]:
        _set_running(world, session)


def _set_running(world: World, session: Record) -> None:
    parts = [world.store.by_path[link] for link in session.data.get("sub_sessions", ())]
    if not parts:
        return
    span = 90 * clock.MINUTE
    begin = world.now - len(parts) * span + 40 * clock.MINUTE
    session.data |= {"start": clock.render(begin), "end": None}
    for index, part in enumerate(parts):
        is_last = index == len(parts) - 1
        part.data["start"] = clock.render(begin + index * span)
        part.data["end"] = None if is_last else clock.render(begin + (index + 1) * span)
        _balance_energy(world, part)


def _balance_energy(world: World, part: Record) -> None:
    data = part.data
    if {_TOTAL, _GRID, _SOLAR} <= set(data) and None not in {data[_GRID], data[_SOLAR]}:
        data[_SOLAR] = min(data[_SOLAR], data[_TOTAL])
        data[_GRID] = data[_TOTAL] - data[_SOLAR]
    begin = clock.parse(data.get("start") or "")
    end = clock.parse(data.get("end") or "") or world.now
    if begin is not None and "duration_minutes" in data:
        data["duration_minutes"] = max(0, end - begin) // clock.MINUTE
    for usage in world.store.children(part):
        if usage.resource == USAGE and begin is not None and isinstance(usage.data.get("intervals"), list):
            _divide_energy(usage, begin, data.get(_TOTAL) or 0)


def _divide_energy(usage: Record, begin: int, total: int) -> None:
    """Spread a total over the intervals of a usage, half an hour each, without a remainder."""
    intervals = usage.data["intervals"]
    begin -= begin % (30 * clock.MINUTE)
    for index, interval in enumerate(intervals):
        share = total * (index + 1) // len(intervals) - total * index // len(intervals)
        interval |= {
            "started_at": clock.render(begin + index * 30 * clock.MINUTE),
            "interval_seconds": 1800,
            "total_energy_delivered_watt_hours": share,
        }
        if isinstance(interval.get("energy_delivered_by_price"), dict):
            interval["energy_delivered_by_price"]["energy_delivered_watt_hours"] = share


def _find_running(writes: Writes, session: Record) -> Record | None:
    parts = [writes.world.store.by_path.get(link) for link in session.data.get("sub_sessions", ())]
    return next((part for part in parts if part is not None and part.data["end"] is None), None)


def _switch_mode(writes: Writes, call: Call, *, to: str, allowed: Callable[[str], bool]) -> Answer:
    """End the running sub-session and start one in another mode.

    Raises: Problem with status 409 where the session is not in the right state, 503 where the vehicle is out of reach.
    """
    session = writes.reads.above(call)
    assert session is not None  # noqa: S101
    part = _find_running(writes, session)
    if session.data["end"] is not None or part is None or not allowed(part.data["mode"]):
        raise Problem(409, "conflict", "The session is not in a state that allows this.")
    vehicle = writes.world.store.by_path.get(session.data.get("vehicle") or "")
    if vehicle is not None and vehicle.data.get("integrated") == "INACTIVE":
        raise Problem(503, "hardware-unavailable", "The vehicle does not answer.")
    finish(writes.world, part, writes.now())
    start(writes, session, to)
    return writes.done(call, session)


def finish(world: World, part: Record, now: int) -> None:
    """End a running sub-session, and set its duration before listeners are notified."""
    begin = clock.parse(part.data.get("start") or "")
    changes: dict[str, Any] = {"end": clock.render(now)}
    if begin is not None and "duration_minutes" in part.data:
        changes["duration_minutes"] = max(0, now - begin) // clock.MINUTE
    world.store.change(part, changes)
    _balance_energy(world, part)


def start(writes: Writes, session: Record, mode: str) -> Record:
    """Add a running sub-session to a session and return it."""
    world, now = writes.world, writes.now()
    resource = world.shape.resources[PARTS]
    part = writes.records.add(resource, None, session.owner)
    part.data |= {
        "start": clock.render(now), "end": None, "mode": mode, "duration_minutes": 0, _TOTAL: 0,
        "vehicle": session.data.get("vehicle"), "evse": session.data.get("evse"),
    }  # fmt: skip
    for name in (_GRID, _SOLAR):
        part.data[name] = 0
    _balance_energy(world, part)
    world.store.change(session, {"sub_sessions": [*session.data["sub_sessions"], Ref(part.path)]})
    world.store.told("created", part)
    return part


def pass_time(writes: Writes, now: int) -> None:
    """End each session whose sub-session has run for hours, and begin another one."""
    world = writes.world
    for session in tuple(world.store.all(SESSIONS)) if SESSIONS in world.shape.resources else ():
        part = _find_running(writes, session)
        begun = clock.parse(part.data["start"]) if part else None
        if part is not None and begun is not None and session.data["end"] is None and now - begun >= _MAX_DURATION:
            finish(world, part, now)
            world.store.change(session, {"end": clock.render(now)})
            begin(writes, session)


def begin(writes: Writes, like: Record) -> Record:
    """Begin a session with the owner, vehicle and charger of another, with one running sub-session."""
    session = writes.records.add(writes.world.shape.resources[SESSIONS], None, like.owner)
    session.data |= {
        "start": clock.render(writes.now()), "end": None, "sub_sessions": [],
        "vehicle": like.data.get("vehicle"), "evse": like.data.get("evse"),
    }  # fmt: skip
    start(writes, session, "SMART")
    return session


def boost_start(writes: Writes, call: Call) -> Answer:
    """Charge at full power from now on."""
    return _switch_mode(writes, call, to="BOOST", allowed=lambda mode: mode != "BOOST")


def boost_end(writes: Writes, call: Call) -> Answer:
    """Return to the schedule."""
    return _switch_mode(writes, call, to="SMART", allowed=lambda mode: mode == "BOOST")


def recalculate(writes: Writes, call: Call) -> Answer:
    """Recalculate the energy of a sub-session from its intervals; a dry run keeps nothing."""
    part = writes.reads.above(call)
    body = writes.body(call)
    assert part is not None  # noqa: S101
    usage = next(child for child in writes.world.store.children(part) if child.resource == USAGE)
    before = part.data[_TOTAL]
    after = sum(interval["total_energy_delivered_watt_hours"] for interval in usage.data["intervals"])
    dry = body.get("dry_run") is True
    if not dry and after != before:
        writes.world.store.change(part, {_TOTAL: after})
    status = "dry_run_completed" if dry else "recalculation_triggered"
    return writes.done(
        call, None, status=status, previous_energy_delivered_watt_hours=before, new_energy_delivered_watt_hours=after
    )


def energy_usage(reads: Reads, call: Call) -> Answer:
    """Return the intervals of a sub-session: above a threshold, and merged where they are consecutive, on request."""
    record = reads.find(call)
    data: dict[str, Any] = dict(record.data)
    threshold = convert(call.last("energy_delivered_watt_hours__gt") or "", "integer")
    if isinstance(threshold, int):
        data["intervals"] = [e for e in data["intervals"] if e["total_energy_delivered_watt_hours"] > threshold]
    if (call.last("merge_consecutive_intervals") or "").lower() == "true":
        data["intervals"] = _merge_intervals(data["intervals"])
    return reads.one(call, Record(record.resource, "", "", record.parent, record.owner, record.moment, data))


def _merge_intervals(intervals: list[dict[str, Any]]) -> list[dict[str, Any]]:
    if not intervals:
        return []
    first, name = intervals[0], "total_energy_delivered_watt_hours"
    total = sum(interval[name] for interval in intervals)
    seconds = sum(interval["interval_seconds"] for interval in intervals)
    return [{**first, "interval_seconds": seconds, name: total}]


_SESSION = "/charging_sessions/{charging_session_id}"
_PART = "/charging_sub_sessions/{charging_sub_session_id}"
READS = {f"GET {_PART}/energy_usage": energy_usage}
ACTIONS = {
    f"POST {_SESSION}/boost_start": boost_start,
    f"POST {_SESSION}/boost_end": boost_end,
    f"POST {_PART}/recalculate_energy_usages": recalculate,
}
