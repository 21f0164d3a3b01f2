"""Objects of a list against the order that a text states of it. Pure.

A text says `newest first` and not by which time, or `by name` and not by which collation: a list is out of order only
where it is out of order by every time that its objects show, and by every usual collation.
"""

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from conformance.evidence.containers import is_number, parse_moment
from conformance.model import StatedOrder

_TIME_WORDS = frozenset({"time", "date", "timestamp"})
_STEM = 5  # letters that `start time` and `started_at` share


class Misplacement(NamedTuple):
    """Two neighbours in the wrong order: the position of the second, the property, and the values of both."""

    position: int
    field: str
    values: tuple[Any, Any]


def find_misplacement(objects: Sequence[Mapping[str, Any]], order: StatedOrder) -> Misplacement | None:
    """Return the first place where a list leaves the stated order, in the reading that is right for longest.

    None where some reading of the order holds throughout. Raises: LookupError where no object shows by what it is
    ordered, or all show the same.
    """
    misplacements = [
        find(objects, field, is_descending)
        for field in _list_fields(objects, order)
        for find in _choose_comparisons([thing.get(field) for thing in objects])
        for is_descending in ((order.is_descending,) if order.is_descending is not None else (False, True))
    ]
    if not misplacements:
        raise LookupError("nothing that the list is ordered by differs between its objects")
    if None in misplacements:
        return None
    return max((found for found in misplacements if found), key=lambda found: found.position)


def _list_fields(objects: Sequence[Mapping[str, Any]], order: StatedOrder) -> list[str]:
    """Return the properties that an order can mean: the named one, or every time where it speaks of age alone."""
    names = dict.fromkeys(name for thing in objects for name in thing)
    times = [name for name in names if any(parse_moment(thing.get(name)) for thing in objects)]
    if not order.field:
        return [*times, "id"] if times else []
    words = order.field.lower().split()
    exact = "_".join(words)
    if exact in names:
        return [exact]
    if words[-1] in _TIME_WORDS:
        return [name for name in times if name.startswith(words[0][:_STEM])]
    return [words[-1]] if words[-1] in names else []


Comparison = Callable[[Sequence[Mapping[str, Any]], str, bool], Misplacement | None]


def _choose_comparisons(values: Sequence[Any]) -> list[Comparison]:
    """Return the ways to compare values of one kind; none where fewer than two of them differ."""
    shown = [value for value in values if value is not None]
    if len({repr(value) for value in shown}) < 2:
        return []
    if all(parse_moment(value) for value in shown):
        return [_compare_by(parse_moment)]
    if all(is_number(value) for value in shown):
        return [_compare_by(lambda value: value)]
    if all(isinstance(value, str) for value in shown):
        return [_compare_by(collate) for collate in (str, str.casefold, _keep_letters)]
    return []


def _compare_by(convert: Callable[[Any], Any]) -> Comparison:
    def find(objects: Sequence[Mapping[str, Any]], field: str, is_descending: bool) -> Misplacement | None:
        shown = [(index, thing[field]) for index, thing in enumerate(objects) if thing.get(field) is not None]
        for (_, before), (index, after) in pairwise(shown):
            first, second = convert(before), convert(after)
            if first < second if is_descending else first > second:
                return Misplacement(index, field, (before, after))
        return None

    return find


def _keep_letters(text: str) -> str:
    """Return a text as dictionaries sort it: without case, accents, blanks and punctuation."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in plain if letter.isalnum())
