"""ERR-09: the server does not fail on odd requests."""

import re
import unicodedata
from collections.abc import Iterator
from urllib.parse import unquote_to_bytes

from conformance.checks.base import Check
from conformance.evidence.outcomes import fail_case, pass_case
from conformance.evidence.responses import OperationResponse
from conformance.evidence.subject import Subject
from conformance.model import Outcome, Request

_MAX_TARGET_LENGTH = 2000  # characters of a request target
_NESTING = 50  # brackets in a row
_DIGITS = re.compile(rb"\d{20}")  # beyond 64 bits
_BRACKETS = re.compile(rb"(?:[\[{]\s*(?:\"[^\"]*\"\s*:\s*)?){%d}" % _NESTING)
_CONTROLS = re.compile(rb"[\0-\x1f]")
_ESCAPED = re.compile(rb"\\u(?:0000|[dD][89abAB][0-9a-fA-F]{2}|[fF]{3}[eEfF])")
_ODD_CATEGORIES = frozenset({"Cc", "Cf", "Cn", "Co", "Cs"})


def check_survival(response: OperationResponse, subject: Subject) -> Iterator[Outcome]:
    """Check that odd Unicode, NUL, deep nesting and huge numbers in a request never give 5xx (ERR-09).

    A 503 says that the server is busy; RSP-08 judges it.
    """
    oddity = describe_oddity(response.exchange.request)
    if not oddity or response.status in {0, 503}:
        return
    if response.status in {401, 403, 429}:
        return  # the request was refused before its content was looked at
    if response.status < 500:
        yield pass_case(response, "ERR-09")
    else:
        message = f"the server fails on {oddity}"
        yield fail_case(response, "ERR-09", message, expected="below 500", actual=str(response.status))


def describe_oddity(request: Request) -> str:
    """Describe what is odd in a request; return an empty text if nothing is."""
    target = unquote_to_bytes(request.target)
    if not target.isascii():
        return "odd unicode in the URL"
    return _describe_odd_bytes(target, "the URL", strict=True) or _describe_odd_bytes(
        request.body, "the body", strict=False
    )


def _describe_odd_bytes(data: bytes, where: str, *, strict: bool) -> str:
    """Describe what is odd in some bytes; return an empty text where nothing is.

    `strict` is for data that holds only names and values, such as a URL: long texts and control characters are odd
    there.
    """
    if b"\0" in data or b"\\u0000" in data:
        return f"NUL in {where}"
    if _DIGITS.search(data):
        return f"a huge number in {where}"
    if _BRACKETS.search(data):
        return f"deep nesting in {where}"
    if strict and (len(data) > _MAX_TARGET_LENGTH or _CONTROLS.search(data)):
        return f"a long text or control characters in {where}"
    return "" if strict or not _has_odd_text(data) else f"odd unicode in {where}"


def _has_odd_text(data: bytes) -> bool:
    """Return whether the text of a body has escaped, undecodable or unusual characters."""
    if _ESCAPED.search(data):
        return True
    if data.isascii():
        return False
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return True
    return any(
        ord(character) > 0xFFFF or (ord(character) > 0x7F and unicodedata.category(character) in _ODD_CATEGORIES)
        for character in text
    )


CHECKS = (Check(("ERR-09",), check_survival, by_body=True),)
