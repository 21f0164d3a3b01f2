"""CON-03 and CON-04: what one body says in several fields agrees."""

from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache
from typing import Any

from conformance.answers import UNREADABLE, Answer, escape
from conformance.checks.base import Check
from conformance.judging import passed, quote, violated
from conformance.model import Outcome
from conformance.subject import Subject

_BOUNDS = (("start", "end"), ("started", "ended"), ("created", "ended"), ("sampled", "logged"))  # words of names
_SOURCES = ("grid_", "solar_")  # before the name of a total: what of it came from where
_TOLERANCE = 0.0051  # shares are rounded to two places
_MOST = 3  # complaints of one body
Complaint = tuple[str, str, str, str]  # pointer, message, expected, actual
Path = tuple[Any, ...]  # the way to a place: of its parent, then its own name; empty for the whole


def fields_agree(answer: Answer, subject: Subject) -> Iterator[Outcome]:
    """CON-03: an interval does not end before it starts, nothing ends before it is created or is logged too early.

    CON-04: a share is its count over the total, a rate what two totals make, energy the sum of its sources.
    """
    if not answer.ok or answer.json is UNREADABLE:
        return
    times: list[Complaint | None] = []
    totals: list[Complaint | None] = []
    for at, value in _places(answer.json):
        if isinstance(value, dict):
            times += _times(at, value)
            totals += _rate(at, value)
            totals += _sums(at, value)
        else:
            totals += _shares(at, value)
    yield from _told(answer, "CON-03", times)
    yield from _told(answer, "CON-04", totals)


def _told(answer: Answer, requirement: str, found: list[Complaint | None]) -> Iterator[Outcome]:
    complaints = [each for each in found if each is not None]
    for pointer, message, expected, actual in complaints[:_MOST]:
        yield violated(answer, requirement, message, expected=expected, actual=actual, pointer=pointer)
    if found and not complaints:
        yield passed(answer, requirement)


def _places(value: Any) -> Iterator[tuple[Path, dict[str, Any] | list[Any]]]:
    """Every object and list inside a value, and the way there; as deep as it goes."""
    waiting: list[tuple[Path, Any]] = [((), value)]
    while waiting:
        at, each = waiting.pop()
        if isinstance(each, dict | list):
            yield at, each
            members = each.items() if isinstance(each, dict) else enumerate(each)
            waiting += [((at, name), member) for name, member in members if isinstance(member, dict | list)]


def _pointer(at: Path) -> str:
    """The JSON pointer of a place: written out for complaints alone, since most bodies give none."""
    return f"{_pointer(at[0])}/{escape(str(at[1]))}" if at else ""


@lru_cache(maxsize=4096)
def _partners(name: str) -> tuple[str, ...]:
    """The names that a later moment would have beside one of this name."""
    words = name.split("_")
    bounds = (pair for pair in _BOUNDS if pair[0] in words)
    return tuple("_".join(last if word == first else word for word in words) for first, last in bounds)


@lru_cache(maxsize=4096)
def _pairs(names: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Of the names of an object, those that begin something, each with the one that ends it."""
    return tuple((name, partner) for name in names for partner in _partners(name) if partner in names)


def _times(at: Path, value: dict[str, Any]) -> Iterator[Complaint | None]:
    """A complaint, or None where a pair is in order, for each pair of moments in an object."""
    for name, partner in _pairs(tuple(value)):
        early, late = _moment(value[name]), _moment(value[partner])
        if early is None or late is None:
            continue
        if late < early:
            where = _pointer((at, partner))
            yield where, f"{partner} is before {name}", f"≥ {value[name]}", str(value[partner])
        else:
            yield None


def _moment(value: Any) -> datetime | None:
    """A moment with an offset; a time of day or a bare date is none (a tariff may run over midnight)."""
    if not isinstance(value, str) or "T" not in value:
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    return moment if moment.tzinfo else None


@lru_cache(maxsize=4096)
def _made_up(names: tuple[str, ...]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Of the names of an object, those of totals, each with those of its sources."""
    sources = ((name, tuple(f"{source}{name}" for source in _SOURCES)) for name in names)
    return tuple((name, parts) for name, parts in sources if set(parts) <= set(names))


def _sums(at: Path, value: dict[str, Any]) -> Iterator[Complaint | None]:
    """`x` beside `grid_x` and `solar_x`, whole numbers that may each be rounded: it is their sum."""
    for name, sources in _made_up(tuple(value)):
        total, parts = value[name], [value[source] for source in sources]
        if not all(_number(each) for each in (total, *parts)):
            continue
        if abs(total - sum(parts)) >= len(parts):
            message = "a total is not the sum of its sources"
            yield _pointer((at, name)), message, f"{sum(parts)} ({' + '.join(map(str, parts))})", quote(total)
        else:
            yield None


def _shares(at: Path, rows: list[Any]) -> Iterator[Complaint | None]:
    """Rows with a `count` and a `percentage` (0 to 1): all make the same total, which is no less than their sum."""
    if not rows or not isinstance(rows[0], dict) or "count" not in rows[0]:
        return
    pairs: list[tuple[Any, Any]] = [(r.get("count"), r.get("percentage")) for r in rows if isinstance(r, dict)]
    if len(pairs) < len(rows) or not all(_number(each) for pair in pairs for each in pair):
        return
    total = sum(count for count, _ in pairs)
    largest, share = max(pairs)
    if total <= 0:
        return
    if not 0 < share <= 1 + _TOLERANCE:
        yield _pointer(at), "counts and shares disagree", "shares of the total from 0 to 1", quote(pairs)
        return
    whole = max(total, round(largest / share))  # a list that is cut short counts against what is not shown too
    for index, (count, each) in enumerate(pairs):
        slack = _TOLERANCE * (1 + each / share)  # the largest share is rounded as well
        if abs(each - count / whole) > slack:
            message = "a share is not its count over the total"
            yield f"{_pointer(at)}/{index}/percentage", message, f"{count} of {whole}", quote(each)
        else:
            yield None


@lru_cache(maxsize=4096)
def _rated(names: tuple[str, ...]) -> tuple[str, str, str] | None:
    """Of the names of an object, `…_rate`, `total_x` and `total_unx`, where it has one of each."""
    rates = [name for name in names if name.endswith("_rate")]
    done = [name for name in names if name.startswith("total_") and f"total_un{name[6:]}" in names]
    return (rates[0], done[0], f"total_un{done[0][6:]}") if len(rates) == len(done) == 1 else None


def _rate(at: Path, value: dict[str, Any]) -> Iterator[Complaint | None]:
    """A rate is x over both totals."""
    known = _rated(tuple(value))
    if known is None:
        return
    name, done, undone = known
    rate, some, rest = value[name], value[done], value[undone]
    if not all(_number(each) for each in (rate, some, rest)) or some + rest <= 0:
        return
    wanted = some / (some + rest)
    if min(abs(rate - wanted), abs(rate / 100 - wanted)) > _TOLERANCE:
        message = f"the rate is not {done} over all"
        yield _pointer((at, name)), message, f"{wanted:.2f}", quote(rate)
    else:
        yield None


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


CHECKS = (Check(("CON-03", "CON-04"), fields_agree),)
