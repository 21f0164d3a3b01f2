"""Scenarios of times: a time is a moment, however its offset is written and whatever clocks show then (C16)."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from conformance.certify.api_clients.conditions import (
    Action,
    ConditionRule,
    ScenarioContext,
    change_items,
    match_operations,
)
from conformance.certify.api_clients.definitions import Scenario
from conformance.certify.api_clients.tasks import LIST_SESSIONS, READ_SESSION
from conformance.certify.api_clients.trace_comparisons import compare_with_control
from conformance.model import Level

_TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")
_STEP = timedelta(minutes=10)
_AUTUMN, _SPRING = datetime(2026, 10, 25, 0, 55, tzinfo=UTC), datetime(2026, 3, 29, 0, 55, tzinfo=UTC)
_SPRING_ON_THE_WALL = datetime(2026, 3, 29, 1, 55, tzinfo=UTC)  # read as local time, the hour before 02:00 is missing
_SUMMER = datetime(2026, 6, 21, 22, 55, tzinfo=UTC)
_OFFSETS_H = (5, 1, 0, -3)  # each local time is earlier than the one before it, although the moment is later


def _move_times(starts: tuple[datetime, ...], write: Callable[[datetime, int], str]) -> Action:
    """Return an action that moves the times of each item, in their order, to ten minutes apart from a start."""

    def change(item: dict[str, Any], context: ScenarioContext) -> dict[str, Any]:
        numbers: dict[str, int] = context.memory.setdefault("moved", {})
        start = starts[numbers.setdefault(str(item.get("id")), len(numbers)) % len(starts)]
        times = sorted({value for value in item.values() if isinstance(value, str) and _TIMESTAMP.match(value)})
        moved = {time: write(start + position * _STEP, position) for position, time in enumerate(times)}
        return {name: moved.get(value, value) if isinstance(value, str) else value for name, value in item.items()}

    return change_items(change)


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


SCENARIOS = (
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
