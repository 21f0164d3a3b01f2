"""Charging sessions and their sub-sessions: boosts, energy that adds up, and time that starts and ends them."""

from collections.abc import Callable
from typing import Any

from conformance.mock_server import clock
from conformance.mock_server.call import ServerCall, ServerResponse
from conformance.mock_server.parameters import convert_text
from conformance.mock_server.problems import Problem
from conformance.mock_server.read_handler import ReadHandler
from conformance.mock_server.world.builder import MockWorld
from conformance.mock_server.world.coherence import set_rates
from conformance.mock_server.world.store import Ref, StoredRecord
from conformance.mock_server.write_handler import WriteHandler

SESSIONS, PARTS, USAGE = "charging_sessions", "charging_sub_sessions", "charging_sub_sessions.energy_usage"
_SMART = frozenset({"SMART", "MANAGED_OTG"})  # modes that a boost may replace
_MAX_DURATION = 6 * clock.HOUR
_COUNTERS = ("odometer_meters", "meter_reading_watt_hours")
_TOTAL, _GRID, _SOLAR = (f"{source}energy_delivered_watt_hours" for source in ("", "grid_", "solar_"))


def on_build(world: MockWorld) -> None:
    """Set the energy of each sub-session to the sum of its sources and intervals; let the latest sessions run."""
    for record in world.store.iterate_records(PARTS):
        _balance_energy(world, record)
    for number, session in enumerate(list(world.store.iterate_records(SESSIONS))[-4:]):
        _set_running(world, session)
        _set_mode(world, session, number)
    for session in world.store.iterate_records(SESSIONS):
        session.data.get("sub_sessions", []).reverse()  # the newest first
    for name in _COUNTERS:
        _raise_counter(world, name)


def _raise_counter(world: MockWorld, name: str) -> None:
    """Let a counter grow from each log to the next one below the same parent."""
    last: dict[str, int] = {}
    for resource in world.shape.resources:
        for record in world.store.iterate_records(resource):
            if isinstance(record.data.get(name), int) and record.parent is not None:
                value = last.get(record.parent.path, record.data[name]) + record.data[name] % 500
                record.data[name] = last[record.parent.path] = value


def _set_running(world: MockWorld, session: StoredRecord) -> None:
    parts = [world.store.by_path[link] for link in session.data.get("sub_sessions", ())]
    if not parts:
        return
    span = 90 * clock.MINUTE
    begin = world.now - len(parts) * span + 40 * clock.MINUTE
    session.data |= {"start": clock.format_time(begin), "end": None}
    for index, part in enumerate(parts):
        is_last = index == len(parts) - 1
        part.data["start"] = clock.format_time(begin + index * span)
        part.data["end"] = None if is_last else clock.format_time(begin + (index + 1) * span)
        _balance_energy(world, part)


def _set_mode(world: MockWorld, session: StoredRecord, number: int) -> None:
    """Let the running part of a session be smart or a boost, in turn, of a vehicle that is managed but for every third.

    A vehicle of several running sessions is what the last of them says.
    """
    parts = session.data.get("sub_sessions", ())
    vehicle = world.store.by_path.get(session.data.get("vehicle") or "")
    if parts:
        world.store.by_path[parts[-1]].data["mode"] = "BOOST" if number == 1 else "SMART"
    if vehicle is not None and "smart_charging_enabled" in vehicle.data:
        vehicle.data["smart_charging_enabled"] = number != 2
        vehicle.data["integrated"] = "ACTIVE"


def _balance_energy(world: MockWorld, part: StoredRecord) -> None:
    data = part.data
    if {_TOTAL, _GRID, _SOLAR} <= set(data) and None not in {data[_GRID], data[_SOLAR]}:
        data[_SOLAR] = min(data[_SOLAR], data[_TOTAL])
        data[_GRID] = data[_TOTAL] - data[_SOLAR]
    set_rates(data)
    begin = clock.parse_time(data.get("start") or "")
    end = clock.parse_time(data.get("end") or "") or world.now
    if begin is not None and "duration_minutes" in data:
        data["duration_minutes"] = max(0, end - begin) // clock.MINUTE
    for usage in world.store.list_children(part):
        if usage.resource == USAGE and begin is not None and isinstance(usage.data.get("intervals"), list):
            _divide_energy(usage, begin, data.get(_TOTAL) or 0)


def _divide_energy(usage: StoredRecord, begin: int, total: int) -> None:
    """Spread a total over the intervals of a usage, half an hour each, without a remainder."""
    intervals = usage.data["intervals"]
    begin -= begin % (30 * clock.MINUTE)
    for index, interval in enumerate(intervals):
        share = total * (index + 1) // len(intervals) - total * index // len(intervals)
        interval |= {
            "started_at": clock.format_time(begin + index * 30 * clock.MINUTE),
            "interval_seconds": 1800,
            "total_energy_delivered_watt_hours": share,
        }
        if isinstance(interval.get("energy_delivered_by_price"), dict):
            interval["energy_delivered_by_price"]["energy_delivered_watt_hours"] = share


def _find_running(writes: WriteHandler, session: StoredRecord) -> StoredRecord | None:
    parts = [writes.world.store.by_path.get(link) for link in session.data.get("sub_sessions", ())]
    return next((part for part in parts if part is not None and part.data["end"] is None), None)


def _switch_mode(writes: WriteHandler, call: ServerCall, *, to: str, allowed: Callable[[str], bool]) -> ServerResponse:
    """End the running sub-session and start one in another mode.

    Raises: Problem with status 409 where the session is not in the right state, 503 where the vehicle is out of reach.
    """
    session = writes.reads.find_parent(call)
    assert session is not None  # noqa: S101
    part = _find_running(writes, session)
    vehicle = writes.world.store.by_path.get(session.data.get("vehicle") or "")
    if session.data["end"] is not None or part is None:
        raise Problem(409, "conflict", "The session has ended.")
    if not allowed(part.data["mode"]) and writes.reads.is_enforced(call, "mode-of-session"):
        raise Problem(409, "conflict", "The session is not in a state that allows this.")
    is_off = vehicle is not None and vehicle.data.get("smart_charging_enabled") is False
    if is_off and writes.reads.is_enforced(call, "managed-vehicle"):
        raise Problem(409, "conflict", "Smart charging is off for the vehicle.")
    if vehicle is not None and vehicle.data.get("integrated") == "INACTIVE":
        raise Problem(503, "hardware-unavailable", "The vehicle does not answer.")
    if writes.reads.is_enforced(call, "end-of-part"):
        end_sub_session(writes.world, part, writes.now())
    start_sub_session(writes, session, to if writes.reads.is_enforced(call, "mode-of-part") else part.data["mode"])
    return writes.build_success_response(call, session)


def end_sub_session(world: MockWorld, part: StoredRecord, now: int) -> None:
    """End a running sub-session, and set its duration before listeners are notified."""
    begin = clock.parse_time(part.data.get("start") or "")
    changes: dict[str, Any] = {"end": clock.format_time(now)}
    if begin is not None and "duration_minutes" in part.data:
        changes["duration_minutes"] = max(0, now - begin) // clock.MINUTE
    world.store.change(part, changes)
    _balance_energy(world, part)


def end_running_sessions(writes: WriteHandler, vehicle: StoredRecord) -> None:
    """End every running session of a vehicle that is no longer controlled."""
    world, now = writes.world, writes.now()
    for session in tuple(world.store.iterate_records(SESSIONS)) if SESSIONS in world.shape.resources else ():
        part = _find_running(writes, session)
        if session.data.get("vehicle") == vehicle.path and session.data["end"] is None:
            if part is not None:
                end_sub_session(world, part, now)
            world.store.change(session, {"end": clock.format_time(now)})


def start_sub_session(writes: WriteHandler, session: StoredRecord, mode: str) -> StoredRecord:
    """Add a running sub-session to a session and return it."""
    world, now = writes.world, writes.now()
    resource = world.shape.resources[PARTS]
    part = writes.records.add_record(resource, None, session.owner)
    part.data |= {
        "start": clock.format_time(now), "end": None, "mode": mode, "duration_minutes": 0, _TOTAL: 0,
        "vehicle": session.data.get("vehicle"), "evse": session.data.get("evse"),
    }  # fmt: skip
    for name in (_GRID, _SOLAR):
        part.data[name] = 0
    _balance_energy(world, part)
    world.store.change(session, {"sub_sessions": [Ref(part.path), *session.data["sub_sessions"]]})
    world.store.notify_listeners("created", part)
    return part


def pass_time(writes: WriteHandler, now: int) -> None:
    """End each session whose sub-session has run for hours, and begin another one."""
    world = writes.world
    for session in tuple(world.store.iterate_records(SESSIONS)) if SESSIONS in world.shape.resources else ():
        part = _find_running(writes, session)
        begun = clock.parse_time(part.data["start"]) if part else None
        if part is not None and begun is not None and session.data["end"] is None and now - begun >= _MAX_DURATION:
            end_sub_session(world, part, now)
            world.store.change(session, {"end": clock.format_time(now)})
            begin_session(writes, session)


def begin_session(writes: WriteHandler, model_session: StoredRecord) -> StoredRecord:
    """Begin a session with the owner, vehicle and charger of another, with one running sub-session."""
    session = writes.records.add_record(writes.world.shape.resources[SESSIONS], None, model_session.owner)
    session.data |= {
        "start": clock.format_time(writes.now()), "end": None, "sub_sessions": [],
        "vehicle": model_session.data.get("vehicle"), "evse": model_session.data.get("evse"),
    }  # fmt: skip
    start_sub_session(writes, session, "SMART")
    return session


def start_boost(writes: WriteHandler, call: ServerCall) -> ServerResponse:
    """Charge at full power from now on."""
    return _switch_mode(writes, call, to="BOOST", allowed=lambda mode: mode in _SMART)


def end_boost(writes: WriteHandler, call: ServerCall) -> ServerResponse:
    """Return to the schedule."""
    return _switch_mode(writes, call, to="SMART", allowed=lambda mode: mode == "BOOST")


def recalculate_energy(writes: WriteHandler, call: ServerCall) -> ServerResponse:
    """Recalculate the energy of a sub-session from its intervals; a dry run keeps nothing."""
    part = writes.reads.find_parent(call)
    body = writes.read_body(call)
    assert part is not None  # noqa: S101
    usage = next(child for child in writes.world.store.list_children(part) if child.resource == USAGE)
    before = part.data[_TOTAL]
    after = sum(interval["total_energy_delivered_watt_hours"] for interval in usage.data["intervals"])
    dry = body.get("dry_run") is True
    if not dry and after != before:
        writes.world.store.change(part, {_TOTAL: after})
        _balance_energy(writes.world, part)
    status = "dry_run_completed" if dry else "recalculation_triggered"
    return writes.build_success_response(
        call, None, status=status, previous_energy_delivered_watt_hours=before, new_energy_delivered_watt_hours=after
    )


def read_energy_usage(reads: ReadHandler, call: ServerCall) -> ServerResponse:
    """Return the intervals of a sub-session: above a threshold, and merged where they are consecutive, on request."""
    record = reads.find_record(call)
    data: dict[str, Any] = dict(record.data)
    threshold = convert_text(call.last_query_value("energy_delivered_watt_hours__gt") or "", "integer")
    if isinstance(threshold, int):
        data["intervals"] = [e for e in data["intervals"] if e["total_energy_delivered_watt_hours"] > threshold]
    if (call.last_query_value("merge_consecutive_intervals") or "").lower() == "true":
        data["intervals"] = _merge_intervals(data["intervals"])
    return reads.build_record_response(
        call, StoredRecord(record.resource, "", "", record.parent, record.owner, record.moment, data)
    )


def _merge_intervals(intervals: list[dict[str, Any]]) -> list[dict[str, Any]]:
    if not intervals:
        return []
    first, name = intervals[0], "total_energy_delivered_watt_hours"
    total = sum(interval[name] for interval in intervals)
    seconds = sum(interval["interval_seconds"] for interval in intervals)
    return [{**first, "interval_seconds": seconds, name: total}]


_SESSION = "/charging_sessions/{charging_session_id}"
_PART = "/charging_sub_sessions/{charging_sub_session_id}"
READS = {f"GET {_PART}/energy_usage": read_energy_usage}
ACTIONS = {
    f"POST {_SESSION}/boost_start": start_boost,
    f"POST {_SESSION}/boost_end": end_boost,
    f"POST {_PART}/recalculate_energy_usages": recalculate_energy,
}
