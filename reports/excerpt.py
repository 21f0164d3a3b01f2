"""Expected and actual as a diff at the place where they differ."""

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


class Mark(StrEnum):
    """What a line of the diff is."""

    CONTEXT = "context"
    EXPECTED = "expected"
    ACTUAL = "actual"


class Line(msgspec.Struct, frozen=True):
    """One line of the diff, cut where it agrees with its counterpart: `before` and `after` agree, `changed` differs."""

    mark: Mark
    before: str
    changed: str = ""
    after: str = ""


def excerpt(finding: Finding, exchange: Exchange | None) -> tuple[Line, ...]:
    """The response body around the finding's pointer, the value there as actual, and what was expected.

    A member that is absent is expected inside what should hold it. Without a JSON body, or where the pointer names a
    header or parameter, expected and actual alone.
    """
    body = exchange.response.body if exchange and exchange.response else b""
    lines = _laid_out(body) if finding.pointer.startswith("/") else []
    here = _at(lines, finding.pointer)
    if not here:
        return _compared(finding.expected, finding.actual)
    first, last = here
    shown = [text for _, text in lines[first : min(last, first + _SHOWN)]]
    if last - first > _SHOWN:
        shown.append(f"{_indent(shown[0])}  … {last - first - _SHOWN} more lines")
    actual = [Line(Mark.ACTUAL, _cut(text)) for text in shown]
    expected = [Line(Mark.EXPECTED, _cut(text)) for text in _expected(finding, lines[first][0], shown)]
    inside = len(shown) - 1 if _lacks(finding, lines[first][0]) and len(shown) > 1 else 0
    return (
        *(Line(Mark.CONTEXT, _cut(text)) for _, text in lines[max(0, first - _AROUND) : first]),
        *actual[:inside],
        *expected,
        *actual[inside:],
        *(Line(Mark.CONTEXT, _cut(text)) for _, text in lines[last : last + _AROUND]),
    )


def shows_actual(finding: Finding, lines: tuple[Line, ...]) -> bool:
    """Whether the lines already say what the finding says is there, whatever the white space."""
    shown = "".join(f"{each.before}{each.changed}{each.after}" for each in lines if each.mark is Mark.ACTUAL)
    return "".join(finding.actual.split()) in "".join(shown.split())


def _lacks(finding: Finding, shown: str) -> bool:
    """Whether what is shown at a pointer is what should hold the finding's member."""
    return finding.pointer.rpartition("/")[0] == shown


def _expected(finding: Finding, at: str, shown: list[str]) -> list[str]:
    """The lines of what was expected, indented to where it is put; a member that is absent with its name."""
    lines, indent = finding.expected.splitlines()[:_SHOWN], _indent(shown[0])
    if not lines or not _lacks(finding, at) or len(shown) == 1:
        return [indent + each for each in lines]
    name = finding.pointer.rpartition("/")[2].replace("~1", "/").replace("~0", "~")
    label = f"{json.dumps(name, ensure_ascii=False)}: " if shown[0].endswith("{") else ""
    return [f"{indent}  {label}{lines[0]}", *(f"{indent}  {each}" for each in lines[1:])]


def _compared(expected: str, actual: str) -> tuple[Line, ...]:
    wanted, found = expected.splitlines()[:_SHOWN], actual.splitlines()[:_SHOWN]
    if len(wanted) == len(found) == 1:
        return _differing(_cut(wanted[0]), _cut(found[0]))
    return (
        *(Line(Mark.EXPECTED, _cut(each)) for each in wanted),
        *(Line(Mark.ACTUAL, _cut(each)) for each in found),
    )


def _differing(wanted: str, found: str) -> tuple[Line, Line]:
    """Both lines, split where they stop and start again to agree."""
    before = len(list(takewhile(lambda pair: pair[0] == pair[1], zip(wanted, found, strict=False))))
    tails = zip(reversed(wanted[before:]), reversed(found[before:]), strict=False)
    after = len(list(takewhile(lambda pair: pair[0] == pair[1], tails)))

    def line(mark: Mark, text: str) -> Line:
        end = len(text) - after
        return Line(mark, text[:before], text[before:end], text[end:])

    return line(Mark.EXPECTED, wanted), line(Mark.ACTUAL, found)


def _laid_out(body: bytes) -> list[tuple[str, str]]:
    """The lines of a JSON body, indented by two, each with the pointer of what it shows."""
    if not body or len(body) > _LARGEST:
        return []
    try:
        return list(_lines(json.loads(body), "", "", "", ""))
    except (ValueError, RecursionError):
        return []


def _lines(value: Any, pointer: str, indent: str, name: str, comma: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict) and value:
        pairs = [
            (f"{pointer}/{_escaped(key)}", f"{json.dumps(key, ensure_ascii=False)}: ", v) for key, v in value.items()
        ]
        opening, closing = "{", "}"
    elif isinstance(value, list) and value:
        pairs = [(f"{pointer}/{index}", "", each) for index, each in enumerate(value)]
        opening, closing = "[", "]"
    else:
        yield pointer, f"{indent}{name}{json.dumps(value, ensure_ascii=False)}{comma}"
        return
    yield pointer, f"{indent}{name}{opening}"
    for number, (inner, label, each) in enumerate(pairs, 1):
        yield from _lines(each, inner, f"{indent}  ", label, "," if number < len(pairs) else "")
    yield pointer, f"{indent}{closing}{comma}"


def _at(lines: list[tuple[str, str]], pointer: str) -> tuple[int, int] | None:
    """The first line of the value at the pointer, the one after its last; of the nearest ancestor where absent."""
    while pointer:
        inside = [n for n, (here, _) in enumerate(lines) if here == pointer or here.startswith(f"{pointer}/")]
        if inside:
            return inside[0], inside[-1] + 1
        pointer = pointer.rpartition("/")[0]
    return None


def _escaped(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")


def _indent(text: str) -> str:
    return text[: len(text) - len(text.lstrip())]


def _cut(text: str) -> str:
    return text if len(text) <= _WIDTH else f"{text[:_WIDTH]} …"
