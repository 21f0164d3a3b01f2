"""The values that texts in braces stand for in a stated rule; `specs/stated_rules/README.md` lists them."""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

import msgspec

from conformance.evidence.containers import parse_moment
from conformance.evidence.differences import ABSENT, get_value
from conformance.evidence.subject import Subject
from conformance.evidence.urls import extract_path
from conformance.model import Operation, Request, RuleStep, StatedRule
from conformance.probes.toolkit.base import Steps, send
from conformance.probes.toolkit.calls import Missing, OperationCall, find_list_operation
from conformance.probes.toolkit.harmless_requests import draw_unknown_id
from conformance.probes.writes.stored_values import find_changed_values

_TEXT = re.compile(r"\{([a-z][^{}]*)\}")
_NOW_TOLERANCE = timedelta(minutes=5)  # between two times of one creation
_TODAY_TOLERANCE = timedelta(days=2)  # the clock of a server may stand at the beginning of the day
_ORDINALS = ("first", "second")
_IN_EXPECTATIONS = frozenset({"set", "now"})  # texts that no value stands for

Values = Mapping[str, Any]
"""Values by the text between the braces."""


def find_values_of(
    rule: StatedRule, call: OperationCall, shown: Any, subject: Subject, operation: Operation
) -> Steps[dict[str, Any] | Missing]:
    """Find the values of all texts of a rule; `shown` is what the resource of the call shows, None where unknown."""
    values: dict[str, Any] = {}
    for text in sorted({text for step in rule.steps for text in _find_texts(step)} - _IN_EXPECTATIONS):
        value = yield from _find_value(text, rule, call, shown, subject, operation)
        if value is ABSENT:
            return Missing(f"no value is known for {{{text}}}")
        values[text] = value
    return values


def needs_state(rule: StatedRule) -> bool:
    """Return whether the resource must be read before a rule can be tried."""
    texts = {text.partition(" ")[0] for step in rule.steps for text in _find_texts(step)}
    return (
        bool(rule.given)
        or bool(texts & {"shown", "opposite", "other"})
        or any(step.keeps or step.resource_shows for step in rule.steps)
    )


def put_values(template: Any, values: Values) -> Any:
    """Return data in which each text in braces is replaced by its value."""
    if isinstance(template, dict):
        return {name: put_values(member, values) for name, member in template.items()}
    if isinstance(template, list):
        return [put_values(member, values) for member in template]
    if not isinstance(template, str):
        return template
    whole = _TEXT.fullmatch(template)
    if whole:
        return values.get(whole[1], template)
    return _TEXT.sub(lambda match: str(values.get(match[1], match[0])), template)


def is_as_expected(expected: Any, actual: Any, subject: Subject, created: datetime | None = None) -> bool:
    """Return whether a value is the expected one; a null may be left out, numbers compare by value.

    `created` is the time of creation that the response states, None if it states none.
    """
    if expected == "{set}":
        return actual is not ABSENT and actual is not None
    if expected == "{now}":
        moment = parse_moment(actual)
        is_today = moment is not None and abs(moment - subject.today) < _TODAY_TOLERANCE
        return is_today and (moment is None or created is None or abs(moment - created) < _NOW_TOLERANCE)
    if expected is None:
        return actual is None or actual is ABSENT
    if actual is ABSENT or isinstance(expected, bool) is not isinstance(actual, bool):
        return False
    is_list = isinstance(expected, list)  # a member too many shows in the other direction
    return not any(find_changed_values({"": expected}, {"": actual})) and not (
        is_list and any(find_changed_values({"": actual}, {"": expected}))
    )


def _find_texts(step: RuleStep) -> Iterator[str]:
    yield from _TEXT.findall(msgspec.json.encode(step).decode().replace("{{", "{ {"))


def _find_value(  # noqa: PLR0911, PLR0913 - one return for each kind of text
    text: str, rule: StatedRule, call: OperationCall, shown: Any, subject: Subject, operation: Operation
) -> Steps[Any]:
    word, _, rest = text.partition(" ")
    if word == "null":
        return None
    if word == "fresh":
        number = subject.make_random("fresh", rule.id, str(subject.today), rest).randrange(10**6)
        return f"Conformance {number:06}{rest and f' {rest}'}"
    if word == "unknown":
        return draw_unknown_id(operation, subject, rest)
    if word == "days":
        return (subject.today - timedelta(days=int(rest.removeprefix("ago ")))).date().isoformat()
    if word == "upper":
        value = yield from _find_value(rest, rule, call, shown, subject, operation)
        return value.upper() if isinstance(value, str) and value.upper() != value else ABSENT
    if word in {"shown", "opposite", "other"}:
        return _read_state(word, rest, shown)
    if word in _ORDINALS:
        resource, _, name = rest.partition(" ")
        return (yield from _read_member(resource, name, _ORDINALS.index(word), subject))
    if word == "listed":
        return (yield from _read_listed(rest, call, subject))
    return ABSENT


def _read_state(word: str, rest: str, shown: Any) -> Any:
    """Return a value of the resource, the opposite of a switch, or the first word that is not its value."""
    path, *options = rest.split(" ")
    value = get_value(shown, f"/{path}")
    if word == "opposite":
        return not value if isinstance(value, bool) else ABSENT
    if word == "other":
        return next((option for option in options if option != value), ABSENT) if value is not ABSENT else ABSENT
    return None if value is ABSENT and isinstance(shown, dict) else value


def _read_member(name: str, property_name: str, index: int, subject: Subject) -> Steps[Any]:
    """Return a property of a member of a root collection."""
    resource = subject.model.resources_by_name.get(name)
    lister = find_list_operation(resource, subject) if resource else None
    if lister is None or "{" in lister.path:
        return ABSENT
    response = yield from send(lister, Request(lister.key, "GET", lister.path))
    values = [item[property_name] for _, item in response.objects if isinstance(item.get(property_name), str)]
    return values[index] if index < len(values) else ABSENT


def _read_listed(property_name: str, call: OperationCall, subject: Subject) -> Steps[Any]:
    """Return a property of the first member of the list at the path of a call."""
    resource = subject.model.resources_by_name.get(call.operation.resource)
    lister = find_list_operation(resource, subject) if resource else None
    if lister is None:
        return ABSENT
    response = yield from send(lister, Request(lister.key, "GET", extract_path(call.path), identity=call.identity))
    return next((item[property_name] for _, item in response.objects if item.get(property_name)), ABSENT)
