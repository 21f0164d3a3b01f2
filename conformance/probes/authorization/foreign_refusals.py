"""AUT-14 and AUT-16: refusing another user's resource reveals nothing about it, not even that it exists.

All requests are those of AUT-05 and ERR-05, so that they are sent once for all.
"""

from collections.abc import Iterator

import msgspec

from conformance.applicability.selectors import is_read_by_id
from conformance.evidence.disclosures import list_telling_texts, read_text
from conformance.evidence.outcomes import fail_case, judge_case, pass_case, quote_json, skip_case
from conformance.evidence.payers import USER_A, USER_B
from conformance.evidence.responses import OperationResponse
from conformance.evidence.subject import Subject
from conformance.model import Operation, Outcome, Request, ResourceModel, Verdict
from conformance.probes.authorization.tenancy import (
    find_two_people,
    has_owner,
    headers_without_user,
    is_shared,
    separation_needs,
)
from conformance.probes.toolkit.base import Need, Probe, Steps, send
from conformance.probes.toolkit.calls import Missing, find_call, find_list_operation, report_untested
from conformance.probes.toolkit.harmless_requests import build_harmless_request

_BOTH = ("AUT-14", "AUT-16")


def is_personal_item(operation: Operation, model: ResourceModel) -> bool:
    """Return whether an operation reads one resource of a person by its id."""
    is_plain = is_read_by_id(operation, model) and operation.path.count("{") == 1
    return is_plain and operation.is_secured and has_owner(operation, model)


def _needs(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    """Return the reads of AUT-05, and the read of an id that does not exist, which ERR-05 has too."""
    return (*separation_needs(operation, model), Need(f"unknown {operation.key}", identity=USER_B))


def compare_refusals(operation: Operation, subject: Subject) -> Steps[None]:
    """Read as user_b what is user_a's and what does not exist, and compare the refusals."""
    people = yield from find_two_people(subject)
    call = yield from find_call(operation, subject, USER_A)
    unknown = build_harmless_request(operation, subject, USER_B)
    if not people or isinstance(call, Missing) or isinstance(unknown, Missing):
        missing = next((m for m in (call, unknown) if isinstance(m, Missing)), Missing("no two users are known"))
        yield from report_untested(_BOTH, operation, missing)
        return
    mine = yield from send(operation, call.build_request())
    if (yield from is_shared(call, subject)):
        for requirement in _BOTH:
            reason = "the lists of both users show it"
            yield skip_case(requirement, operation.key, Verdict.NOT_APPLICABLE, reason)
        return
    foreign = msgspec.structs.replace(call, identity=USER_B, headers=headers_without_user(call))
    refusal = yield from send(operation, foreign.build_request())
    if not mine.is_success or not 400 <= refusal.status < 500:
        for requirement in _BOTH:
            reason = f"its owner gets {mine.status}, the other user {refusal.status}"
            yield judge_case(refusal, requirement, Verdict.NOT_OBSERVABLE, reason, also=(mine,))
        return
    nothing = yield from send(operation, unknown)
    texts = yield from _list_private_texts(mine, subject)
    yield from _check_silence(refusal, nothing, mine, texts)
    yield from _compare_with_nothing(refusal, nothing)


def _list_private_texts(mine: OperationResponse, subject: Subject) -> Steps[tuple[str, ...]]:
    """Return the identifying texts of a resource and of its owner, except those that the other user has too."""
    resource = subject.model.resources_by_name.get(subject.model.principal_resource)
    people = find_list_operation(resource, subject) if resource else None
    of_owner, of_other = mine, None
    if people is not None:
        of_owner = yield from send(people, Request(people.key, "GET", people.path, identity=USER_A))
        of_other = yield from send(people, Request(people.key, "GET", people.path, identity=USER_B))
    common = {*list_telling_texts(of_other.json)} if of_other else set()
    texts = (*list_telling_texts(mine.json), *list_telling_texts(of_owner.json))
    return tuple(text for text in dict.fromkeys(texts) if text not in common)


def _check_silence(
    refusal: OperationResponse, nothing: OperationResponse, mine: OperationResponse, texts: tuple[str, ...]
) -> Iterator[Outcome]:
    """Check that a refusal reveals nothing of the refused resource or its owner (AUT-14).

    What the refusal of an id that nobody has says too is said to everybody.
    """
    body, usual = (read_text(response) for response in (refusal, nothing))
    shown = next((t for t in texts if t in body and t not in usual and t not in refusal.exchange.url), "")
    if shown:
        message = "a refusal reveals what only the owner of the resource may know"
        yield fail_case(refusal, "AUT-14", message, actual=quote_json(shown), also=(mine,))
    else:
        yield pass_case(refusal, "AUT-14")


def _compare_with_nothing(refusal: OperationResponse, nothing: OperationResponse) -> Iterator[Outcome]:
    """Check that a refusal does not tell that the resource exists: it is that of one that does not (AUT-16)."""
    if not 400 <= nothing.status < 500:
        reason = f"an id that does not exist returns {nothing.status}"
        yield judge_case(refusal, "AUT-16", Verdict.NOT_OBSERVABLE, reason, also=(nothing,))
    elif nothing.status == refusal.status:
        yield pass_case(refusal, "AUT-16")
    else:
        message = "the refusal of another user's resource differs from that of a resource that does not exist"
        actual = str(refusal.status)
        yield fail_case(refusal, "AUT-16", message, expected=str(nothing.status), actual=actual, also=(nothing,))


PROBES = (Probe("foreign-refusal", _BOTH, is_personal_item, _needs, compare_refusals, identities=(USER_A, USER_B)),)
