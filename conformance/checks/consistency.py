"""CON-03 and CON-04: the fields of one body agree with each other."""

from collections.abc import Iterator
from datetime import timedelta
from functools import lru_cache
from typing import Any

from conformance.checks.base import Check
from conformance.evidence.containers import ValuePath, build_pointer, is_number, list_containers, parse_moment
from conformance.evidence.json_bodies import UNREADABLE
from conformance.evidence.outcomes import fail_case, pass_case, quote_json
from conformance.evidence.responses import OperationResponse
from conformance.evidence.subject import Subject
from conformance.model import Outcome

# Words in the names of two properties, of which the second is the later moment.
_INTERVAL_WORDS = (
    *(("start", "end"), ("started", "ended"), ("sampled", "logged")),
    *(("created", last) for last in ("ended", "updated", "completed", "resolved", "closed", "submitted")),
)
_SAME_MOMENT = timedelta(seconds=1)  # two clocks are read one after the other when something is created
_SOURCE_PREFIXES = ("grid_", "solar_")  # before the name of a total: the part that came from this source
_TOLERANCE = 0.0051  # shares are rounded to two places
_MAX_COMPLAINTS = 3  # about one body
Complaint = tuple[str, str, str, str]  # pointer, message, expected, actual


def check_consistency(response: OperationResponse, subject: Subject) -> Iterator[Outcome]:
    """Check that related fields of a body agree.

    CON-03: an interval does not end before it starts, nothing ends or is updated before it is created, and no sample is
    logged before it was taken. CON-04: a share is its count over the total, a rate is what two totals make it, and a
    total of energy is the sum of its sources.
    """
    if not response.is_success or response.json is UNREADABLE:
        return
    times: list[Complaint | None] = []
    totals: list[Complaint | None] = []
    for path, value in list_containers(response):
        if isinstance(value, dict):
            times += _check_times(path, value)
            totals += _check_rate(path, value)
            totals += _check_sums(path, value)
        else:
            totals += _check_shares(path, value)
    yield from _report(response, "CON-03", times)
    yield from _report(response, "CON-04", totals)


def _report(response: OperationResponse, requirement: str, results: list[Complaint | None]) -> Iterator[Outcome]:
    """Report the first complaints about a body, or a pass where something was judged and all of it agrees."""
    complaints = [complaint for complaint in results if complaint is not None]
    for pointer, message, expected, actual in complaints[:_MAX_COMPLAINTS]:
        yield fail_case(response, requirement, message, expected=expected, actual=actual, pointer=pointer)
    if results and not complaints:
        yield pass_case(response, requirement)


@lru_cache(maxsize=4096)
def _partner_names(name: str) -> tuple[str, ...]:
    """Return the names that a later moment would have beside a moment of this name."""
    words = name.split("_")
    bounds = (pair for pair in _INTERVAL_WORDS if pair[0] in words)
    return tuple("_".join(last if word == first else word for word in words) for first, last in bounds)


@lru_cache(maxsize=4096)
def _interval_names(names: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Return pairs of property names: the begin and the end of an interval."""
    known = set(names)
    return tuple((name, partner) for name in names for partner in _partner_names(name) if partner in known)


def _check_times(path: ValuePath, value: dict[str, Any]) -> Iterator[Complaint | None]:
    """Yield, for each pair of moments in an object, a complaint, or None where the pair is in order."""
    for name, partner in _interval_names(tuple(value)):
        early, late = parse_moment(value[name]), parse_moment(value[partner])
        if early is None or late is None:
            continue
        if late < early - (_SAME_MOMENT if "created" in name else timedelta(0)):
            where = build_pointer((path, partner))
            yield where, f"{partner} is before {name}", f"≥ {value[name]}", str(value[partner])
        else:
            yield None


@lru_cache(maxsize=4096)
def _total_names(names: tuple[str, ...]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return the property names that are totals, each with the names of its sources."""
    sources = ((name, tuple(f"{source}{name}" for source in _SOURCE_PREFIXES)) for name in names)
    known = set(names)  # made once: an object may have many properties
    return tuple((name, parts) for name, parts in sources if known.issuperset(parts))


def _check_sums(path: ValuePath, value: dict[str, Any]) -> Iterator[Complaint | None]:
    """Yield a complaint, or None, for each `x` that stands beside `grid_x` and `solar_x`: it is their sum.

    All are whole numbers that may be rounded each by itself.
    """
    for name, sources in _total_names(tuple(value)):
        total, parts = value[name], [value[source] for source in sources]
        if not all(is_number(number) for number in (total, *parts)):
            continue
        if abs(total - sum(parts)) >= len(parts):
            message = "a total is not the sum of its sources"
            yield (
                build_pointer((path, name)),
                message,
                f"{sum(parts)} ({' + '.join(map(str, parts))})",
                quote_json(total),
            )
        else:
            yield None


def _check_shares(path: ValuePath, rows: list[Any]) -> Iterator[Complaint | None]:
    """Yield a complaint, or None, for rows with a `count` and a `percentage` (0 to 1).

    All rows must imply the same total, which is no less than the sum of their counts.
    """
    if not rows or not isinstance(rows[0], dict) or "count" not in rows[0]:
        return
    pairs: list[tuple[Any, Any]] = [(r.get("count"), r.get("percentage")) for r in rows if isinstance(r, dict)]
    if len(pairs) < len(rows) or not all(is_number(number) for pair in pairs for number in pair):
        return
    total = sum(count for count, _ in pairs)
    largest, share = max(pairs)
    if total <= 0:
        return
    if not 0 < share <= 1 + _TOLERANCE:
        yield build_pointer(path), "counts and shares disagree", "shares of the total from 0 to 1", quote_json(pairs)
        return
    implied_total = max(total, round(largest / share))  # a list that is cut short has shares of a larger total
    for index, (count, row_share) in enumerate(pairs):
        slack = _TOLERANCE * (1 + row_share / share)  # the largest share is rounded as well
        if abs(row_share - count / implied_total) > slack:
            message = "a share is not its count over the total"
            yield (
                f"{build_pointer(path)}/{index}/percentage",
                message,
                f"{count} of {implied_total}",
                quote_json(row_share),
            )
        else:
            yield None


@lru_cache(maxsize=4096)
def _rate_names(names: tuple[str, ...]) -> tuple[str, str, str] | None:
    """Return the names `…_rate`, `total_x` and `total_unx` of an object that has one of each, else None."""
    rates = [name for name in names if name.endswith("_rate")]
    totals = [name for name in names if name.startswith("total_") and f"total_un{name[6:]}" in names]
    return (rates[0], totals[0], f"total_un{totals[0][6:]}") if len(rates) == len(totals) == 1 else None


def _check_rate(path: ValuePath, value: dict[str, Any]) -> Iterator[Complaint | None]:
    """Yield a complaint, or None, for a rate: it is `total_x` over the sum of both totals."""
    names = _rate_names(tuple(value))
    if names is None:
        return
    name, done_name, undone_name = names
    rate, done_total, undone_total = value[name], value[done_name], value[undone_name]
    if not all(is_number(number) for number in (rate, done_total, undone_total)) or done_total + undone_total <= 0:
        return
    expected_rate = done_total / (done_total + undone_total)
    if min(abs(rate - expected_rate), abs(rate / 100 - expected_rate)) > _TOLERANCE:
        message = f"the rate is not {done_name} over all"
        yield build_pointer((path, name)), message, f"{expected_rate:.2f}", quote_json(rate)
    else:
        yield None


CHECKS = (Check(("CON-03", "CON-04"), check_consistency, by_body=True),)
