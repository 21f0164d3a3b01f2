"""VAL-01 to VAL-05: what a write sends is what is read afterwards, value by value. Pure.

Each kind of value has the freedom that a server may take with it: a text may be trimmed and composed (NFC), have other
case and single blanks; a time may have another offset and no fraction; a fraction may be rounded; a link may be an
object, or its id.
"""

import unicodedata
from collections.abc import Iterator, Mapping
from datetime import timedelta
from math import isclose
from struct import pack, unpack
from types import MappingProxyType
from typing import Any, NamedTuple

from conformance.evidence.differences import ABSENT
from conformance.evidence.filter_semantics import parse_comparable
from conformance.evidence.outcomes import fail_case, pass_case, quote_json
from conformance.evidence.responses import OperationResponse, escape_pointer_token
from conformance.evidence.subject import Subject
from conformance.model import Outcome
from conformance.probes.toolkit.body_links import resolve_schema
from conformance.probes.toolkit.edge_values import is_free_text, list_types
from conformance.probes.toolkit.rounding import is_rounded
from conformance.probes.writes.stored_values import is_masked

VALUE_REQUIREMENTS = ("VAL-01", "VAL-02", "VAL-03", "VAL-04", "VAL-05")
_ROUNDED = 1e-3  # relative error that a server may make in rounding a fraction
_COORDINATES = frozenset({"latitude", "longitude"})
_PLACE = 5.1e-5  # degrees, about six metres: a place that is stored with fewer decimals is another one
_SINGLE_MAX = 3e38  # the largest number that 32 bits hold
_DOUBLE_PRECISION = 1e-15  # relative, as 64 bits hold it
_PRECISION = timedelta(seconds=1)  # to which a time is kept at least
_MESSAGES = MappingProxyType({
    "VAL-01": "a text is not read as it was written",
    "VAL-02": "a number is not read as it was written",
    "VAL-03": "a time is read as another moment than was written",
    "VAL-04": "null, false, 0 or an empty value is not read as it was written",
    "VAL-05": "a list is read with other members than were written",
})  # fmt: skip


class ValueComparison(NamedTuple):
    """One value that was sent, and what is read in its place; `kept` where that is the same for a client."""

    requirement: str
    pointer: str
    sent: Any
    shown: Any
    kept: bool


def judge_values(
    written: OperationResponse,
    read: OperationResponse,
    sent: Mapping[str, Any],
    schemas: Mapping[str, Any],
    subject: Subject,
) -> Iterator[Outcome]:
    """Judge the values that a write sent by a later read: a violation for each one lost, or PASS for each kind."""
    comparisons = list(compare_values(sent, read.json, schemas, subject))
    lost = [comparison for comparison in comparisons if not comparison.kept]
    for comparison in lost:
        yield fail_case(
            written,
            comparison.requirement,
            _MESSAGES[comparison.requirement],
            expected=quote_json(comparison.sent),
            actual="absent" if comparison.shown is ABSENT else quote_json(comparison.shown),
            pointer=comparison.pointer,
            also=(read,),
        )
    for requirement in sorted({c.requirement for c in comparisons} - {c.requirement for c in lost}):
        yield pass_case(written, requirement)


def compare_values(
    sent: Mapping[str, Any], shown: Any, schemas: Mapping[str, Any], subject: Subject, pointer: str = ""
) -> Iterator[ValueComparison]:
    """Yield the comparison of each member that was sent and is shown; members that are not shown are not compared.

    `schemas` are those of the members, by name.
    """
    for name, value in sent.items() if isinstance(shown, dict) else ():
        if name in shown:
            at = f"{pointer}/{escape_pointer_token(name)}"
            yield from _compare(name, value, shown[name], schemas.get(name, {}), subject, at)


def _compare(  # noqa: PLR0913 - a place, and its two values
    name: str, sent: Any, shown: Any, schema: Mapping[str, Any], subject: Subject, pointer: str
) -> Iterator[ValueComparison]:
    """Yield the comparison of one value, of its members where it is an object or a list of objects."""
    if not sent or isinstance(sent, bool):
        yield from _compare_empty(sent, shown, schema, pointer)
    elif isinstance(sent, int | float):
        kept = is_rounded(schema, sent, shown) or _is_same_number(sent, shown)
        kept = kept and not (schema.get("format") == "double" and is_in_single_precision(sent, shown))
        kept = kept and (name not in _COORDINATES or is_rounded(schema, sent, shown) or _is_same_place(sent, shown))
        yield ValueComparison("VAL-02", pointer, sent, shown, kept)
    elif isinstance(sent, str):
        yield from _compare_texts(name, sent, shown, schema, pointer)
    elif isinstance(sent, list):
        yield from _compare_lists(sent, shown, schema, subject, pointer)
    elif isinstance(sent, dict) and isinstance(shown, dict):
        members = {key: resolve_schema(subject, member) for key, member in schema.get("properties", {}).items()}
        yield from compare_values(sent, shown, members, subject, pointer)


def _compare_empty(sent: Any, shown: Any, schema: Mapping[str, Any], pointer: str) -> Iterator[ValueComparison]:
    """Yield the comparison of null, a boolean, 0, an empty text or list; an empty text may be shown as null."""
    if sent is None or sent == "":
        if not may_fall_back(schema):
            yield ValueComparison("VAL-04", pointer, sent, shown, shown is None or sent == "" == shown)
    elif isinstance(sent, bool) or sent == []:
        yield ValueComparison("VAL-04", pointer, sent, shown, type(shown) is type(sent) and shown == sent)
    elif sent == 0:
        is_number = isinstance(shown, int | float | str) and not isinstance(shown, bool)
        yield ValueComparison("VAL-04", pointer, sent, shown, is_number and parse_comparable(shown) == 0)


def may_fall_back(schema: Mapping[str, Any]) -> bool:
    """Return whether the description of a property says that it shows something else where it is null."""
    text = str(schema.get("description", "")).lower()
    return any(word in text for word in ("inherit", "fall", "default", "unless", "own "))


def _is_same_number(sent: float, shown: Any) -> bool:
    """Return whether a number is shown as sent; a fraction may be rounded, and a decimal may be a text."""
    number = parse_comparable(shown)
    if not isinstance(number, float):
        return False
    if isinstance(shown, int) and isinstance(sent, int):
        return shown == sent
    return number == sent or (not float(sent).is_integer() and isclose(number, sent, rel_tol=_ROUNDED))


def _is_same_place(sent: float, shown: Any) -> bool:
    """Return whether a coordinate is shown with four decimals at least."""
    number = parse_comparable(shown)
    return isinstance(number, float) and abs(number - sent) <= _PLACE


def is_in_single_precision(sent: float, shown: Any) -> bool:
    """Return whether a number is shown with the digits that it has after it was stored in 32 bits.

    >>> is_in_single_precision(55.555195, 55.55519485473633), is_in_single_precision(55.555195, 55.5552)
    (True, False)
    """
    if not isinstance(shown, float) or shown == sent or abs(sent) > _SINGLE_MAX:
        return False
    return isclose(unpack("f", pack("f", sent))[0], shown, rel_tol=_DOUBLE_PRECISION)


def _compare_texts(
    name: str, sent: str, shown: Any, schema: Mapping[str, Any], pointer: str
) -> Iterator[ValueComparison]:
    """Yield the comparison of a time, a word of an enumeration or a free text; other forms are the server's own."""
    if schema.get("format") == "date-time":
        moment, shown_moment = parse_comparable(sent), parse_comparable(shown)
        if not isinstance(moment, float) and moment is not None:
            kept = not isinstance(shown_moment, float | None) and abs(shown_moment - moment) < _PRECISION
            yield ValueComparison("VAL-03", pointer, sent, shown, kept)
    elif "enum" in schema or (is_free_text(name, schema) and "://" not in sent):
        kept = _normalize(sent) == _normalize(shown) or ("*" not in sent and is_masked(sent, shown))
        yield ValueComparison("VAL-01", pointer, sent, shown, kept)


def _normalize(value: Any) -> Any:
    """Return a text as a server may show it: composed, trimmed, single blanks, no case, no invisible signs."""
    if not isinstance(value, str):
        return value
    text = "".join(letter for letter in value if unicodedata.category(letter) != "Cf")
    return " ".join(unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold()).split())


def _compare_lists(
    sent: list[Any], shown: Any, schema: Mapping[str, Any], subject: Subject, pointer: str
) -> Iterator[ValueComparison]:
    """Yield whether a list has the members that were sent, and the comparison of those that are objects in order.

    The order of texts and links is the server's own; objects, such as the stops of a route, keep theirs.
    """
    items = resolve_schema(subject, schema.get("items", {}))
    if not isinstance(shown, list) or not (items.get("properties") or list_types(items) & {"string", "integer"}):
        return
    if not all(isinstance(member, dict) for member in (*sent, *shown)):
        if items.get("format") != "uri" and not any(isinstance(member, dict) for member in (*sent, *shown)):
            expected, actual = (sorted({str(_normalize(member)) for member in values}) for values in (sent, shown))
            yield ValueComparison("VAL-05", pointer, sent, shown, expected == actual)
        else:
            yield ValueComparison("VAL-05", pointer, sent, shown, len(shown) >= len({str(member) for member in sent}))
        return
    members = {key: resolve_schema(subject, member) for key, member in items.get("properties", {}).items()}
    pairs = list(zip(sent, shown, strict=False))
    is_moved = not all(_is_kept(old, new, members, subject) for old, new in pairs) and all(
        any(_is_kept(old, new, members, subject) for new in shown) for old in sent
    )
    yield ValueComparison("VAL-05", pointer, sent, shown, len(sent) == len(shown) and not is_moved)
    for index, (old, new) in enumerate(pairs) if len(sent) == len(shown) and not is_moved else ():
        yield from compare_values(old, new, members, subject, f"{pointer}/{index}")


def _is_kept(sent: Any, shown: Any, schemas: Mapping[str, Any], subject: Subject) -> bool:
    return all(comparison.kept for comparison in compare_values(sent, shown, schemas, subject))
