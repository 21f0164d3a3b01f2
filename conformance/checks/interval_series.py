"""Series of intervals in one list, and their overlaps (CHG-07). Pure."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any, NamedTuple

from conformance.evidence.containers import is_number, parse_moment

_ROUNDING_TIME = timedelta(seconds=1)
_MIN_OVERLONG = 2  # members of a series that are too long, before no edition explains them
_MIN_JOINTS, _JOINTS_PER_OVERLAP = 3, 3  # ends at which the next interval begins, before a series counts as one


class _Interval(NamedTuple):
    """A member of a series: its begin, its end and its place in the list."""

    begin: datetime
    end: datetime
    place: int


def _read_interval(member: Any, place: int) -> _Interval | None:
    """Return the interval that a member of a list stands for, None for anything else or an open one."""
    if not isinstance(member, Mapping):
        return None
    if "period_start" in member:
        begin, end = parse_moment(member["period_start"]), parse_moment(member.get("period_end"))
        return _Interval(begin, end, place) if begin and end else None
    begin, seconds = parse_moment(member.get("started_at")), member.get("interval_seconds")
    if begin is None or not is_number(seconds):
        return None
    try:
        return _Interval(begin, begin + timedelta(seconds=seconds), place)
    except OverflowError:
        return None


def is_interval(member: Any) -> bool:
    """Return whether a member of a list is an interval with a begin and an end."""
    return _read_interval(member, 0) is not None


def find_overlap(members: list[Any]) -> tuple[int, int] | None:
    """Return the places of two members of a series that cover the same time, None where there are none.

    Members that were made at different times may be editions of one interval, or sums over intervals of other lengths:
    those are no overlap. Two of which each begins and ends before the other are neither, in records of the past and
    in a series that is otherwise without gap and overlap; where all cross, each may be a forecast of its own, and the
    one that was made last may be the first of a new forecast. A member is too long where it covers the next one wholly,
    though both of its neighbours are shorter, and one of their length would meet the next.
    """
    intervals = [interval for place, member in enumerate(members) if (interval := _read_interval(member, place))]
    pairs = list(pairwise(sorted(intervals)))
    joints = sum(abs(after.begin - before.end) <= _ROUNDING_TIME for before, after in pairs)
    overlaps = [(before, after) for before, after in pairs if after.begin + _ROUNDING_TIME < before.end]
    is_series = joints >= max(_MIN_JOINTS, _JOINTS_PER_OVERLAP * len(overlaps))
    last_made = max((_read_making(members[interval.place]) for interval in intervals), default=())
    for before, after in overlaps:
        made = [_read_making(members[interval.place]) for interval in (before, after)]
        is_past = all(_is_record(members[interval.place], interval) for interval in (before, after))
        is_odd = is_past or (is_series and last_made not in made)
        if made[0] == made[1] or (is_odd and _is_crossing(before, after)):
            return before.place, after.place
    return _find_overlong(sorted(intervals))


def _find_overlong(intervals: list[_Interval]) -> tuple[int, int] | None:
    """Return the places of a member that is too long and of the next one, where at least two are."""
    overlong = []
    for before, member, after in zip(intervals, intervals[1:], intervals[2:], strict=False):
        length = before.end - before.begin
        meets = before.end == member.begin and member.begin + length == after.begin
        if meets and after.end - after.begin == length and length and member.end >= after.end:
            overlong.append((member.place, after.place))
    return overlong[0] if len(overlong) >= _MIN_OVERLONG else None


def _read_making(member: Mapping[str, Any]) -> tuple[str, str]:
    """Return the times at which a member was made, as written; empty where it does not state them."""
    return str(member.get("created_at") or ""), str(member.get("sampled_at") or "")


def _is_crossing(before: _Interval, after: _Interval) -> bool:
    return before.begin + _ROUNDING_TIME < after.begin and before.end + _ROUNDING_TIME < after.end


def _is_record(member: Mapping[str, Any], interval: _Interval) -> bool:
    """Return whether a member was made after its interval: then it states a measurement, not a forecast."""
    moment = parse_moment(member.get("created_at"))
    return moment is not None and moment + _ROUNDING_TIME >= interval.end
