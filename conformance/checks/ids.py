"""IDS: what names itself correctly (01-05, as far as one answer shows it)."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from conformance.answers import Answer, Thing, below, match_path, path_of, things
from conformance.checks.base import Check
from conformance.judging import passed, quote, violated
from conformance.model import KeyKind, Outcome, Role
from conformance.subject import Subject
from conformance.ulid import is_ulid, milliseconds

_AHEAD_S = 300  # a clock may be five minutes fast
_EARLIEST_MS = 1_420_070_400_000  # 2015-01-01: older than the API


@lru_cache(maxsize=512)
def _anchored(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern.removeprefix("^").removesuffix("$"), re.ASCII)


def _keyed(answer: Answer, subject: Subject) -> Iterator[tuple[Thing, Any]]:
    for thing in things(answer, subject.model):
        if thing.resource.prefix and thing.resource.key_kind is KeyKind.ID and "id" in thing.body:
            yield thing, thing.body["id"]


def id_matches_pattern(answer: Answer, subject: Subject) -> Iterator[Outcome]:
    """IDS-01: an id matches its collection's pattern, anchored: 30 characters."""
    judged = False
    for thing, key in _keyed(answer, subject):
        judged = True
        pattern = thing.resource.id_pattern or re.escape(thing.resource.prefix) + r"[A-Z\d]{26}"
        if not isinstance(key, str) or not _anchored(pattern).fullmatch(key):
            yield violated(
                answer,
                "IDS-01",
                f"the id is none of {thing.resource.name}",
                expected=f"{thing.resource.prefix} and 26 characters",
                actual=quote(key),
                pointer=f"{thing.pointer}/id",
            )
    if judged:
        yield passed(answer, "IDS-01")


def id_is_ulid(answer: Answer, subject: Subject) -> Iterator[Outcome]:
    """IDS-02 and IDS-03: the part after the prefix is a ULID, of a time between 2015 and now."""
    judged = timed = False
    for thing, key in _keyed(answer, subject):
        if not isinstance(key, str) or len(key) != len(thing.resource.prefix) + 26:
            continue  # IDS-01 speaks of it
        judged, tail, at = True, key[len(thing.resource.prefix) :], f"{thing.pointer}/id"
        if not is_ulid(tail):
            yield violated(answer, "IDS-02", "no valid ULID", expected="Crockford base32", actual=tail, pointer=at)
            continue
        timed, born = True, milliseconds(tail)
        if not _EARLIEST_MS <= born <= (answer.exchange.sent_at + _AHEAD_S) * 1000:
            yield violated(
                answer,
                "IDS-03",
                "the time inside the id is in the future or before 2015",
                expected="2015 to now",
                actual=f"{born} ms since 1970",
                pointer=at,
            )
    if judged:
        yield passed(answer, "IDS-02")
    if timed:
        yield passed(answer, "IDS-03")


def url_names_itself(answer: Answer, subject: Subject) -> Iterator[Outcome]:
    """IDS-04: `id` is the last segment of `url`; `url` fits the resource's path on the target's scheme and host."""
    judged = False
    for thing in things(answer, subject.model):
        url, template = thing.body.get("url"), thing.resource.item_path
        if not isinstance(url, str) or not template or not any(link.own for link in thing.resource.links):
            continue  # a portal's `url` leads elsewhere
        judged = True
        if complaint := _url_complaint(thing, url, subject.target.base_url):
            yield violated(
                answer,
                "IDS-04",
                complaint,
                expected=f"{subject.target.base_url}{template}",
                actual=url,
                pointer=f"{thing.pointer}/url",
            )
    if judged:
        yield passed(answer, "IDS-04")


def _url_complaint(thing: Thing, url: str, base_url: str) -> str:
    target = below(base_url, url)
    if target is None:
        return "the resource's own url is not below the target's base URL"
    found = match_path(thing.resource.item_path, path_of(target))
    if found is None:
        return f"the resource's own url does not fit the path of {thing.resource.name}"
    key = thing.body.get(thing.resource.key_field or "id")
    if thing.resource.key_kind is KeyKind.ID and isinstance(key, str) and key != found.get(thing.resource.key, key):
        return "the last segment of the url is not the resource's id"
    return ""


def ids_unique(answer: Answer, subject: Subject) -> Iterator[Outcome]:
    """IDS-05: ids in a list are unique (across pages: the pagination probe)."""
    seen: dict[str, str] = {}
    if answer.operation.role is not Role.LIST:
        return
    for at, item in answer.objects:
        name = "id" if "id" in item else "url"
        key = item.get(name)
        if not isinstance(key, str):
            continue
        if key in seen:
            yield violated(
                answer,
                "IDS-05",
                f"the same {name} stands at {seen[key]} and at {at}",
                expected=f"each {name} once",
                actual=key,
                pointer=f"{at}/{name}",
            )
        seen.setdefault(key, at)
    if seen:
        yield passed(answer, "IDS-05")


CHECKS = (
    Check(("IDS-01",), id_matches_pattern),
    Check(("IDS-02", "IDS-03"), id_is_ulid),
    Check(("IDS-04",), url_names_itself),
    Check(("IDS-05",), ids_unique),
)
