"""Comparison of a new resource with what was sent, for values that a server may not write otherwise. Pure."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from math import isclose
from typing import Any
from urllib.parse import unquote

from conformance.evidence.differences import ValueDifference
from conformance.evidence.filter_semantics import extract_id, parse_comparable
from conformance.evidence.outcomes import quote_json
from conformance.evidence.responses import escape_pointer_token

_MASKS = re.compile("[*•…]+")  # in texts that are shown only in part, such as account numbers
_SPECIAL = frozenset("<&%")  # what a server may escape or decode by mistake
_BMP = 0xFFFF  # the last code point of the Basic Multilingual Plane: emojis lie beyond
_PRECISION = timedelta(seconds=1)  # to which a time is kept at least
_ROUNDED = 1e-3  # relative error that a server may make in rounding a fraction


def find_changed_values(sent: Any, shown: Any, pointer: str = "") -> Iterator[ValueDifference]:
    """Yield the members that are shown with another value than sent; members that are not shown are not judged.

    A link may be shown as an id or with other percent-encoding, a moment with another offset or without its fraction, a
    text with other case, blanks and punctuation or composed in another way (NFC, NFD), a list in another order.
    """
    if isinstance(sent, dict) and isinstance(shown, dict):
        for name in (name for name in sent if name in shown):
            yield from find_changed_values(sent[name], shown[name], f"{pointer}/{escape_pointer_token(name)}")
    elif sent is not None and not _is_kept(sent, shown):
        yield ValueDifference(pointer, sent, shown)


def _is_kept(sent: Any, shown: Any) -> bool:
    if isinstance(sent, list) and isinstance(shown, list):
        deep = any(isinstance(member, dict | list) for member in (*sent, *shown))
        if deep or not sent:
            return bool(sent) or not shown
        return not Counter(map(_normalize, sent)) - Counter(map(_normalize, shown))
    if shown is None or not (isinstance(sent, dict | list) or isinstance(shown, dict | list)):
        return shown is not None and _is_equivalent(sent, shown)
    return True  # a link given as an object, or the other way round


def _is_equivalent(sent: Any, shown: Any) -> bool:
    if is_masked(sent, shown):
        return True
    sent_value, shown_value = parse_comparable(sent), parse_comparable(shown)
    if isinstance(sent_value, float) and isinstance(shown_value, float):
        return sent_value == shown_value or (
            not sent_value.is_integer() and isclose(sent_value, shown_value, rel_tol=_ROUNDED)
        )
    if isinstance(sent_value, datetime) and isinstance(shown_value, datetime):
        return abs(shown_value - sent_value) < _PRECISION
    return (sent_value is not None and sent_value == shown_value) or _normalize(sent) == _normalize(shown)


def is_masked(sent: Any, shown: Any) -> bool:
    """Return whether a text is shown in part, with signs in place of the rest.

    >>> is_masked("GB82WEST12345698765432", "•••• 5432"), is_masked("null", "the old text *")
    (True, False)
    """
    if not isinstance(sent, str) or not isinstance(shown, str) or not _MASKS.search(shown):
        return False
    return all(part.strip() in sent for part in _MASKS.split(shown))


def _normalize(value: Any) -> str:
    """Return a value in the form in which it is compared with others."""
    if not isinstance(value, str):
        return quote_json(value)
    text = extract_id(unquote(value)) if "://" in value else value
    composed = unicodedata.normalize("NFC", text).casefold()
    return "".join(letter for letter in composed if letter.isalnum() or letter in _SPECIAL or ord(letter) > _BMP)
