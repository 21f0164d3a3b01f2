"""HDR-01 and HDR-02: caches are told which responses depend on the user."""

from collections.abc import Iterator

from conformance.checks.base import Check
from conformance.evidence.outcomes import fail_case, pass_case, quote_json
from conformance.evidence.responses import OperationResponse
from conformance.evidence.subject import Subject
from conformance.model import Operation, Outcome, Request, Response
from conformance.tools.counts import parse_count
from conformance.tools.http_dates import parse_http_date


def check_shared_caching(response: OperationResponse, subject: Subject) -> Iterator[Outcome]:
    """Check that no shared cache may store one person's data for others (HDR-01).

    A response to a token may be stored by a shared cache only with `public`, `s-maxage` or `must-revalidate` (RFC 9111,
    section 3.5); the last of these is always revalidated. With `Vary: Authorization` nobody else gets it.
    """
    http_response = response.exchange.response
    if http_response is None or not response.is_success or not _is_personal(response.operation, subject):
        return
    if not _has_token(response.exchange.request):
        return
    directives = _parse_directives(_join_lines(http_response, "cache-control"))
    is_shared = "public" in directives or directives.get("s-maxage", "0") != "0"
    is_refused = bool({"private", "no-store", "no-cache"} & set(directives))
    is_stale_at_once = directives.get("s-maxage", directives.get("max-age", "")) == "0"
    if not is_shared or is_refused or is_stale_at_once or {"authorization", "*"} & _list_vary(http_response):
        yield pass_case(response, "HDR-01")
    else:
        yield fail_case(
            response,
            "HDR-01",
            "a shared cache may store the data of one person",
            expected="private or no-store",
            actual=quote_json(_join_lines(http_response, "cache-control")),
            pointer="header:Cache-Control",
        )


def _is_personal(operation: Operation, subject: Subject) -> bool:
    """Return whether the operation shows what belongs to one person."""
    return operation.is_secured and (
        bool(operation.user_header) or operation.resource in subject.model.personal_resources
    )


def _has_token(request: Request) -> bool:
    """Return whether a request carried a token in its header."""
    return bool(request.identity) and not request.token_in


def check_vary(response: OperationResponse, subject: Subject) -> Iterator[Outcome]:
    """Check that a response with explicit freshness varies with the user header (HDR-02).

    Any cache, also that of one client, would else answer for one user with what it got for another.
    """
    http_response, name = response.exchange.response, response.operation.user_header
    if http_response is None or not response.is_success or not name or not response.operation.is_secured:
        return
    if not _is_fresh_later(http_response):
        return
    if {name.lower(), "*"} & _list_vary(http_response):
        yield pass_case(response, "HDR-02")
    else:
        yield fail_case(
            response,
            "HDR-02",
            f"caches may reuse the response, and Vary does not say that it depends on {name}",
            expected=f"Vary: {name}",
            actual=quote_json(_join_lines(http_response, "vary")),
            pointer="header:Vary",
        )


def _is_fresh_later(http_response: Response) -> bool:
    """Return whether a cache may use a response later without asking (RFC 9111, section 4.2.1)."""
    directives = _parse_directives(_join_lines(http_response, "cache-control"))
    if {"no-store", "no-cache"} & set(directives):
        return False
    if "max-age" in directives:
        return bool(parse_count(directives["max-age"]))
    expires, date = (parse_http_date(http_response.find_header(name)) for name in ("expires", "date"))
    return expires > date > 0


def _join_lines(http_response: Response, name: str) -> str:
    """Return the value of a header of lists: all of its lines, joined by commas (RFC 9110, section 5.3)."""
    return ", ".join(value for key, value in http_response.headers if key.lower() == name)


def _parse_directives(text: str) -> dict[str, str]:
    """Return the directives of a `Cache-Control` value with their arguments, in lower case.

    >>> _parse_directives("Public, max-age=60")
    {'public': '', 'max-age': '60'}
    """
    pairs = (part.strip().lower().partition("=") for part in text.split(","))
    return {name.strip(): value.strip().strip('"') for name, _, value in pairs if name}


def _list_vary(http_response: Response) -> set[str]:
    """Return the names of headers in `Vary`, in lower case."""
    return {part.strip().lower() for part in _join_lines(http_response, "vary").split(",")} - {""}


CHECKS = (Check(("HDR-01",), check_shared_caching), Check(("HDR-02",), check_vary))
