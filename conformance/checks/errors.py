"""ERR-01 to ERR-03: an error is a problem document that says what it is (RFC 9457)."""

from collections.abc import Iterator
from typing import Any

from conformance.checks.base import Check
from conformance.evidence.outcomes import passed, quote, violated
from conformance.evidence.responses import UNREADABLE, Answer
from conformance.evidence.subject import Subject
from conformance.model import Outcome

PROBLEM = "application/problem+json"


def is_problem(answer: Answer, subject: Subject) -> Iterator[Outcome]:
    """Check that a 4xx or 5xx body is application/problem+json with a `title` and a `detail` in words (ERR-01)."""
    http_response = answer.exchange.response
    if http_response is None or answer.status < 400 or answer.exchange.request.method == "HEAD":
        return
    if http_response.cut or answer.peculiar:
        return  # other readers may be able to read it
    if http_response.media_type != PROBLEM:
        yield violated(
            answer,
            "ERR-01",
            "an error is not a problem document",
            expected=PROBLEM,
            actual=http_response.media_type or "no Content-Type",
            pointer="header:Content-Type",
        )
    elif not isinstance(answer.json, dict):
        yield violated(
            answer,
            "ERR-01",
            "a problem document is a JSON object",
            expected="an object",
            actual="unreadable" if answer.json is UNREADABLE else quote(answer.json),
        )
    else:
        missing = [name for name in ("title", "detail") if not _has_words(answer.json.get(name))]
        for name in missing:
            yield violated(
                answer,
                "ERR-01",
                f"the problem has no {name}",
                expected="words",
                actual=quote(answer.json.get(name)),
                pointer=f"/{name}",
            )
        if not missing:
            yield passed(answer, "ERR-01")


def _has_words(value: Any) -> bool:
    """Return whether a value is a text that is not blank."""
    return isinstance(value, str) and bool(value.strip())


def status_agrees(answer: Answer, subject: Subject) -> Iterator[Outcome]:
    """Check that `status` in a problem document equals the HTTP status (ERR-02)."""
    if answer.status < 400 or not isinstance(answer.json, dict) or "status" not in answer.json:
        return
    if answer.json["status"] == answer.status and not isinstance(answer.json["status"], bool):
        yield passed(answer, "ERR-02")
    else:
        yield violated(
            answer,
            "ERR-02",
            "the problem's status is not the HTTP status",
            expected=str(answer.status),
            actual=quote(answer.json["status"]),
            pointer="/status",
        )


def type_is_ours(answer: Answer, subject: Subject) -> Iterator[Outcome]:
    """Check that `type` of a problem document, if any, is an absolute URL under the API's `/problems/` (ERR-03)."""
    if answer.status < 400 or not isinstance(answer.json, dict) or "type" not in answer.json:
        return
    problem_type = answer.json["type"]
    bases = {f"{subject.target.base_url}/problems/", subject.model.problem_base} - {""}
    if problem_type == "about:blank" or (
        isinstance(problem_type, str) and any(problem_type.startswith(base) and problem_type != base for base in bases)
    ):
        yield passed(answer, "ERR-03")
    else:
        yield violated(
            answer,
            "ERR-03",
            "the problem's type is not a URL under the API's /problems/",
            expected=f"{subject.target.base_url}/problems/…",
            actual=quote(problem_type),
            pointer="/type",
        )


CHECKS = (Check(("ERR-01",), is_problem), Check(("ERR-02",), status_agrees), Check(("ERR-03",), type_is_ours))
