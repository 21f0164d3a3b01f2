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
_TOLERANCE = 0.0051  # shares are rounded to two places
_MOST = 3  # complaints of one body
Complaint = tuple[str, str, str, str]  # pointer, message, expected, actual


def times_in_order(answer: Answer, subject: Subject) -> Iterator[Outcome]:
    """CON-03: an interval does not end before it starts, nothing ends before it is created or is logged too early."""
    yield from _judged(answer, "CON-03", _times)


def totals_agree(answer: Answer, subject: Subject) -> Iterator[Outcome]:
    """CON-04: a share is its count over the total, and a rate what its two totals make."""
    yield from _judged(answer, "CON-04", _totals)


def _judged(answer: Answer, requirement: str, judge: Any) -> Iterator[Outcome]:
    if not answer.ok or answer.json is UNREADABLE:
        return
    found = [each for at, value in _places(answer.json) for each in judge(at, value)]
    complaints = [each for each in found if each is not None]
    for pointer, message, expected, actual in complaints[:_MOST]:
        yield violated(answer, requirement, message, expected=expected, actual=actual, pointer=pointer)
    if found and not complaints:
        yield passed(answer, requirement)


def _places(value: Any) -> Iterator[tuple[str, Any]]:
    """Every object and list inside a value, with its JSON pointer; as deep as it goes."""
    waiting = [("", value)]
    while waiting:
        at, each = waiting.pop()
        if isinstance(each, dict):
            yield at, each
            waiting += [(f"{at}/{escape(name)}", member) for name, member in each.items()]
        elif isinstance(each, list):
            yield at, each
            waiting += [(f"{at}/{index}", member) for index, member in enumerate(each)]


@lru_cache(maxsize=4096)
def _partners(name: str) -> tuple[str, ...]:
    """The names that a later moment would have beside one of this name."""
    words = name.split("_")
    bounds = (pair for pair in _BOUNDS if pair[0] in words)
    return tuple("_".join(last if word == first else word for word in words) for first, last in bounds)


def _times(at: str, value: Any) -> Iterator[Complaint | None]:
    """A complaint, or None where a pair is in order, for each pair of moments in an object."""
    if not isinstance(value, dict):
        return
    for name in value:
        for partner in _partners(name):
            if partner not in value:
                continue
            early, late = _moment(value[name]), _moment(value[partner])
            if early is None or late is None:
                continue
            if late < early:
                yield f"{at}/{escape(partner)}", f"{partner} is before {name}", f"≥ {value[name]}", str(value[partner])
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


def _totals(at: str, value: Any) -> Iterator[Complaint | None]:
    if isinstance(value, list):
        yield from _shares(at, value)
    elif isinstance(value, dict):
        yield from _rate(at, value)


def _shares(at: str, rows: list[Any]) -> Iterator[Complaint | None]:
    """Rows with a `count` and a `percentage` (0 to 1): all make the same total, which is no less than their sum."""
    pairs: list[tuple[Any, Any]] = [(r.get("count"), r.get("percentage")) for r in rows if isinstance(r, dict)]
    if len(pairs) < len(rows) or not pairs or not all(_number(each) for pair in pairs for each in pair):
        return
    total = sum(count for count, _ in pairs)
    largest, share = max(pairs)
    if total <= 0:
        return
    if not 0 < share <= 1 + _TOLERANCE:
        yield at, "counts and shares disagree", "shares of the total from 0 to 1", quote(pairs)
        return
    whole = max(total, round(largest / share))  # a list that is cut short counts against what is not shown too
    for index, (count, each) in enumerate(pairs):
        slack = _TOLERANCE * (1 + each / share)  # the largest share is rounded as well
        if abs(each - count / whole) > slack:
            message = "a share is not its count over the total"
            yield f"{at}/{index}/percentage", message, f"{count} of {whole}", quote(each)
        else:
            yield None


def _rate(at: str, value: dict[str, Any]) -> Iterator[Complaint | None]:
    """`…_rate` beside `total_x` and `total_unx`: x over both."""
    rates = [name for name in value if name.endswith("_rate")]
    done = [name for name in value if name.startswith("total_") and f"total_un{name[6:]}" in value]
    if len(rates) != 1 or len(done) != 1:
        return
    rate, some, rest = value[rates[0]], value[done[0]], value[f"total_un{done[0][6:]}"]
    if not all(_number(each) for each in (rate, some, rest)) or some + rest <= 0:
        return
    wanted = some / (some + rest)
    if min(abs(rate - wanted), abs(rate / 100 - wanted)) > _TOLERANCE:
        message = f"the rate is not {done[0]} over all"
        yield f"{at}/{escape(rates[0])}", message, f"{wanted:.2f}", quote(rate)
    else:
        yield None


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


CHECKS = (Check(("CON-03",), times_in_order), Check(("CON-04",), totals_agree))
