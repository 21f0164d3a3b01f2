"""IDS-01 to IDS-05, as far as one response shows them: ids and own URLs are well-formed and unique."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from conformance.checks.base import Check
from conformance.evidence.link_origins import find_common_origin, name_foreign_origin
from conformance.evidence.outcomes import fail_case, judge_case, pass_case, quote_json
from conformance.evidence.responses import OperationResponse, ShownResource, find_homes, find_resources
from conformance.evidence.subject import Subject
from conformance.evidence.urls import extract_path, match_path, strip_base_url
from conformance.model import KeyKind, Location, Outcome, Resource, ResourceModel, Role, Verdict
from conformance.tools.http_dates import parse_http_date
from conformance.tools.ulid import extract_milliseconds, is_ulid

_MAX_CLOCK_SKEW_S = 300  # of the server's clock against ours
_EARLIEST_MS = 1_420_070_400_000  # 2015-01-01: older than the API


@lru_cache(maxsize=512)
def _compile_pattern(pattern: str) -> re.Pattern[str]:
    """Return the compiled pattern without its anchors, for use with `fullmatch`."""
    return re.compile(pattern.removeprefix("^").removesuffix("$"), re.ASCII)


def _walk_ids(response: OperationResponse, subject: Subject) -> Iterator[tuple[ShownResource, Any]]:
    """Yield each resource that has an id with a prefix, and the id."""
    for thing in find_resources(response, subject.model):
        if thing.resource.prefix and thing.resource.key_kind is KeyKind.ID and "id" in thing.body:
            yield thing, thing.body["id"]


def check_id_pattern(response: OperationResponse, subject: Subject) -> Iterator[Outcome]:
    """Check that an id matches the pattern of its collection, anchored: 30 characters (IDS-01)."""
    is_judged = False
    for thing, key in _walk_ids(response, subject):
        is_judged = True
        pattern = thing.resource.id_pattern or re.escape(thing.resource.prefix) + r"[A-Z\d]{26}"
        if not isinstance(key, str) or not _compile_pattern(pattern).fullmatch(key):
            yield fail_case(
                response,
                "IDS-01",
                f"the id does not match the pattern of {thing.resource.name}",
                expected=f"{thing.resource.prefix} and 26 characters",
                actual=quote_json(key),
                pointer=f"{thing.pointer}/id",
            )
        elif (path_pattern := _find_path_pattern(thing.resource, subject.model)) and not _compile_pattern(
            path_pattern
        ).fullmatch(key):
            yield judge_case(
                response,
                "IDS-01",
                Verdict.REVIEW,
                "the path of a resource does not take its id (one reading: the pattern of the path holds. "
                "The other: that of the property)",
                expected=path_pattern,
                actual=quote_json(key),
                pointer=f"{thing.pointer}/id",
            )
    if is_judged:
        yield pass_case(response, "IDS-01")


def _find_path_pattern(resource: Resource, model: ResourceModel) -> str:
    """Return the pattern of the path parameter that selects a member, empty where it has none of its own."""
    operation = model.operations_by_key.get(f"GET {resource.item_path}")
    parameter = operation.find_parameter(resource.key, Location.PATH) if operation else None
    pattern = str(parameter.schema.get("pattern") or "") if parameter else ""
    return "" if pattern == resource.id_pattern else pattern


def _find_time(response: OperationResponse) -> float:
    """Return when a response was sent, in seconds since 1970, by the later of two clocks: of traffic, one may stand."""
    http_response = response.exchange.response
    dated = parse_http_date(http_response.find_header("date")) if http_response else 0.0
    return max(response.exchange.sent_at, dated)


def check_ulid(response: OperationResponse, subject: Subject) -> Iterator[Outcome]:
    """Check that an id without its prefix is a ULID (IDS-02) with a time between 2015 and now (IDS-03)."""
    is_judged = is_timed = False
    latest_ms = (_find_time(response) + _MAX_CLOCK_SKEW_S) * 1000
    for thing, key in _walk_ids(response, subject):
        if not isinstance(key, str) or len(key) != len(thing.resource.prefix) + 26:
            continue  # IDS-01 reports it
        is_judged, ulid, pointer = True, key[len(thing.resource.prefix) :], f"{thing.pointer}/id"
        if not is_ulid(ulid):
            yield fail_case(
                response,
                "IDS-02",
                "the id is not a valid ULID",
                expected="Crockford base32",
                actual=ulid,
                pointer=pointer,
            )
            continue
        is_timed, created_ms = True, extract_milliseconds(ulid)
        if not _EARLIEST_MS <= created_ms <= latest_ms:
            yield fail_case(
                response,
                "IDS-03",
                "the time inside the id is in the future or before 2015",
                expected="2015 to now",
                actual=f"{created_ms} ms since 1970",
                pointer=pointer,
            )
    if is_judged:
        yield pass_case(response, "IDS-02")
    if is_timed:
        yield pass_case(response, "IDS-03")


def check_own_url(response: OperationResponse, subject: Subject) -> Iterator[Outcome]:
    """Check that `url` fits the path of the resource at the target, and ends in the `id` of the resource (IDS-04)."""
    things = [
        (thing, url)
        for thing in find_resources(response, subject.model)
        if isinstance(url := thing.body.get("url"), str)
        and thing.resource.item_path
        and any(link.own for link in thing.resource.links)  # the `url` of a portal is not its own address
    ]
    common = find_common_origin((url for _, url in things), subject)
    for thing, url in things:
        problems = [
            _find_url_problem(thing._replace(resource=resource), url, subject.target.base_url)
            for resource in find_homes(thing.resource, subject.model)
        ]
        if all(problems):
            expected = f"{subject.target.base_url}{thing.resource.item_path}"
            pointer = f"{thing.pointer}/url"
            outcome = fail_case(response, "IDS-04", problems[0], expected=expected, actual=url, pointer=pointer)
            yield name_foreign_origin(outcome, url, common, subject)
    if things:
        yield pass_case(response, "IDS-04")


def _find_url_problem(thing: ShownResource, url: str, base_url: str) -> str:
    """Return what is wrong with the own URL of a resource; empty where nothing is."""
    target = strip_base_url(base_url, url)
    if target is None:
        return "the resource's own url is not below the target's base URL"
    parameters = match_path(thing.resource.item_path, extract_path(target))
    if parameters is None:
        return f"the resource's own url does not fit the path of {thing.resource.name}"
    key = thing.body.get(thing.resource.key_field or "id")
    if (
        thing.resource.key_kind is KeyKind.ID
        and isinstance(key, str)
        and key != parameters.get(thing.resource.key, key)
    ):
        return "the last segment of the url is not the id of the resource"
    return ""


def check_unique_ids(response: OperationResponse, subject: Subject) -> Iterator[Outcome]:
    """Check that ids in one list are unique (IDS-05). The pagination probe checks them across pages."""
    seen: dict[str, str] = {}
    if response.operation.role is not Role.LIST:
        return
    for at, item in response.objects:
        name = "id" if "id" in item else "url"
        key = item.get(name)
        if not isinstance(key, str):
            continue
        if key in seen:
            yield fail_case(
                response,
                "IDS-05",
                f"the same {name} is at {seen[key]} and at {at}",
                expected=f"each {name} once",
                actual=key,
                pointer=f"{at}/{name}",
            )
        seen.setdefault(key, at)
    if seen:
        yield pass_case(response, "IDS-05")


CHECKS = (
    Check(("IDS-01",), check_id_pattern, by_body=True),
    Check(("IDS-02", "IDS-03"), check_ulid, by_body=True),  # what is not in the future now is not so later
    Check(("IDS-04",), check_own_url, by_body=True),
    Check(("IDS-05",), check_unique_ids, by_body=True),
)
