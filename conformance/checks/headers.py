"""VER-01, LIM-01 and HDR-10: the headers that every response carries."""

from collections.abc import Iterator

from conformance.checks.base import Check
from conformance.evidence.outcomes import fail_case, pass_case, quote_json
from conformance.evidence.responses import OperationResponse
from conformance.evidence.subject import Subject
from conformance.model import Outcome
from conformance.tools.counts import parse_count

_ADMITTED = frozenset({400, 403, 404, 409, 422})  # statuses of errors that are found after the token was looked at
LIMIT, REMAINING = "X-RateLimit-Limit", "X-RateLimit-Remaining"


def check_version_header(response: OperationResponse, subject: Subject) -> Iterator[Outcome]:
    """Check that every response, errors included, has `EvEnergy-Version: 2` (VER-01)."""
    http_response = response.exchange.response
    if http_response is None:
        return
    name = subject.version_header
    value = http_response.find_header(name)
    if value is not None and value.strip() == "2":
        yield pass_case(response, "VER-01")
    else:
        yield fail_case(
            response,
            "VER-01",
            f"the response does not state {name}: 2",
            expected="2",
            actual="absent" if value is None else quote_json(value),
            pointer=f"header:{name}",
        )


def check_rate_limit_headers(response: OperationResponse, subject: Subject) -> Iterator[Outcome]:
    """Check that the rate limit headers are integers and that Remaining is not above Limit (LIM-01).

    Only a 2xx response to an authenticated request must carry them: an anonymous request has no rate limit. Whether
    they may all be absent is judged over the run.
    """
    http_response = response.exchange.response
    if http_response is None:
        return
    values = {name: http_response.find_header(name) for name in list_documented_rate_headers(response)}
    is_told = any(value is not None for value in values.values())
    is_judged = False
    for name, value in values.items():
        if value is None:
            if is_told and response.is_success and response.exchange.request.identity:
                yield fail_case(
                    response, "LIM-01", f"{name} is absent", expected="an integer", pointer=f"header:{name}"
                )
        elif parse_count(value) is None:
            yield fail_case(
                response,
                "LIM-01",
                f"{name} is not an integer from 0",
                expected="an integer",
                actual=quote_json(value),
                pointer=f"header:{name}",
            )
        else:
            is_judged = True
    limit, remaining = (parse_count(values.get(name) or "") for name in (LIMIT, REMAINING))
    if limit is not None and remaining is not None and remaining > limit:
        yield fail_case(
            response,
            "LIM-01",
            f"{REMAINING} is above {LIMIT}",
            expected=f"≤ {limit}",
            actual=str(remaining),
            pointer=f"header:{REMAINING}",
        )
    elif is_judged:
        yield pass_case(response, "LIM-01")


def check_rate_limit_of_errors(response: OperationResponse, subject: Subject) -> Iterator[Outcome]:
    """Check that an error to a token has the rate limit headers that are documented for its status (HDR-10).

    What a server may refuse before it looks at the token belongs to no rate limit: a version that does not exist, a
    media type, a body that is too large.
    """
    http_response, spec, request = response.exchange.response, response.spec, response.exchange.request
    if http_response is None or spec is None or response.status not in _ADMITTED:
        return
    if not response.operation.is_secured or not request.identity or request.token_in:
        return
    version = next((value for name, value in request.headers if name.lower() == subject.version_header.lower()), "2")
    if version.strip() != "2":
        return
    names = list_documented_rate_headers(response)
    missing = [name for name in names if http_response.find_header(name) is None]
    if missing:
        verb = "is" if len(missing) == 1 else "are"
        message = f"{' and '.join(missing)} {verb} absent from an error"
        yield fail_case(response, "HDR-10", message, expected="an integer", pointer=f"header:{missing[0]}")
    if names and not missing:
        yield pass_case(response, "HDR-10")


def list_documented_rate_headers(response: OperationResponse) -> list[str]:
    """Return those of the two rate headers that the description has for this status of the operation."""
    documented = {header.name.lower() for header in response.spec.headers} if response.spec else set()
    return [name for name in (LIMIT, REMAINING) if name.lower() in documented]


CHECKS = (
    Check(("VER-01",), check_version_header),
    Check(("LIM-01",), check_rate_limit_headers),
    Check(("HDR-10",), check_rate_limit_of_errors),
)
