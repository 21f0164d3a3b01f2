"""CON-01 and VER-03: a read gives the same content when it is repeated, and in version 2."""

from collections.abc import Iterator
from datetime import datetime

import msgspec

from conformance.evidence.differences import Difference, at, differences
from conformance.evidence.outcomes import observed, passed
from conformance.evidence.responses import UNREADABLE, Answer
from conformance.evidence.subject import Subject
from conformance.model import Noticed, Operation, Request, ResourceModel, Verdict
from conformance.probes.responses.plain_reads import plain_read
from conformance.probes.toolkit.base import IDLE, Need, Probe, Steps, ask
from conformance.probes.toolkit.calls import Call, Missing, untested
from conformance.probes.toolkit.difference_outcomes import differing
from conformance.probes.toolkit.refusals import call_by

AGREEMENT = ("CON-01", "VER-03")
_SHOWN = 5  # differences reported of one pair, as more of them add nothing


def _is_get(operation: Operation, model: ResourceModel) -> bool:
    return operation.method == "GET"


def _needs(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    return (*plain_read(operation, model, IDLE), Need(f"read {operation.path} in version 2", identity=IDLE))


def agreement(operation: Operation, subject: Subject) -> Steps[None]:
    """Compare the plain read with the same read in version 2; where they differ, find out why (CON-01, VER-03)."""
    call = yield from call_by(subject.idle, operation, subject)
    if isinstance(call, Missing):
        yield from untested(AGREEMENT, operation, call)
        return
    plain = yield from ask(operation, call.request())
    if plain.status >= 400:
        for requirement in AGREEMENT:
            reason = f"the plain read returns {plain.status}"
            yield observed(plain, requirement, Verdict.NOT_OBSERVABLE, reason)
        return
    versioned = yield from ask(operation, _build_versioned_request(call, subject))
    if not list(_compare_responses(plain, versioned)):
        yield passed(versioned, "CON-01")
        yield passed(versioned, "VER-03")
        return
    yield from _explain_difference(call, plain, subject)


def _build_versioned_request(call: Call, subject: Subject, *, fresh: bool = False) -> Request:
    request = call.request(fresh=fresh)
    name = subject.version_header
    kept = tuple((key, value) for key, value in request.headers if key.lower() != name.lower())
    return msgspec.structs.replace(request, headers=(*kept, (name, "2")))


def _compare_responses(first: Answer, second: Answer) -> Iterator[Difference]:
    """Yield how two responses to one request differ: in status, in redirect target, or in their JSON."""
    if first.status != second.status:
        yield Difference("", f"status {first.status}", f"status {second.status}")
    elif UNREADABLE in (first.json, second.json):
        first_site, second_site = _redirect_site(first), _redirect_site(second)
        if first_site != second_site:
            yield Difference("header:Location", first_site, second_site)
    else:
        yield from differences(first.json, second.json)


def _redirect_site(answer: Answer) -> str:
    """Return scheme and host of a redirect target; its path may hold a ticket, which is new each time."""
    response = answer.exchange.response
    location = (response.header("location") if response else None) or ""
    return location.partition("://")[0] + "://" + location.partition("://")[2].partition("/")[0] if location else ""


def _explain_difference(call: Call, plain: Answer, subject: Subject) -> Steps[None]:
    """Read twice more without the version and once more with it, directly one after the other."""
    third = yield from ask(call.operation, call.request(fresh=True))
    fourth = yield from ask(call.operation, call.request(fresh=True))
    fifth = yield from ask(call.operation, _build_versioned_request(call, subject, fresh=True))
    restless = list(_compare_responses(third, fourth))
    flapping = [difference for difference in restless if not _is_progress(difference, fifth)]
    yield from differing(fourth, "CON-01", "two reads in a row differ", flapping, (third,), shown=_SHOWN)
    moved = {difference.pointer for difference in (*restless, *_compare_responses(plain, fourth))}
    for pointer in sorted(moved - {difference.pointer for difference in flapping}):
        message = f"{pointer} changes between two identical reads; left out"
        yield Noticed("volatile-field", message, call.operation.key)
    steady = [difference for difference in _compare_responses(fourth, fifth) if difference.pointer not in moved]
    yield from differing(fifth, "VER-03", "requesting version 2 changes the response", steady, (fourth,), shown=_SHOWN)


def _is_progress(difference: Difference, after: Answer) -> bool:
    """Return whether a changed value is a time that moves on, or a number that changed once in three reads.

    A number that changes at every read is no measurement: nothing measured changes twice within milliseconds.
    """
    values = [difference.old, difference.new, at(after.json, difference.pointer)]
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


PROBES = (Probe("agreement", AGREEMENT, _is_get, _needs, agreement, rank=2),)
