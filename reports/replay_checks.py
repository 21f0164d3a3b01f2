"""The check at the end of a replay script, as a Python expression that is true while the fault is there.

An expression is derived where the finding says all of it: a status, a value of the schema, two equal values. It counts
only if it holds for the responses in the run log. Other findings are judged by the suite itself.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from conformance.model import Exchange
from reports.replay_steps import ReplaySteps
from reports.summary import Finding

_STATUSES = re.compile(r"(?:below 500|[1-5]xx|\d{3})(?:(?:, | or )(?:[1-5]xx|\d{3}))*")
_STATUS = re.compile(r"(\d{3})\b")
_KEYWORD = re.compile(r"([a-zA-Z]+): expected .*", re.DOTALL)
_TYPES: Mapping[str, str] = {
    "string": "isinstance({0}, str)",
    "integer": "is_integer({0})",
    "number": "is_number({0})",
    "boolean": "isinstance({0}, bool)",
    "object": "isinstance({0}, dict)",
    "array": "isinstance({0}, list)",
    "null": "{0} is None",
}
_BOUNDS: Mapping[str, tuple[str, str]] = {
    "minimum": ("at least ", "{0} < {1}"),
    "maximum": ("at most ", "{0} > {1}"),
    "exclusiveMinimum": ("more than ", "{0} <= {1}"),
    "exclusiveMaximum": ("less than ", "{0} >= {1}"),
}
_ABSENT_WORDS = frozenset({"absent", "(absent)"})

_HELPERS: Mapping[str, str] = {
    "ABSENT": "ABSENT = object()",
    "status": """\
def status(step):
    return RESPONSES[step - 1][0]""",
    "value": """\
def value(step, pointer):  # at a JSON pointer
    try:
        here = json.loads(RESPONSES[step - 1][2])
        for token in pointer.split("/")[1:]:
            name = token.replace("~1", "/").replace("~0", "~")
            here = here[int(name)] if isinstance(here, list) else here[name]
    except (ValueError, KeyError, IndexError, TypeError):
        return ABSENT
    return here""",
    "is_number": """\
def is_number(given):
    return isinstance(given, (int, float)) and not isinstance(given, bool)""",
    "is_integer": """\
def is_integer(given):
    return is_number(given) and given == int(given)""",
}
"""What the expressions call, by name; `RESPONSES` holds status, headers and body of each step."""


def write_helpers(text: str) -> str:
    """Return the definitions that a text needs, directly or not."""
    needed = [name for name in _HELPERS if f"{name}(" in text or name in {"ABSENT", "status"}]
    needed += ["is_number"] if "is_integer" in needed and "is_number" not in needed else []
    return "\n\n\n".join(code for name, code in _HELPERS.items() if name in needed) + "\n"


class ReplayCheck(msgspec.Struct, frozen=True):
    """An expression that is true while the fault is there, and the steps whose statuses it rests on.

    `needs` are expressions that must hold before the check decides anything: what it looks at is there.
    """

    fails: str
    decides: tuple[int, ...]
    needs: tuple[str, ...] = ()
    is_about_status: bool = False


def derive_check(finding: Finding, steps: ReplaySteps) -> ReplayCheck | None:
    """Return the check of a finding, None where the finding does not say all of it."""
    for candidate in _propose_checks(finding, steps):
        if _is_violated(candidate, steps):
            return candidate
    return None


def _is_violated(check: ReplayCheck, steps: ReplaySteps) -> bool:
    """Return whether a check finds the fault in the responses of the run log."""
    responses = [_take_response(step.exchange) for step in steps.steps]
    names: dict[str, Any] = {"RESPONSES": responses, "json": json, "re": re}
    exec("\n\n".join(_HELPERS.values()), names)  # noqa: S102 - our own text
    try:
        return all(eval(text, names) is True for text in (*check.needs, check.fails))  # noqa: S307 - made of literals
    except (TypeError, ValueError, NameError, OverflowError, re.error):
        return False


def _take_response(exchange: Exchange) -> tuple[int, tuple[tuple[str, str], ...], bytes]:
    response = exchange.response
    return (response.status, response.headers, response.body) if response else (0, (), b"")


def _propose_checks(finding: Finding, steps: ReplaySteps) -> Iterator[ReplayCheck]:
    """Yield the checks that a finding may mean, the likeliest first."""
    evidence = [steps.number(key) for key in finding.exchanges[: finding.rests_on or 1]]
    numbers = [number for number in evidence if number]
    if not numbers:
        return
    if finding.pointer.startswith("/") and (keyword := _KEYWORD.fullmatch(finding.message)):
        yield from _check_keyword(keyword[1], finding, numbers[0])
        return
    yield from _check_status(finding, numbers, steps)
    if finding.pointer.startswith("/"):
        yield from _check_equality(finding, numbers, steps)


def _check_status(finding: Finding, numbers: list[int], steps: ReplaySteps) -> Iterator[ReplayCheck]:
    """Yield the check of a finding about a status: which step has the one that was seen."""
    actual = _STATUS.match(finding.actual)
    if not _STATUSES.fullmatch(finding.expected) or actual is None or not finding.actual.strip().isdigit():
        return
    for number in (numbers[0], *reversed(numbers[1:])):
        if steps.steps[number - 1].exchange.status == int(actual[1]):
            needs = (f"status({number}) != 404",) if _is_about_resource(finding, number, steps) else ()
            fails = f"not ({_write_statuses(finding.expected, number)})"
            yield ReplayCheck(fails, (number,), needs, is_about_status=True)


def _is_about_resource(finding: Finding, number: int, steps: ReplaySteps) -> bool:
    """Return whether 404 leaves a check of the status undecided: the resource that it is about is not there.

    A server that should not fail answers well with 404, unless the id in the path is one that only the run knew.
    """
    if "404" in finding.expected or finding.actual.startswith("404"):
        return False
    request = steps.steps[number - 1].exchange.request
    path = request.target.partition("?")[0]
    is_known = "{" not in request.operation or any(literal in path for literal, _ in steps.substitutions)
    return not (finding.expected == "below 500" and is_known)


def _write_statuses(expected: str, number: int) -> str:
    """Return an expression for `404 or 403`, `2xx`, `below 500`."""
    terms = []
    for word in re.split(r", | or ", expected):
        if word == "below 500":
            terms.append(f"0 < status({number}) < 500")
        elif word.endswith("xx"):
            terms.append(f"status({number}) // 100 == {word[0]}")
        else:
            terms.append(f"status({number}) == {word}")
    return " or ".join(terms)


def _check_keyword(keyword: str, finding: Finding, number: int) -> Iterator[ReplayCheck]:
    """Yield the check of one keyword of JSON Schema at the place of the finding."""
    place, expected = f"value({number}, {finding.pointer!r})", finding.expected
    there = (f"{place} is not ABSENT",)
    if keyword == "required":
        parent = finding.pointer.rpartition("/")[0]
        yield ReplayCheck(f"{place} is ABSENT", (number,), (f"isinstance(value({number}, {parent!r}), dict)",))
    elif keyword == "type":
        tests = [_TYPES.get(name, "") for name in expected.split(" or ")]
        if all(tests):
            yield ReplayCheck(f"not ({' or '.join(test.format(place) for test in tests)})", (number,), there)
    elif keyword == "enum" and not expected.endswith("…"):
        if (options := _parse_json(expected.removeprefix("one of "))) is not None:
            yield ReplayCheck(f"{place} not in {options!r}", (number,), there)
    elif keyword == "pattern" and not expected.endswith("…"):
        pattern = expected.removeprefix("a match of ")
        yield ReplayCheck(f"re.search({pattern!r}, str({place})) is None", (number,), there)
    elif keyword in _BOUNDS:
        prefix, test = _BOUNDS[keyword]
        bound = _parse_json(expected.removeprefix(prefix))
        if isinstance(bound, int | float):
            yield ReplayCheck(test.format(place, repr(bound)), (number,), (f"is_number({place})",))
    elif keyword in {"additionalProperties", "unevaluatedProperties"}:
        parent = finding.pointer.rpartition("/")[0]
        yield ReplayCheck(f"{place} is not ABSENT", (number,), (f"isinstance(value({number}, {parent!r}), dict)",))


def _check_equality(finding: Finding, numbers: list[int], steps: ReplaySteps) -> Iterator[ReplayCheck]:
    """Yield the check of two values that must be equal: in two responses, or in a request and a response."""
    is_gone = finding.actual in _ABSENT_WORDS
    actual, expected = _parse_json(finding.actual), _parse_json(finding.expected)
    if (actual is None and finding.actual != "null" and not is_gone) or not _is_json(finding.expected):
        return
    names = [steps.steps[number - 1].exchange.request.target.partition("?")[0].rpartition("/")[2] for number in numbers]
    changed = max((n for n in numbers if not steps.steps[n - 1].exchange.request.is_safe), default=0)
    shown = [
        (number, pointer)
        for number in numbers
        if number >= changed  # what a step showed before a change was right
        for pointer in _list_pointers(number, (finding.pointer,), names, steps)
        if (is_gone and _read(number, pointer, steps) is _NOTHING)
        or (not is_gone and _is_same(_read(number, pointer, steps), actual))
    ]
    for number, pointer in shown:
        place = f"value({number}, {pointer!r})"
        for other in numbers:
            if other == number:
                continue
            for suffix in _list_pointers(other, (pointer, finding.pointer), names, steps):
                if _is_same(_read(other, suffix, steps), expected):
                    there = f"value({other}, {suffix!r})"
                    needs = (f"{there} is not ABSENT", *_require_same_object(number, pointer, other, suffix, steps))
                    yield ReplayCheck(f"{place} != {there}", (number, other), needs)
        if _is_sent(finding.expected, numbers, steps):
            yield ReplayCheck(f"{place} != {expected!r}", (number,))


def _require_same_object(number: int, pointer: str, other: int, suffix: str, steps: ReplaySteps) -> Iterator[str]:
    """Yield the condition that two places are in the same object, if both show its id: lists may have other orders."""
    own, its = (f"{place.rpartition('/')[0]}/id" for place in (pointer, suffix))
    if own != pointer and its != suffix and _is_same(_read(number, own, steps), _read(other, its, steps)):
        yield f"value({number}, {own!r}) == value({other}, {its!r})"


def _list_pointers(number: int, pointers: tuple[str, ...], names: list[str], steps: ReplaySteps) -> tuple[str, ...]:
    """Return where a response may show the value at a pointer of another one.

    That is at the pointer, at what remains of it without its first tokens, and there in the item of a list that one of
    the other steps is about: `names` are the last segments of their paths.
    """
    suffixes: dict[str, None] = {}
    for pointer in pointers:
        tokens = pointer.split("/")[1:]
        suffixes.update({"/" + "/".join(tokens[start:]): None for start in range(len(tokens))})
    items = _read(number, "", steps)
    items = items if isinstance(items, list) else []
    found = [n for n, item in enumerate(items) if isinstance(item, dict) and _is_named(item, names)]
    return (*suffixes, *(f"/{index}{suffix}" for index in found for suffix in suffixes))


def _is_named(item: dict[str, Any], names: list[str]) -> bool:
    """Return whether an item of a list has one of the ids, by itself or in its address."""
    own = {item.get("id"), str(item.get("url", "")).rstrip("/").rpartition("/")[2]} - {None, ""}
    return not own.isdisjoint(names)


_NOTHING: Any = object()


def _read(number: int, pointer: str, steps: ReplaySteps) -> Any:
    """Return the value at a pointer of a recorded response, _NOTHING where there is none."""
    response = steps.steps[number - 1].exchange.response
    try:
        here = json.loads(response.body) if response else _NOTHING
        for token in pointer.split("/")[1:]:
            name = token.replace("~1", "/").replace("~0", "~")
            here = here[int(name)] if isinstance(here, list) else here[name]
    except (ValueError, KeyError, IndexError, TypeError):
        return _NOTHING
    return here


def _is_same(first: Any, second: Any) -> bool:
    return first is not _NOTHING and type(first) is type(second) and bool(first == second)


def _is_sent(text: str, numbers: list[int], steps: ReplaySteps) -> bool:
    """Return whether a value stands in a body that a step sends, and in no response that differs between servers."""
    bodies = [steps.steps[number - 1].exchange.request.body.decode("utf-8", "ignore") for number in numbers]
    variable = any(literal in text for literal, _ in steps.substitutions)
    return not variable and any(re.sub(r"\s", "", text) in re.sub(r"\s", "", body) for body in bodies)


def _is_json(text: str) -> bool:
    return text == "null" or _parse_json(text) is not None


def _parse_json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None
