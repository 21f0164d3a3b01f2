"""Rules for examples of problems: type and status are those of the error that they show (RFC 9457, section 3.1)."""

import re
from collections.abc import Iterator
from http import HTTPStatus
from typing import NamedTuple
from urllib.parse import urlsplit

from conformance.description.lint.context import LintContext, SchemaExample
from conformance.description.lint.finding import LintRule, RuleViolation
from conformance.model import Level

_PROBLEM = "application/problem+json"
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_VERBS = {"create": "POST", "update": "PATCH", "delete": "DELETE"}
_SMALL = frozenset({"a", "an", "the", "of", "is", "in", "to", "problem", "error"})


class ProblemExample(NamedTuple):
    """An example of a problem: the words of its type's last segment and of its title, its status."""

    pointer: str
    type: str
    title: str
    status: object

    @property
    def type_words(self) -> frozenset[str]:
        """Return the words of the last segment of the type."""
        return _split_words(urlsplit(self.type).path.rstrip("/").rpartition("/")[2] or self.type.rpartition(":")[2])

    @property
    def title_words(self) -> frozenset[str]:
        """Return the words of the title."""
        return _split_words(self.title)


def _split_words(text: str) -> frozenset[str]:
    words = (word.lower() for word in _WORDS.findall(text))
    return frozenset(word.removesuffix("s") if len(word) > 3 else word for word in words) - _SMALL


_PHRASES = {_split_words(status.phrase): status.value for status in HTTPStatus if status.value >= 400}


def _read_problem(example: SchemaExample) -> ProblemExample | None:
    """Return an example as a problem, None if it is none or has no type of its own."""
    value = example.value
    if not isinstance(value, dict) or not isinstance(value.get("type"), str) or value["type"] == "about:blank":
        return None
    if not {"title", "status", "detail"} & value.keys() or not isinstance(value.get("title", ""), str):
        return None
    return ProblemExample(example.pointer, value["type"], value.get("title", ""), value.get("status"))


def _list_problems(reading: LintContext) -> list[ProblemExample]:
    """Return the examples of problems, each once, that name a type by words."""
    problems = (_read_problem(example) for example in reading.examples)
    by_pointer = {problem.pointer: problem for problem in problems if problem is not None}
    return [problem for problem in by_pointer.values() if problem.type_words]


def _find_wrong_types(reading: LintContext) -> Iterator[RuleViolation]:
    problems = _list_problems(reading)
    for problem in problems:
        rightful = _find_rightful_holder(problem, problems)
        named_status = _PHRASES.get(problem.type_words)
        if rightful is not None:
            message = f"the example of {problem.title!r} has the type of {rightful!r}"
            yield RuleViolation(f"{problem.pointer}/type", message, "the type of the problem shown", problem.type)
        elif named_status and isinstance(problem.status, int) and problem.status != named_status:
            message = f"the type of the example says {named_status}, its status is {problem.status}"
            yield RuleViolation(f"{problem.pointer}/type", message, str(problem.status), problem.type)


def _find_rightful_holder(problem: ProblemExample, problems: list[ProblemExample]) -> str | None:
    """Return the title to which the type of a problem belongs, None if it may be its own.

    A title belongs to one type (RFC 9457, 3.1.4). Of two titles with one type, the one that shares no word with it has
    the wrong one; so has a title whose words are exactly those of another type.
    """
    if not problem.title_words or problem.title_words & problem.type_words:
        return None
    for other in problems:
        if other.type == problem.type and other.title_words & problem.type_words:
            return other.title
        if other.type != problem.type and problem.title_words == other.type_words:
            return problem.type.rstrip("/").rpartition("/")[2]
    return None


def _find_types_of_other_writes(reading: LintContext) -> Iterator[RuleViolation]:
    """Yield examples whose type names the write of one resource, in responses of the write of another."""
    affected: dict[tuple[str, str], list[str]] = {}
    for operation in reading.operations:
        for status, _, response in reading.list_responses(operation):
            for pointer, problem in _list_response_problems(reading, response.pointer):
                if status[:1] == "4" and _is_other_write(problem, operation.method, operation.path):
                    affected.setdefault((pointer, problem.type), []).append(operation.key)
    for (pointer, name), keys in affected.items():
        rest = f" and {len(keys) - 1} more" if len(keys) > 1 else ""
        slug = name.rstrip("/").rpartition("/")[2]
        yield RuleViolation(pointer, f"the type {slug} is of another write than {keys[0]}{rest}", actual=name)


def _list_response_problems(reading: LintContext, pointer: str) -> Iterator[tuple[str, ProblemExample]]:
    """Yield the examples of problems of a response: the place where they are named, and what they are."""
    media = reading.schemas.get_child(reading.schemas.get_node(pointer), "content", _PROBLEM)
    for name in (media.get("examples") or {}) if media else ():
        example = reading.schemas.get_child(media, "examples", name) if media else None
        value = example.get("value") if example else None
        problem = _read_problem(SchemaExample("", value, "", is_written_by_client=False))
        if problem is not None and media is not None:
            yield f"{media.pointer}/examples/{name.replace('~', '~0').replace('/', '~1')}", problem


def _is_other_write(problem: ProblemExample, method: str, path: str) -> bool:
    """Return whether a type names a verb and a resource, such as `create-vehicle`, that an operation has not."""
    words = _WORDS.findall(problem.type.rstrip("/").rpartition("/")[2])
    verbs = [index for index, word in enumerate(words) if word.lower() in _VERBS]
    named = _split_words(" ".join(words[verbs[0] + 1 :])) if verbs else frozenset()
    if not named or method not in _VERBS.values():
        return False
    return not named & _split_words(path)


def _find_other_statuses(reading: LintContext) -> Iterator[RuleViolation]:
    """Yield examples of problems with another status than the response that they belong to."""
    seen: set[str] = set()
    for operation in reading.operations:
        for status, _, response in reading.list_responses(operation):
            for pointer, problem in _list_response_problems(reading, response.pointer):
                stated = problem.status
                if status.isdecimal() and isinstance(stated, int) and stated != int(status) and pointer not in seen:
                    seen.add(pointer)
                    message = f"{operation.key}: the example of {status} says that its status is {stated}"
                    yield RuleViolation(pointer, message, status, str(stated))


RULES = (
    LintRule("example-other-type", "", Level.SHOULD, "An example has the type of another problem.", _find_wrong_types),
    LintRule(
        "example-other-write",
        "",
        Level.MAY,
        "An example is of another operation's problem.",
        _find_types_of_other_writes,
    ),
    LintRule(
        "example-other-status", "", Level.SHOULD, "An example of a problem has another status.", _find_other_statuses
    ),
)
