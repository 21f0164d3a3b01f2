"""VAL-01 to VAL-06: values that a write sent are read again, and documented ones are not refused."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from conformance.evidence.outcomes import fail_case, judge_case, pass_case, quote_json
from conformance.evidence.responses import OperationResponse
from conformance.evidence.subject import Subject
from conformance.model import Outcome, Verdict
from conformance.probes.toolkit.base import Pause, Steps
from conformance.probes.toolkit.list_membership import LAG_S
from conformance.probes.writes.value_judgements import judge_values

ACCEPTANCE = "VAL-06"
_REFUSALS = frozenset({400, 422})
_MAX_TRIED = 3  # values that are tried alone

Reader = Callable[[], Steps[OperationResponse]]
Sender = Callable[[Mapping[str, Any]], Steps[OperationResponse]]


def check_written_values(  # noqa: PLR0913 - two responses, what was sent, and how to read again
    written: OperationResponse,
    read: OperationResponse,
    sent: Mapping[str, Any],
    schemas: Mapping[str, Any],
    subject: Subject,
    read_again: Reader,
) -> Steps[OperationResponse]:
    """Judge the values that a write sent (VAL-01 to VAL-06); return the last read.

    A violation must show in one more read.
    """
    if find_documented_values(sent, {}, schemas):
        yield pass_case(written, ACCEPTANCE)
    outcomes = list(judge_values(written, read, sent, schemas, subject))
    if any(outcome.verdict is Verdict.FAIL for outcome in outcomes):
        yield Pause(LAG_S)
        read = yield from read_again()
        repeated = {_build_key(outcome) for outcome in judge_values(written, read, sent, schemas, subject)}
        outcomes = [o for o in outcomes if o.verdict is not Verdict.FAIL or _build_key(o) in repeated]
    yield from outcomes
    return read


def _build_key(outcome: Outcome) -> tuple[str, str, str]:
    return outcome.requirement, outcome.pointer, outcome.actual


def find_documented_values(
    body: Mapping[str, Any], plain: Mapping[str, Any], schemas: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the members that differ from a plain body and that the schema names: words, bounds, the full length.

    An object has the numbers within their bounds, and is plain otherwise.
    """
    named: dict[str, Any] = {}
    for name, value in body.items():
        schema = schemas.get(name, {})
        if isinstance(value, dict) and isinstance(plain.get(name), dict):
            numbers = {key: number for key, number in value.items() if _is_within(number, schema, key)}
            named |= {name: {**plain[name], **numbers}} if numbers else {}
            continue
        is_bound = isinstance(value, int | float) and value in (schema.get("minimum"), schema.get("maximum"))
        is_full = isinstance(value, str) and len(value) == schema.get("maxLength")
        is_word = isinstance(value, str | int) and value in schema.get("enum", ())
        if value != plain.get(name) and (is_bound or is_full or is_word):
            named[name] = value
    return named


def _is_within(number: Any, schema: Mapping[str, Any], name: str) -> bool:
    """Return whether the schema of an object states bounds for a number in it, which the number keeps."""
    member = schema.get("properties", {}).get(name, {})
    if isinstance(number, bool) or not isinstance(number, int | float) or not {"minimum", "maximum"} <= member.keys():
        return False
    return bool(member["minimum"] <= number <= member["maximum"])


def check_refused_values(
    refused: OperationResponse, body: Mapping[str, Any], plain: Mapping[str, Any], schemas: Mapping[str, Any],
    send_alone: Sender,
) -> Steps[None]:  # fmt: skip
    """Send documented values that a refusal complains about alone, and judge whether they are accepted (VAL-06).

    A text of full length is sent again with half the length: who refuses that too refuses its letters.
    """
    if refused.status not in _REFUSALS:
        return
    blamed = _list_blamed(refused)
    suspects = [(n, v) for n, v in find_documented_values(body, plain, schemas).items() if not blamed or n in blamed]
    for name, value in suspects[:_MAX_TRIED]:
        if _is_in_other_property(name, value, plain):
            continue
        response = yield from send_alone({name: value})
        yield from judge_acceptance(response, name, value)
        if response.status not in _REFUSALS:
            continue
        if isinstance(value, str) and len(value) == schemas[name].get("maxLength"):
            half = yield from send_alone({name: value[: len(value) // 2]})
            if not half.is_success:
                continue
        yield report_refused_value(response, name, value)


def judge_acceptance(response: OperationResponse, name: str, value: Any) -> Iterator[Outcome]:
    """Yield PASS for a documented value that is accepted; a refusal needs more than one response."""
    if response.is_success:
        yield pass_case(response, ACCEPTANCE)
    elif response.status not in _REFUSALS:
        message = f"{name}={quote_json(value)} gives {response.status}"
        yield judge_case(response, ACCEPTANCE, Verdict.NOT_OBSERVABLE, message)


def report_refused_value(response: OperationResponse, name: str, value: Any) -> Outcome:
    """Return the violation of VAL-06 by a refused value."""
    message = f"{name} refuses a value that the description admits"
    expected = f"2xx for {quote_json(value)}"
    return fail_case(
        response, ACCEPTANCE, message, expected=expected, actual=str(response.status), pointer=f"body:/{name}"
    )


def _list_blamed(refused: OperationResponse) -> frozenset[str]:
    """Return the properties that a refusal names; empty where it names none."""
    errors = refused.json.get("field_errors") if isinstance(refused.json, dict) else None
    return frozenset(name.partition(".")[0] for name in errors) if isinstance(errors, dict) else frozenset()


def _is_in_other_property(name: str, value: Any, plain: Mapping[str, Any]) -> bool:
    """Return whether another property holds the value too, which may exclude it here."""
    others = [other for key, other in plain.items() if key != name]
    return any(value == other or (isinstance(other, list) and value in other) for other in others)
