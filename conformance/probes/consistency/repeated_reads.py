"""CON-01 and VER-03: a read gives the same content when it is repeated, and in version 2."""

from collections.abc import Iterator
from datetime import datetime

import msgspec

from conformance.evidence.differences import ValueDifference, find_differences, get_value
from conformance.evidence.outcomes import judge_case, pass_case
from conformance.evidence.responses import UNREADABLE, OperationResponse
from conformance.evidence.subject import Subject
from conformance.model import Noticed, Operation, Request, ResourceModel, Verdict
from conformance.probes.responses.plain_reads import plain_read_needs
from conformance.probes.toolkit.base import USER_READER, Need, Probe, Steps, send
from conformance.probes.toolkit.calls import Missing, OperationCall, report_untested
from conformance.probes.toolkit.difference_outcomes import report_differences
from conformance.probes.toolkit.refusals import find_call_as

VERSION_REQUIREMENTS = ("CON-01", "VER-03")
_SHOWN = 5  # differences reported of one pair, as more of them add nothing


def _is_get(operation: Operation, model: ResourceModel) -> bool:
    return operation.method == "GET"


def _needs(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    return (
        *plain_read_needs(operation, model, USER_READER),
        Need(f"read {operation.path} in version 2", identity=USER_READER),
    )


def compare_versions(operation: Operation, subject: Subject) -> Steps[None]:
    """Compare the plain read with the same read in version 2; where they differ, find out why (CON-01, VER-03)."""
    call = yield from find_call_as(subject.user_reader, operation, subject)
    if isinstance(call, Missing):
        yield from report_untested(VERSION_REQUIREMENTS, operation, call)
        return
    plain = yield from send(operation, call.build_request())
    if plain.status >= 400:
        for requirement in VERSION_REQUIREMENTS:
            reason = f"the plain read returns {plain.status}"
            yield judge_case(plain, requirement, Verdict.NOT_OBSERVABLE, reason)
        return
    versioned = yield from send(operation, _build_versioned_request(call, subject))
    if not list(_compare_responses(plain, versioned)):
        yield pass_case(versioned, "CON-01")
        yield pass_case(versioned, "VER-03")
        return
    yield from _explain_difference(call, plain, subject)


def _build_versioned_request(call: OperationCall, subject: Subject, *, fresh: bool = False) -> Request:
    request = call.build_request(fresh=fresh)
    name = subject.version_header
    kept = tuple((key, value) for key, value in request.headers if key.lower() != name.lower())
    return msgspec.structs.replace(request, headers=(*kept, (name, "2")))


def _compare_responses(first: OperationResponse, second: OperationResponse) -> Iterator[ValueDifference]:
    """Yield how two responses to one request differ: in status, in redirect target, or in their JSON."""
    if first.status != second.status:
        yield ValueDifference("", f"status {first.status}", f"status {second.status}")
    elif UNREADABLE in (first.json, second.json):
        first_site, second_site = _redirect_site(first), _redirect_site(second)
        if first_site != second_site:
            yield ValueDifference("header:Location", first_site, second_site)
    else:
        yield from find_differences(first.json, second.json)


def _redirect_site(answer: OperationResponse) -> str:
    """Return scheme and host of a redirect target; its path may hold a ticket, which is new each time."""
    response = answer.exchange.response
    location = (response.find_header("location") if response else None) or ""
    return location.partition("://")[0] + "://" + location.partition("://")[2].partition("/")[0] if location else ""


def _explain_difference(call: OperationCall, plain: OperationResponse, subject: Subject) -> Steps[None]:
    """Read twice more without the version and once more with it, directly one after the other."""
    third = yield from send(call.operation, call.build_request(fresh=True))
    fourth = yield from send(call.operation, call.build_request(fresh=True))
    fifth = yield from send(call.operation, _build_versioned_request(call, subject, fresh=True))
    restless = list(_compare_responses(third, fourth))
    flapping = [difference for difference in restless if not _is_progress(difference, fifth)]
    yield from report_differences(fourth, "CON-01", "two reads in a row differ", flapping, (third,), limit=_SHOWN)
    moved = {difference.pointer for difference in (*restless, *_compare_responses(plain, fourth))}
    for pointer in sorted(moved - {difference.pointer for difference in flapping}):
        message = f"{pointer} changes between two identical reads; left out"
        yield Noticed("volatile-field", message, call.operation.key)
    steady = [difference for difference in _compare_responses(fourth, fifth) if difference.pointer not in moved]
    yield from report_differences(
        fifth, "VER-03", "requesting version 2 changes the response", steady, (fourth,), limit=_SHOWN
    )


def _is_progress(difference: ValueDifference, after: OperationResponse) -> bool:
    """Return whether a changed value is a time that moves on, or a number that changed once in three reads.

    A number that changes at every read is no measurement: nothing measured changes twice within milliseconds.
    """
    values = [difference.old, difference.new, get_value(after.json, difference.pointer)]
    if all(isinstance(value, str) and _is_time(value) for value in values):
        return values == sorted(values)
    numbers = all(isinstance(value, int | float) and not isinstance(value, bool) for value in values)
    return numbers and values[1] == values[2]


def _is_time(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


PROBES = (Probe("read-with-version", VERSION_REQUIREMENTS, _is_get, _needs, compare_versions, rank=2),)
