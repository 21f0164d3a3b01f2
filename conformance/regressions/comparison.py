"""The comparison of two responses to one read: what was added, removed or changed from the baseline."""

import re
from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Any, NamedTuple

from conformance.evidence.json_bodies import UNREADABLE, parse_json
from conformance.evidence.outcomes import quote_json
from conformance.evidence.responses import escape_pointer_token
from conformance.model import Response
from conformance.regressions.identifiers import IdentifierMap

_UNSTABLE = frozenset(
    {
        "date", "age", "server", "via", "etag", "last-modified", "content-length", "transfer-encoding", "connection",
        "keep-alive", "content-encoding", "expires", "set-cookie", "cf-ray", "cf-cache-status", "alt-svc", "nel",
        "report-to", "x-powered-by", "x-cache", "x-served-by", "x-timer",
    }
)  # fmt: skip
_VARYING = re.compile(r"remaining|reset|retry-after|request-id|trace|correlation|runtime|x-amz|server-timing")
_MAX_TEXT = 120  # characters of a value in a message


class RegressionKind(StrEnum):
    """The ways in which a response differs from that of the baseline."""

    STATUS = "other status"
    HEADER = "other header"
    GONE = "gone"
    ADDED = "added"
    TYPE = "other type"
    ORDER = "other order"
    VALUE = "other value"
    SLOWER = "slower"


class ResponseDifference(NamedTuple):
    """A difference: its kind, the place in the body or header, and both values in words."""

    kind: RegressionKind
    pointer: str
    baseline: str
    target: str


def count_numbers(target: Response, baseline: Response) -> tuple[int, int]:
    """Return how many numbers two successful bodies have at the same places, and how many of them differ.

    Numbers tell worlds apart: texts are often drawn from a few.
    """
    if target.status // 100 != 2 or baseline.status // 100 != 2:
        return 0, 0
    ours, theirs = parse_json(target.body), parse_json(baseline.body)
    pairs = list(_pair_numbers(ours, theirs)) if UNREADABLE not in (ours, theirs) else []
    return len(pairs), sum(one != other for one, other in pairs)


def count_absences(target: Response, baseline: Response, pointer: str) -> tuple[int, int]:
    """Return how many values the baseline has at a folded pointer, and how many of them the target lacks.

    A value of another type, and null, count as none.
    """
    ours, theirs = parse_json(target.body), parse_json(baseline.body)
    pairs = list(_pair_places(ours, theirs, pointer.split("/")[1:])) if UNREADABLE not in (ours, theirs) else []
    known = [(one, other) for one, other in pairs if other is not None]
    return len(known), sum(_name_type(one) != _name_type(other) for one, other in known)


def _pair_places(ours: Any, theirs: Any, tokens: list[str]) -> Iterator[tuple[Any, Any]]:
    if not tokens:
        yield ours, theirs
    elif tokens[0] == "*" and isinstance(theirs, list) and isinstance(ours, list):
        for one, other in zip(ours, theirs, strict=False):
            yield from _pair_places(one, other, tokens[1:])
    elif isinstance(theirs, dict) and isinstance(ours, dict):
        name = tokens[0].replace("~1", "/").replace("~0", "~")
        if name in theirs:
            yield from _pair_places(ours.get(name), theirs[name], tokens[1:])


def _pair_numbers(ours: Any, theirs: Any) -> Iterator[tuple[float, float]]:
    if isinstance(ours, dict) and isinstance(theirs, dict):
        for name in ours.keys() & theirs.keys():
            yield from _pair_numbers(ours[name], theirs[name])
    elif isinstance(ours, list) and isinstance(theirs, list):
        for one, other in zip(ours, theirs, strict=False):
            yield from _pair_numbers(one, other)
    elif _name_type(ours) == _name_type(theirs) == "number":
        yield ours, theirs


def compare_responses(target: Response, baseline: Response, known: IdentifierMap) -> Iterator[ResponseDifference]:
    """Yield the differences of a response from the baseline's, except ids and times that correspond to each other."""
    if target.status != baseline.status:
        yield ResponseDifference(RegressionKind.STATUS, "", str(baseline.status), str(target.status))
        return
    yield from _compare_headers(target, baseline, known)
    ours, theirs = parse_json(target.body), parse_json(baseline.body)
    if UNREADABLE in (ours, theirs):
        yield from _compare_texts(target.body, baseline.body, known)
    else:
        yield from _compare_values(ours, theirs, "", known)


def _compare_headers(target: Response, baseline: Response, known: IdentifierMap) -> Iterator[ResponseDifference]:
    ours, theirs = _index_headers(target), _index_headers(baseline)
    for name in sorted(ours.keys() | theirs.keys()):
        one, other, pointer = ours.get(name), theirs.get(name), f"header:{name}"
        if one is None:
            yield ResponseDifference(RegressionKind.GONE, pointer, other or "", "")
        elif other is None:
            yield ResponseDifference(RegressionKind.ADDED, pointer, "", one)
        elif not _VARYING.search(name) and not known.agree(_drop_origin(one), _drop_origin(other)):
            yield ResponseDifference(RegressionKind.HEADER, pointer, other, one)


def _index_headers(response: Response) -> dict[str, str]:
    headers: dict[str, str] = {}
    for name, value in response.headers:
        lower = name.lower()
        if lower not in _UNSTABLE:
            headers[lower] = f"{headers[lower]}, {value}" if lower in headers else value
    return headers


def _drop_origin(text: str) -> str:
    """Return a text without scheme and host of URLs, which are those of its target."""
    return re.sub(r"https?://[^/\s\"'<>?#]+", "", text) if "://" in text else text


def _compare_texts(target: bytes, baseline: bytes, known: IdentifierMap) -> Iterator[ResponseDifference]:
    """Compare bodies other than JSON line by line; the first line is the header row of a table."""
    ours, theirs = (body.decode("utf-8", "replace").splitlines() for body in (target, baseline))
    if ours[:1] != theirs[:1] and not known.agree(_drop_origin("".join(ours[:1])), _drop_origin("".join(theirs[:1]))):
        yield ResponseDifference(RegressionKind.TYPE, "", _cut("".join(theirs[:1])), _cut("".join(ours[:1])))
    elif len(ours) != len(theirs):
        yield ResponseDifference(RegressionKind.VALUE, "", f"{len(theirs)} lines", f"{len(ours)} lines")
    else:
        pairs = zip(ours, theirs, strict=True)
        differing = [pair for pair in pairs if not known.agree(*map(_drop_origin, pair))]
        if differing:
            yield ResponseDifference(RegressionKind.VALUE, "", _cut(differing[0][1]), _cut(differing[0][0]))


def _compare_values(ours: Any, theirs: Any, pointer: str, known: IdentifierMap) -> Iterator[ResponseDifference]:
    if isinstance(ours, dict) and isinstance(theirs, dict):
        yield from _compare_objects(ours, theirs, pointer, known)
    elif isinstance(ours, list) and isinstance(theirs, list):
        yield from _compare_lists(ours, theirs, pointer, known)
    elif _name_type(ours) != _name_type(theirs):
        yield ResponseDifference(RegressionKind.TYPE, pointer, _quote(theirs), _quote(ours))
    elif isinstance(ours, str):
        if not known.agree(_drop_origin(ours), _drop_origin(theirs)):
            yield ResponseDifference(RegressionKind.VALUE, pointer, _quote(theirs), _quote(ours))
    elif ours != theirs:
        yield ResponseDifference(RegressionKind.VALUE, pointer, _quote(theirs), _quote(ours))


def _compare_objects(
    ours: Mapping[str, Any], theirs: Mapping[str, Any], pointer: str, known: IdentifierMap
) -> Iterator[ResponseDifference]:
    for name in (*theirs, *(name for name in ours if name not in theirs)):
        place = f"{pointer}/{escape_pointer_token(name)}"
        if name not in ours:
            yield ResponseDifference(RegressionKind.GONE, place, _quote(theirs[name]), "")
        elif name not in theirs:
            yield ResponseDifference(RegressionKind.ADDED, place, "", _quote(ours[name]))
        else:
            yield from _compare_values(ours[name], theirs[name], place, known)


def _compare_lists(
    ours: list[Any], theirs: list[Any], pointer: str, known: IdentifierMap
) -> Iterator[ResponseDifference]:
    """Compare lists member by member, matched by their ids if they have any."""
    keys, other_keys = [_find_key(one) for one in ours], [_find_key(one) for one in theirs]
    translated = [known.find(key) if key else None for key in keys]
    if not ours or None in translated or None in other_keys:
        yield from _compare_positions(ours, theirs, pointer, known)
        return
    common = [key for key in translated if key in other_keys]
    if common != [key for key in other_keys if key in translated]:
        yield ResponseDifference(RegressionKind.ORDER, pointer, _quote(other_keys[:3]), _quote(translated[:3]))
    for key in other_keys:
        if key not in translated:
            yield ResponseDifference(RegressionKind.GONE, f"{pointer}/*", _quote(key), "")
    for key in translated:
        if key not in other_keys:
            yield ResponseDifference(RegressionKind.ADDED, f"{pointer}/*", "", _quote(key))
    by_key = dict(zip(other_keys, theirs, strict=True))
    if len(translated) != len(set(translated)) and len(ours) != len(theirs):
        yield ResponseDifference(RegressionKind.ADDED, f"{pointer}/*", f"{len(theirs)} items", f"{len(ours)} items")
    for one, key in zip(ours, translated, strict=True):
        if key in by_key:
            yield from _compare_values(one, by_key[key], f"{pointer}/*", known)


def _compare_positions(
    ours: list[Any], theirs: list[Any], pointer: str, known: IdentifierMap
) -> Iterator[ResponseDifference]:
    if len(ours) != len(theirs):
        kind = RegressionKind.GONE if len(ours) < len(theirs) else RegressionKind.ADDED
        yield ResponseDifference(kind, f"{pointer}/*", f"{len(theirs)} items", f"{len(ours)} items")
    differences = [
        difference
        for one, other in zip(ours, theirs, strict=False)
        for difference in _compare_values(one, other, f"{pointer}/*", known)
    ]
    is_reordered = len(ours) == len(theirs) and differences and _sort(ours) == _sort(theirs)
    if is_reordered:
        yield ResponseDifference(RegressionKind.ORDER, pointer, _quote(theirs[:3]), _quote(ours[:3]))
    else:
        yield from differences


def _sort(values: list[Any]) -> list[str]:
    return sorted(map(quote_json, values))


def _find_key(item: Any) -> str | None:
    """Return the id of a member, or the last part of its URL."""
    if not isinstance(item, dict):
        return None
    if isinstance(item.get("id"), str):
        return str(item["id"])
    url = item.get("url")
    return url.rstrip("/").rpartition("/")[2] if isinstance(url, str) else None


def _name_type(value: Any) -> str:
    if isinstance(value, bool) or value is None:
        return type(value).__name__
    return "number" if isinstance(value, int | float) else type(value).__name__


def _quote(value: Any) -> str:
    return _cut(quote_json(value))


def _cut(text: str) -> str:
    return text if len(text) <= _MAX_TEXT else f"{text[:_MAX_TEXT]}…"
