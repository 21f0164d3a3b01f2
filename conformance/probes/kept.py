"""Whether a new resource shows what was sent, as far as a server may not write it otherwise. Pure."""

from collections import Counter
from collections.abc import Iterator
from math import isclose
from typing import Any
from urllib.parse import unquote

from conformance.answers import escape
from conformance.comparing import Difference
from conformance.filtering import comparable, last_segment
from conformance.judging import quote

_MASKS = frozenset("*•…")  # of texts that are shown in part alone, as account numbers are
_ROUNDED = 1e-3  # relative; what a server may round off of a fraction


def lost(sent: Any, shown: Any, pointer: str = "") -> Iterator[Difference]:
    """The members of what was sent that are shown with another value; what is not shown at all is not judged.

    A link may be shown as an id or with other percent-encoding, a moment with another offset, a text with other case,
    blanks and punctuation, a list in another order.
    """
    if isinstance(sent, dict) and isinstance(shown, dict):
        for name in (name for name in sent if name in shown):
            yield from lost(sent[name], shown[name], f"{pointer}/{escape(name)}")
    elif sent is not None and not _kept(sent, shown):
        yield Difference(pointer, sent, shown)


def _kept(sent: Any, shown: Any) -> bool:
    if isinstance(sent, list) and isinstance(shown, list):
        deep = any(isinstance(member, dict | list) for member in (*sent, *shown))
        return deep or not Counter(map(_form, sent)) - Counter(map(_form, shown))
    if shown is None or not (isinstance(sent, dict | list) or isinstance(shown, dict | list)):
        return shown is not None and _same(sent, shown)
    return True  # a link given as an object, or the other way round


def _same(sent: Any, shown: Any) -> bool:
    if isinstance(shown, str) and _MASKS & {*shown}:
        return True
    sent_value, shown_value = comparable(sent), comparable(shown)
    if isinstance(sent_value, float) and isinstance(shown_value, float):
        return sent_value == shown_value or (
            not sent_value.is_integer() and isclose(sent_value, shown_value, rel_tol=_ROUNDED)
        )
    return (sent_value is not None and sent_value == shown_value) or _form(sent) == _form(shown)


def _form(value: Any) -> str:
    """A value as it compares with others."""
    if not isinstance(value, str):
        return quote(value)
    text = last_segment(unquote(value)) if "://" in value else value
    return "".join(letter for letter in text.casefold() if letter.isalnum())
