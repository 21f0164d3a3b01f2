"""RSP-11: a body shows no internals of the server."""

import re
from collections.abc import Iterator

from conformance.checks.base import Check
from conformance.evidence.outcomes import fail_case, pass_case
from conformance.evidence.responses import OperationResponse
from conformance.evidence.subject import Subject
from conformance.model import Outcome

_LEAKS = re.compile(
    rb"Traceback \(most recent call last\)"
    rb"|\bat [\w.$]+\([\w]+\.java:\d+\)"
    rb"|\bat [^\s()]{1,200} \((?:file://)?/[^\s()]{1,200}:\d+:\d+\)"
    rb"|\bgoroutine \d+ \[running\]"
    rb"|\bFile \\?\"[^\"]+\.py\\?\", line \d+"
    rb"|\bSELECT\b.{1,200}\bFROM\b.{1,200}\bWHERE\b|\bINSERT INTO\b.{1,200}\bVALUES\b"
    rb"|\bUPDATE\b.{1,200}\bSET\b.{1,200}\bWHERE\b|\bDELETE FROM\b.{1,200}\bWHERE\b"
    rb"|\b(?:psycopg|django\.db|sqlalchemy|ProgrammingError|IntegrityError)\b"
    rb"|(?<![\w:/])/(?:usr|home|var|srv|opt|app)/[\w.-]+/[\w./-]+\.(?:py|js|rb|so|conf|env)\b"
    rb"|-----BEGIN [A-Z ]*PRIVATE KEY-----|\bAKIA[0-9A-Z]{16}\b|\bwhsec_[A-Za-z0-9+/=]{16,}"
)

# Every match of `_LEAKS` contains one of these; to search for them is thirty times faster.
_LEAK_SIGNS = (
    *(b"Traceback (", b".java:", b"(/", b"(file:", b"goroutine ", b"File ", b"SELECT", b"INSERT INTO", b"UPDATE"),
    *(b"DELETE FROM", b"psycopg", b"django.db", b"sqlalchemy", b"PRIVATE KEY", b"AKIA", b"whsec_"),
    *(b"ProgrammingError", b"IntegrityError", b"/usr/", b"/home/", b"/var/", b"/srv/", b"/opt/", b"/app/"),
)


def check_leaks(response: OperationResponse, subject: Subject) -> Iterator[Outcome]:
    """Check that a body carries no stack trace, SQL, file path or secret (RSP-11)."""
    http_response = response.exchange.response
    if http_response is None or not http_response.body:
        return
    body = http_response.body
    leak = _LEAKS.search(body) if any(map(body.__contains__, _LEAK_SIGNS)) else None
    if leak:
        text = leak.group().decode(errors="replace")
        yield fail_case(response, "RSP-11", "the body shows internals of the server", actual=text[:120])
    else:
        yield pass_case(response, "RSP-11")


CHECKS = (Check(("RSP-11",), check_leaks, by_body=True),)
