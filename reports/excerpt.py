"""Excerpts: expected and actual as a diff at the place where they differ."""

import json
from collections.abc import Iterator
from enum import StrEnum
from itertools import takewhile
from typing import Any

import msgspec

from conformance.model import Exchange
from reports.summary import Finding

_AROUND = 3  # lines of context on each side
_SHOWN = 8  # lines of the value itself
_WIDTH = 240
_LARGEST = 1_000_000  # bytes of a body worth laying out


class LineMark(StrEnum):
    """The kind of a line of the diff."""

    CONTEXT = "context"
    EXPECTED = "expected"
    ACTUAL = "actual"


class DiffLine(msgspec.Struct, frozen=True):
    """One line of the diff, split against its counterpart: `before` and `after` agree, `changed` differs."""

    mark: LineMark
    before: str
    changed: str = ""
    after: str = ""


def build_excerpt(finding: Finding, exchange: Exchange | None) -> tuple[DiffLine, ...]:
    """Return the response body around the finding's pointer, with the value there as actual and the expected value.

    An absent member is shown as expected inside its parent. Without a JSON body, or where the pointer names a header or
    parameter, the result is expected and actual alone.
    """
    body = exchange.response.body if exchange and exchange.response else b""
    lines = _lay_out(body) if finding.pointer.startswith("/") else []
    here = _find_lines(lines, finding.pointer)
    if not here:
        return _compare(finding.expected, finding.actual)
    first, last = here
    shown = [text for _, text in lines[first : min(last, first + _SHOWN)]]
    if last - first > _SHOWN:
        shown.append(f"{_indent_of(shown[0])}  … {last - first - _SHOWN} more lines")
    actual = [DiffLine(LineMark.ACTUAL, _shorten(text)) for text in shown]
    expected = [
        DiffLine(LineMark.EXPECTED, _shorten(text)) for text in _expected_lines(finding, lines[first][0], shown)
    ]
    inside = len(shown) - 1 if _is_absent(finding, lines[first][0]) and len(shown) > 1 else 0
    return (
        *(DiffLine(LineMark.CONTEXT, _shorten(text)) for _, text in lines[max(0, first - _AROUND) : first]),
        *actual[:inside],
        *expected,
        *actual[inside:],
        *(DiffLine(LineMark.CONTEXT, _shorten(text)) for _, text in lines[last : last + _AROUND]),
    )


def has_actual(finding: Finding, lines: tuple[DiffLine, ...]) -> bool:
    """Return whether the lines already show the finding's actual value, apart from white space."""
    shown = "".join(f"{line.before}{line.changed}{line.after}" for line in lines if line.mark is LineMark.ACTUAL)
    return "".join(finding.actual.split()) in "".join(shown.split())


def _is_absent(finding: Finding, shown: str) -> bool:
    """Return whether the pointer shown is the parent of the finding's member, which is absent."""
    return finding.pointer.rpartition("/")[0] == shown


def _expected_lines(finding: Finding, at: str, shown: list[str]) -> list[str]:
    """Return the lines of the expected value, indented to fit; an absent member comes with its name."""
    lines, indent = finding.expected.splitlines()[:_SHOWN], _indent_of(shown[0])
    if not lines or not _is_absent(finding, at) or len(shown) == 1:
        return [indent + line for line in lines]
    name = finding.pointer.rpartition("/")[2].replace("~1", "/").replace("~0", "~")
    label = f"{json.dumps(name, ensure_ascii=False)}: " if shown[0].endswith("{") else ""
    return [f"{indent}  {label}{lines[0]}", *(f"{indent}  {line}" for line in lines[1:])]


def _compare(expected: str, actual: str) -> tuple[DiffLine, ...]:
    expected_lines, actual_lines = expected.splitlines()[:_SHOWN], actual.splitlines()[:_SHOWN]
    if len(expected_lines) == len(actual_lines) == 1:
        return _split_at_difference(_shorten(expected_lines[0]), _shorten(actual_lines[0]))
    return (
        *(DiffLine(LineMark.EXPECTED, _shorten(text)) for text in expected_lines),
        *(DiffLine(LineMark.ACTUAL, _shorten(text)) for text in actual_lines),
    )


def _split_at_difference(expected: str, actual: str) -> tuple[DiffLine, DiffLine]:
    """Return both lines, split where they stop agreeing and where they agree again."""
    before = len(list(takewhile(lambda pair: pair[0] == pair[1], zip(expected, actual, strict=False))))
    tails = zip(reversed(expected[before:]), reversed(actual[before:]), strict=False)
    after = len(list(takewhile(lambda pair: pair[0] == pair[1], tails)))

    def line(mark: LineMark, text: str) -> DiffLine:
        end = len(text) - after
        return DiffLine(mark, text[:before], text[before:end], text[end:])

    return line(LineMark.EXPECTED, expected), line(LineMark.ACTUAL, actual)


def _lay_out(body: bytes) -> list[tuple[str, str]]:
    """Return the lines of a JSON body, indented by two, each with the pointer of the value it shows."""
    if not body or len(body) > _LARGEST:
        return []
    try:
        return list(_format_lines(json.loads(body), "", "", "", ""))
    except (ValueError, RecursionError):
        return []


def _format_lines(value: Any, pointer: str, indent: str, name: str, comma: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict) and value:
        pairs = [
            (f"{pointer}/{_escape(key)}", f"{json.dumps(key, ensure_ascii=False)}: ", v) for key, v in value.items()
        ]
        opening, closing = "{", "}"
    elif isinstance(value, list) and value:
        pairs = [(f"{pointer}/{index}", "", member) for index, member in enumerate(value)]
        opening, closing = "[", "]"
    else:
        yield pointer, f"{indent}{name}{json.dumps(value, ensure_ascii=False)}{comma}"
        return
    yield pointer, f"{indent}{name}{opening}"
    for number, (inner, label, member) in enumerate(pairs, 1):
        yield from _format_lines(member, inner, f"{indent}  ", label, "," if number < len(pairs) else "")
    yield pointer, f"{indent}{closing}{comma}"


def _find_lines(lines: list[tuple[str, str]], pointer: str) -> tuple[int, int] | None:
    """Return the first line of the value at a pointer and the one after its last; its nearest ancestor's if absent."""
    while pointer:
        inside = [n for n, (here, _) in enumerate(lines) if here == pointer or here.startswith(f"{pointer}/")]
        if inside:
            return inside[0], inside[-1] + 1
        pointer = pointer.rpartition("/")[0]
    return None


def _escape(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")


def _indent_of(text: str) -> str:
    return text[: len(text) - len(text.lstrip())]


def _shorten(text: str) -> str:
    return text if len(text) <= _WIDTH else f"{text[:_WIDTH]} …"
