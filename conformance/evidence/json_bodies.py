"""JSON bodies, parsed within limits of depth and size that protect the harness. Pure."""

import json
from functools import lru_cache
from typing import Any

import msgspec

from conformance.description.limits import measure_depth

UNREADABLE: Any = object()
"""Stands for a body that cannot be read as JSON. None would not do, because null is a JSON value."""
_MAX_DEPTH = 64  # levels of nesting; checks are recursive, and a hostile body must not exhaust the stack
_MAX_MEMBERS = 2000  # of one object
_MAX_ELEMENTS = 50_000  # objects, and members of lists
_MAX_CACHED_BYTES = 1 << 18  # a larger body is parsed each time, to save memory
_ALL_BUT_BRACKETS = bytes({*range(256)} - {*b"[]{}"})


def parse_json(body: bytes) -> Any:
    """Parse a JSON body; return UNREADABLE where it is not JSON or is nested too deeply.

    Values are cached, since the checks and the probe read the same response, and must not be changed.
    """
    return _parse_cached(body) if len(body) <= _MAX_CACHED_BYTES else _parse(body)


def _parse(body: bytes) -> Any:
    try:
        value = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return UNREADABLE
    if _may_be_deep(body) and measure_depth(value) > _MAX_DEPTH:
        return UNREADABLE
    return UNREADABLE if _may_be_wide(body) and _is_too_wide(value) else value


_parse_cached = lru_cache(maxsize=64)(_parse)


def explain_unreadable(body: bytes) -> str:
    """Return why a body that is JSON by its grammar could not be parsed; empty if it is not JSON.

    RFC 8259 allows lone surrogates, numbers of any size and any depth, but parsers may limit them (sections 6, 8
    and 9).
    """
    try:
        json.loads(body.decode(), parse_constant=_refuse_constant, parse_int=len, parse_float=len)
    except RecursionError:
        return "it is nested too deeply"
    except ValueError:
        return ""
    return (
        f"it contains a lone surrogate, a number out of range, more than {_MAX_DEPTH} levels, "
        f"an object of more than {_MAX_MEMBERS} members, or more than {_MAX_ELEMENTS} elements"
    )


def _may_be_wide(body: bytes) -> bool:
    """Return whether a body may have more members than _MAX_MEMBERS; commas and brackets in strings count too."""
    return sum(map(body.count, (b",", b"{", b"["))) >= _MAX_MEMBERS


def _is_too_wide(value: Any) -> bool:
    """Return whether a value has more elements, or an object of it more members, than checks can look at."""
    waiting, count = [value] if isinstance(value, dict | list) else [], 0
    while waiting:
        part = waiting.pop()
        count += 1 if isinstance(part, dict) else len(part)
        if count > _MAX_ELEMENTS:
            return True
        if isinstance(part, dict):
            if len(part) > _MAX_MEMBERS:
                return True
            waiting += [member for member in part.values() if isinstance(member, dict | list)]
        elif isinstance(part, list):
            waiting += [member for member in part if isinstance(member, dict | list)]
    return False


def _may_be_deep(body: bytes) -> bool:
    """Return whether the brackets of a body nest deeper than _MAX_DEPTH; brackets in strings count too."""
    brackets = body.translate(None, _ALL_BUT_BRACKETS)
    for _ in range(_MAX_DEPTH):
        size_before = len(brackets)
        brackets = brackets.replace(b"[]", b"").replace(b"{}", b"")
        if not brackets:
            return False
        if len(brackets) == size_before:
            break
    return True


def _refuse_constant(constant: str) -> Any:
    raise ValueError(f"{constant} is not JSON")
