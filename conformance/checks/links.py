"""LNK-01 and EXP-01: links are absolute URLs, and stay links where no expansion was requested."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs

from conformance.checks.base import Check
from conformance.evidence.link_origins import find_common_origin, name_foreign_origin
from conformance.evidence.outcomes import fail_case, pass_case, quote_json
from conformance.evidence.responses import OperationResponse, find_expanded, find_resources, find_urls
from conformance.evidence.subject import Subject
from conformance.evidence.urls import strip_base_url
from conformance.model import Expansion, Link, LinkKind, Outcome


def check_absolute_links(response: OperationResponse, subject: Subject) -> Iterator[Outcome]:
    """Check that every link into the API is an absolute URL of the target's scheme and host (LNK-01)."""
    links = list(_walk_api_links(response, subject))
    common = find_common_origin((url for _, _, url in links), subject)
    for link, at, url in links:
        if strip_base_url(subject.target.base_url, url) is None:
            message = f"the link {link.path} is not an absolute URL of the target"
            expected = f"{subject.target.base_url}/…"
            outcome = fail_case(response, "LNK-01", message, expected=expected, actual=url, pointer=at)
            yield name_foreign_origin(outcome, url, common, subject)
    if links:
        yield pass_case(response, "LNK-01")


def _walk_api_links(response: OperationResponse, subject: Subject) -> Iterator[tuple[Link, str, str]]:
    """Yield every link into the API with its JSON pointer and URL, in resources and around a wrapped list."""
    for thing in find_resources(response, subject.model):
        for link in thing.resource.links:
            if _is_api_link(link) and not link.own:
                yield from ((link, at, url) for at, url in find_urls(thing.body, link, thing.pointer))
    for link in response.operation.links:
        if link.outside and _is_api_link(link) and response.items:
            yield from ((link, at, url) for at, url in find_urls(response.json, link))


def _is_api_link(link: Link) -> bool:
    """Return whether a link leads to a resource of the API."""
    return link.kind is not LinkKind.EXTERNAL and bool(link.targets or link.expandable)


def check_unexpanded_links(response: OperationResponse, subject: Subject) -> Iterator[Outcome]:
    """Check that an expandable property without `expand` is a URL, a list of URLs, or null (EXP-01)."""
    if not response.operation.is_safe or _has_expand(response.exchange.request.target):
        return
    is_judged = False
    for expansion, where, value in _walk_expandable(response):
        is_judged = True
        if not _is_unexpanded(value):
            yield fail_case(
                response,
                "EXP-01",
                f"{expansion.path} is expanded without expand in the request",
                expected="a URL or null",
                actual=quote_json(value),
                pointer=where,
            )
    if is_judged:
        yield pass_case(response, "EXP-01")


def _has_expand(target: str) -> bool:
    """Return whether the query of a request target has `expand`."""
    query = target.partition("?")[2]
    return bool(query) and "expand" in parse_qs(query, keep_blank_values=True)


def _walk_expandable(response: OperationResponse) -> Iterator[tuple[Expansion, str, Any]]:
    """Yield each expandable property that is a link to a resource, with its JSON pointer and value."""
    for expansion in response.operation.first_expansions:
        if expansion.resolvable and expansion.target:  # other values may be embedded without expand
            yield from ((expansion, where, value) for where, value in find_expanded(response, expansion))


def _is_unexpanded(value: Any) -> bool:
    """Return whether a value is a URL, a list of URLs, or null."""
    if isinstance(value, list):
        return all(isinstance(member, str) for member in value)
    return value is None or isinstance(value, str)


CHECKS = (
    Check(("LNK-01",), check_absolute_links, by_body=True),
    Check(("EXP-01",), check_unexpanded_links, by_body=True),
)
