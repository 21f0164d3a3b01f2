"""HDR-03 to HDR-05: no header is repeated, reveals the server's software, or sets a cookie."""

import re
from collections import Counter
from collections.abc import Iterator

from conformance.checks.base import Check
from conformance.checks.headers import LIMIT, REMAINING
from conformance.evidence.outcomes import fail_case, pass_case, quote_json
from conformance.evidence.responses import OperationResponse
from conformance.evidence.subject import Subject
from conformance.model import Outcome

# Headers that are no lists. `Date` and `Server` are left out, as proxies on the way add their own.
_SINGLE = (
    "content-type", "content-length", "location", "etag", "last-modified", "expires", "age", "retry-after",
    "access-control-allow-origin", "access-control-allow-credentials", LIMIT.lower(), REMAINING.lower(),
)  # fmt: skip
_SOFTWARE = ("server", "x-powered-by", "x-aspnet-version", "x-aspnetmvc-version", "x-generator", "x-runtime-version")
_VERSION = re.compile(r"\d+\.\d+")
# Cookies by which load balancers and guards before a server tell clients apart; the API does not set them.
_FOREIGN_COOKIES = (
    "awsalb",
    "__cf",
    "cf_",
    "_cf",
    "arraffinity",
    "gclb",
    "incap_ses",
    "visid_incap",
    "bigip",
    "dtcookie",
)


def check_single_headers(response: OperationResponse, subject: Subject) -> Iterator[Outcome]:
    """Check that headers of a single value stand in a response once (HDR-03)."""
    http_response = response.exchange.response
    if http_response is None:
        return
    lines = Counter(name.lower() for name, _ in http_response.headers)
    repeated = [name for name in (*_SINGLE, subject.version_header.lower()) if lines[name] > 1]
    for name in repeated:
        values = [value for key, value in http_response.headers if key.lower() == name]
        message = f"{name} stands in the response more than once"
        yield fail_case(
            response, "HDR-03", message, expected="one line", actual=quote_json(values), pointer=f"header:{name}"
        )
    if not repeated:
        yield pass_case(response, "HDR-03")


def check_server_version(response: OperationResponse, subject: Subject) -> Iterator[Outcome]:
    """Check that no header reveals the version of the server's software (HDR-04)."""
    http_response = response.exchange.response
    if http_response is None:
        return
    telling = [
        (name, value)
        for name, value in http_response.headers
        if name.lower() in _SOFTWARE and (_VERSION.search(value) or name.lower().endswith("-version"))
    ]
    for name, value in telling:
        message = "a header reveals the version of the server's software"
        yield fail_case(response, "HDR-04", message, actual=f"{name}: {value}", pointer=f"header:{name}")
    if not telling:
        yield pass_case(response, "HDR-04")


def check_cookies(response: OperationResponse, subject: Subject) -> Iterator[Outcome]:
    """Check that a response to a token sets no cookie (HDR-05)."""
    http_response, request = response.exchange.response, response.exchange.request
    if http_response is None or not request.identity:
        return
    names = [value.partition("=")[0].strip() for name, value in http_response.headers if name.lower() == "set-cookie"]
    own = [name for name in names if not name.lower().startswith(_FOREIGN_COOKIES)]
    if own:
        message = "a response to a token sets a cookie"
        yield fail_case(response, "HDR-05", message, actual=", ".join(own), pointer="header:Set-Cookie")
    else:
        yield pass_case(response, "HDR-05")


CHECKS = (
    Check(("HDR-03",), check_single_headers),
    Check(("HDR-04",), check_server_version),
    Check(("HDR-05",), check_cookies),
)
