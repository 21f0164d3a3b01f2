"""ERR-09: whatever is odd in a request, the server does not fail on it."""

import re
import unicodedata
from collections.abc import Iterator
from urllib.parse import unquote_to_bytes

from conformance.answers import Answer
from conformance.checks.base import Check
from conformance.judging import passed, violated
from conformance.model import Outcome, Request
from conformance.subject import Subject

_LONG = 2000  # characters of a request target
_DEEP = 50  # brackets in a row
_DIGITS = re.compile(rb"\d{20}")  # beyond 64 bits
_BRACKETS = re.compile(rb"(?:[\[{]\s*(?:\"[^\"]*\"\s*:\s*)?){%d}" % _DEEP)
_CONTROLS = re.compile(rb"[\0-\x1f]")
_ESCAPED = re.compile(rb"\\u(?:0000|[dD][89abAB][0-9a-fA-F]{2}|[fF]{3}[eEfF])")
_ODD_CATEGORIES = frozenset({"Cc", "Cf", "Cn", "Co", "Cs"})


def survives(answer: Answer, subject: Subject) -> Iterator[Outcome]:
    """Odd unicode, NUL, deep nesting and huge numbers never give 5xx; 503 tells of a busy server (RSP-08)."""
    oddity = oddity_of(answer.exchange.request)
    if not oddity or answer.status in {0, 503}:
        return
    if answer.status in {401, 403, 429}:
        return  # who is turned away at the door shows nothing of what is behind it
    if answer.status < 500:
        yield passed(answer, "ERR-09")
    else:
        message = f"the server fails on {oddity}"
        yield violated(answer, "ERR-09", message, expected="below 500", actual=str(answer.status))


def oddity_of(request: Request) -> str:
    """What is odd in a request, in words; empty where nothing is."""
    target = unquote_to_bytes(request.target)
    if not target.isascii():
        return "odd unicode in the URL"
    return _odd(target, "the URL", strict=True) or _odd(request.body, "the body", strict=False)


def _odd(data: bytes, where: str, *, strict: bool) -> str:
    """`strict` is for what holds nothing but names and values: a control character is odd there."""
    if b"\0" in data or b"\\u0000" in data:
        return f"NUL in {where}"
    if _DIGITS.search(data):
        return f"a huge number in {where}"
    if _BRACKETS.search(data):
        return f"deep nesting in {where}"
    if strict and (len(data) > _LONG or _CONTROLS.search(data)):
        return f"a long text or control characters in {where}"
    return "" if strict or not _odd_text(data) else f"odd unicode in {where}"


def _odd_text(data: bytes) -> bool:
    if _ESCAPED.search(data):
        return True
    if data.isascii():
        return False
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return True
    return any(
        ord(each) > 0xFFFF or (ord(each) > 0x7F and unicodedata.category(each) in _ODD_CATEGORIES) for each in text
    )


CHECKS = (Check(("ERR-09",), survives),)
