"""ERR-01 to ERR-03: an error is a problem document that says what it is (RFC 9457)."""

from collections.abc import Iterator
from typing import Any

from conformance.checks.base import Check
from conformance.evidence.json_bodies import UNREADABLE
from conformance.evidence.outcomes import fail_case, pass_case, quote_json
from conformance.evidence.responses import OperationResponse
from conformance.evidence.subject import Subject
from conformance.model import Outcome

PROBLEM_JSON = "application/problem+json"


def check_problem_document(response: OperationResponse, subject: Subject) -> Iterator[Outcome]:
    """Check that a 4xx or 5xx body is application/problem+json with a `title` and a `detail` in words (ERR-01)."""
    http_response = response.exchange.response
    if http_response is None or response.status < 400 or response.exchange.request.method == "HEAD":
        return
    if http_response.cut or response.unreadable_reason:
        return  # other readers may be able to read it
    if http_response.media_type != PROBLEM_JSON:
        yield fail_case(
            response,
            "ERR-01",
            "an error is not a problem document",
            expected=PROBLEM_JSON,
            actual=http_response.media_type or "no Content-Type",
            pointer="header:Content-Type",
        )
    elif not isinstance(response.json, dict):
        yield fail_case(
            response,
            "ERR-01",
            "a problem document is a JSON object",
            expected="an object",
            actual="unreadable" if response.json is UNREADABLE else quote_json(response.json),
        )
    else:
        missing = [name for name in ("title", "detail") if not _has_words(response.json.get(name))]
        for name in missing:
            yield fail_case(
                response,
                "ERR-01",
                f"the problem has no {name}",
                expected="words",
                actual=quote_json(response.json.get(name)),
                pointer=f"/{name}",
            )
        if not missing:
            yield pass_case(response, "ERR-01")


def _has_words(value: Any) -> bool:
    """Return whether a value is a text that is not blank."""
    return isinstance(value, str) and bool(value.strip())


def check_problem_status(response: OperationResponse, subject: Subject) -> Iterator[Outcome]:
    """Check that `status` in a problem document equals the HTTP status (ERR-02)."""
    if response.status < 400 or not isinstance(response.json, dict) or "status" not in response.json:
        return
    if response.json["status"] == response.status and not isinstance(response.json["status"], bool):
        yield pass_case(response, "ERR-02")
    else:
        yield fail_case(
            response,
            "ERR-02",
            "the problem's status is not the HTTP status",
            expected=str(response.status),
            actual=quote_json(response.json["status"]),
            pointer="/status",
        )


def check_problem_type(response: OperationResponse, subject: Subject) -> Iterator[Outcome]:
    """Check that `type` of a problem document, if any, is an absolute URL under the API's `/problems/` (ERR-03)."""
    if response.status < 400 or not isinstance(response.json, dict) or "type" not in response.json:
        return
    problem_type = response.json["type"]
    bases = {f"{subject.target.base_url}/problems/", subject.model.problem_base} - {""}
    if problem_type == "about:blank" or (
        isinstance(problem_type, str) and any(problem_type.startswith(base) and problem_type != base for base in bases)
    ):
        yield pass_case(response, "ERR-03")
    else:
        yield fail_case(
            response,
            "ERR-03",
            "the problem's type is not a URL under the API's /problems/",
            expected=f"{subject.target.base_url}/problems/…",
            actual=quote_json(problem_type),
            pointer="/type",
        )


CHECKS = (
    Check(("ERR-01",), check_problem_document, by_body=True),
    Check(("ERR-02",), check_problem_status, by_body=True),
    Check(("ERR-03",), check_problem_type, by_body=True),
)
