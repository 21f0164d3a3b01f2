"""Scenarios of times: a time is a moment, however its offset is written and whatever clocks show then (C16)."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import msgspec

from conformance.certify.api_clients.conditions import (
    Action,
    ConditionRule,
    ScenarioContext,
    ScenarioRequest,
    ScenarioResponse,
    change_items,
    match_operations,
    start_session_once,
)
from conformance.certify.api_clients.definitions import Scenario, build_violation
from conformance.certify.api_clients.tasks import LIST_SESSIONS, READ_SESSION, find_next_link
from conformance.certify.api_clients.trace import Trace
from conformance.certify.api_clients.trace_comparisons import compare_with_control
from conformance.certify.assessments import PASSED, Assessment
from conformance.model import Level

_TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")
_STEP = timedelta(minutes=10)
_LATER = timedelta(hours=2)
_END_OF_TIME = "9999-12-31T00:00:00Z"  # after all others, before it is moved
_AUTUMN, _SPRING = datetime(2026, 10, 25, 0, 55, tzinfo=UTC), datetime(2026, 3, 29, 0, 55, tzinfo=UTC)
_SPRING_ON_THE_WALL = datetime(2026, 3, 29, 1, 55, tzinfo=UTC)  # read as local time, the hour before 02:00 is missing
_SUMMER = datetime(2026, 6, 21, 22, 55, tzinfo=UTC)
_OFFSETS_H = (5, 1, 0, -3)  # each local time is earlier than the one before it, although the moment is later


def _move_times(starts: tuple[datetime, ...], write: Callable[[datetime, int], str]) -> Action:
    """Return an action that moves the times of each item, in their order, to ten minutes apart from a start."""

    def change(item: dict[str, Any], context: ScenarioContext) -> dict[str, Any]:
        numbers: dict[str, int] = context.memory.setdefault("moved", {})
        start = starts[numbers.setdefault(str(item.get("id")), len(numbers)) % len(starts)]
        ended = {**item, "end": item.get("end") or _END_OF_TIME}  # a session that goes on has one time alone
        return _replace_times(ended, lambda position: write(start + position * _STEP, position))

    return change_items(change)


def _replace_times(item: dict[str, Any], write: Callable[[int], str]) -> dict[str, Any]:
    """Return an item with other times; `write` gets the position of each among all of them, in their order."""
    times = sorted({value for value in item.values() if isinstance(value, str) and _TIMESTAMP.match(value)})
    moved = {time: write(position) for position, time in enumerate(times)}
    return {name: moved.get(value, value) if isinstance(value, str) else value for name, value in item.items()}


def _write_in_utc(moment: datetime, _position: int) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _write_with_offset(moment: datetime, position: int) -> str:
    """Write a moment with another offset than the moments before and after it (RFC 3339, section 5.6)."""
    zone = timezone(timedelta(hours=_OFFSETS_H[position % len(_OFFSETS_H)]))
    return moment.astimezone(zone).isoformat(timespec="seconds")


def _build_scenario(name: str, condition: str, action: Action, level: Level = Level.MUST) -> Scenario:
    return Scenario(
        name,
        "C16",
        "read_session",
        f"sends times {condition}, on a machine in London",
        "the task is completed",
        compare_with_control,
        (ConditionRule(match_operations(LIST_SESSIONS, READ_SESSION), action),),
        level=level,
        environment=(("TZ", "Europe/London"),),
    )


def _move_new_sessions(item: dict[str, Any], context: ScenarioContext) -> dict[str, Any]:
    """Write the times of the sessions of the first round with an early offset, later ones with a late one.

    So a new session has a later moment than all others, and earlier local times.
    """
    known: set[str] = context.memory.setdefault("known sessions", set())
    is_known = item["id"] in known or not context.memory.get("is second round", False)
    if is_known:
        known.add(item["id"])
    zone = timezone(timedelta(hours=max(_OFFSETS_H) if is_known else min(_OFFSETS_H)))
    start = _SUMMER if is_known else _SUMMER + _LATER
    return _replace_times(
        item, lambda position: (start + position * _STEP).astimezone(zone).isoformat(timespec="seconds")
    )


async def _show_moved_sessions(request: ScenarioRequest, context: ScenarioContext) -> ScenarioResponse | None:
    """Send the sessions with moved times; a new one starts after the first round, whose last page has no next link."""
    response = await start_session_once(request, context)
    if response is None or response.status != 200:
        return response
    items = [_move_new_sessions(item, context) for item in msgspec.json.decode(response.body)]
    if not find_next_link(response.get_header("link")):
        context.memory["is second round"] = True
    return response.with_body(msgspec.json.encode(items))


def _judge_found_session(trace: Trace) -> Assessment:
    if trace.process.is_successful:
        return PASSED
    return build_violation("it does not find the new session", f"the client {trace.process.description}")


SCENARIOS = (
    Scenario(
        "new-session-with-offset",
        "C16",
        "poll_sessions",
        "shows a new session whose times are later than all others, and earlier on the clocks of their offset",
        "the new session is found",
        _judge_found_session,
        (ConditionRule(match_operations(LIST_SESSIONS), _show_moved_sessions),),
        level=Level.SHOULD,
        time_limit_s=15.0,
    ),
    _build_scenario("clock-changes", "around the change of clocks", _move_times((_AUTUMN, _SPRING), _write_in_utc)),
    _build_scenario(
        "clocks-put-forward",
        "before and after 02:00 UTC on the day on which clocks are put forward",
        _move_times((_SPRING_ON_THE_WALL,), _write_in_utc),
    ),
    _build_scenario(
        "times-with-offsets",
        "with offsets from UTC that differ",
        _move_times((_SUMMER,), _write_with_offset),
        level=Level.SHOULD,
    ),
)
