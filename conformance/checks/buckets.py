"""CHG-07: a bucket of statistics lasts as long as the resolution that is stated beside it."""

import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from itertools import pairwise
from typing import Any

from conformance.checks.base import Check
from conformance.evidence.containers import build_pointer, list_containers, parse_moment
from conformance.evidence.json_bodies import UNREADABLE
from conformance.evidence.outcomes import fail_case, judge_case, pass_case
from conformance.evidence.responses import OperationResponse
from conformance.evidence.subject import Subject
from conformance.model import Outcome, Verdict

_RESOLUTION = re.compile(r"P(?:(?P<months>1)M|(?P<days>\d{1,3})D|T(?:(?P<hours>\d{1,3})H)?(?:(?P<minutes>\d{1,4})M)?)")
_SUMMER_TIME = timedelta(hours=1)  # by which a day may be longer or shorter
_LAST = timedelta(seconds=1)  # of a period that is named by its last moment
_INCLUSIVE = (
    "buckets end just before the next one begins (one reading: each lasts as long as the resolution says. The other: "
    "the end is the last moment that belongs to it)"
)


def find_lengths(resolution: str) -> tuple[timedelta, timedelta] | None:
    """Return the shortest and longest period of an ISO 8601 resolution, None where it is none.

    >>> find_lengths("PT30M")
    (datetime.timedelta(seconds=1800), datetime.timedelta(seconds=1800))
    """
    match = _RESOLUTION.fullmatch(resolution)
    if match is None:
        return None
    if match["months"]:
        return timedelta(days=28) - _SUMMER_TIME, timedelta(days=31) + _SUMMER_TIME
    if match["days"]:
        days = timedelta(days=int(match["days"]))
        return days - _SUMMER_TIME, days + _SUMMER_TIME
    length = timedelta(hours=int(match["hours"] or 0), minutes=int(match["minutes"] or 0))
    return (length, length) if length else None


def check_bucket_lengths(response: OperationResponse, subject: Subject) -> Iterator[Outcome]:
    """Check the length of each bucket; the first and the last may be cut by the requested period."""
    if not response.is_success or response.json is UNREADABLE:
        return
    for path, value in list_containers(response):
        resolution = value.get("resolution") if isinstance(value, dict) else None
        lengths = find_lengths(resolution) if isinstance(resolution, str) else None
        for name, members in value.items() if lengths and isinstance(value, dict) else ():
            if isinstance(members, list) and lengths:
                yield from _judge_buckets(response, members, lengths, build_pointer((path, name)))


def _judge_buckets(
    response: OperationResponse, members: list[Any], lengths: tuple[timedelta, timedelta], pointer: str
) -> Iterator[Outcome]:
    inner = [(place, length) for place, length in _measure_length(members) if 0 < place < len(members) - 1]
    shortest, longest = lengths
    odd = [(place, length) for place, length in inner if not shortest <= length <= longest]
    if odd and not all(timedelta(0) < shortest - length <= _LAST for _, length in odd):
        place, length = odd[0]
        message = "a bucket does not last as long as the resolution says"
        yield fail_case(
            response, "CHG-07", message, expected=_format(lengths), actual=str(length), pointer=f"{pointer}/{place}"
        )
    elif odd or _has_gaps(members):
        yield judge_case(response, "CHG-07", Verdict.REVIEW, _INCLUSIVE, pointer=pointer)
    elif inner:
        yield pass_case(response, "CHG-07")


def _format(lengths: tuple[timedelta, timedelta]) -> str:
    shortest, longest = lengths
    return str(shortest) if shortest == longest else f"{shortest} to {longest}"


def _read_periods(members: list[Any]) -> Iterator[tuple[int, Any, Any]]:
    """Yield the place, begin and end of each member that is a bucket."""
    for place, member in enumerate(members):
        if isinstance(member, Mapping):
            begin, end = parse_moment(member.get("period_start")), parse_moment(member.get("period_end"))
            if begin and end:
                yield place, begin, end


def _measure_length(members: list[Any]) -> Iterator[tuple[int, timedelta]]:
    yield from ((place, end - begin) for place, begin, end in _read_periods(members))


def _has_gaps(members: list[Any]) -> bool:
    """Return whether all buckets but the last end a second or less before the next begins."""
    periods = sorted((begin, end) for _, begin, end in _read_periods(members))
    gaps = [later[0] - earlier[1] for earlier, later in pairwise(periods)]
    return len(gaps) > 1 and all(timedelta(0) < gap <= _LAST for gap in gaps)


CHECKS = (Check(("CHG-07",), check_bucket_lengths, by_body=True),)
