"""RUL-06: the last allowed member can be created, and one more is refused."""

from conformance.evidence.outcomes import fail_case, judge_case, pass_case, skip_case
from conformance.evidence.responses import OperationResponse
from conformance.evidence.subject import Subject
from conformance.model import Operation, Profile, Request, ResourceModel, Role, StatedRule, Verdict
from conformance.probes.responses.plain_reads import plain_read_needs
from conformance.probes.stated_rules.selection import LIMITS, list_rules
from conformance.probes.toolkit.base import Need, Pause, Probe, Steps, UnsafeRequest, send
from conformance.probes.toolkit.calls import Missing, find_list_operation
from conformance.probes.toolkit.list_membership import LAG_S
from conformance.probes.toolkit.write_requests import (
    Write,
    build_least_body,
    build_write,
    creation_and_deletion,
    delete_created,
)


def _has_limit(operation: Operation, model: ResourceModel) -> bool:
    return operation.role is Role.CREATE and bool(list_rules(operation, LIMITS))


def _get_limit(rule: StatedRule) -> int:
    return rule.steps[0].count or 0


def _needs(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    count = sum(2 * _get_limit(rule) + 4 for rule in list_rules(operation, LIMITS))
    return (*plain_read_needs(operation, model)[:-1], Need(f"fill {operation.key}", count, shared=False))


def _list_unsafe_requests(operation: Operation, model: ResourceModel) -> tuple[UnsafeRequest, ...]:
    return creation_and_deletion(operation, model)


def fill_collections(operation: Operation, subject: Subject) -> Steps[None]:
    """Create members up to each stated limit and one more, and delete them again."""
    for rule in list_rules(operation, LIMITS):
        write = yield from build_write(operation, subject, rule.id)
        if isinstance(write, Missing):
            yield skip_case(LIMITS, operation.key, Verdict.NOT_TESTED, f"{rule.id}: {write.reason}")
            continue
        created: list[OperationResponse] = []
        yield from _fill(rule, write, created, subject)
        for response in created:
            yield from delete_created(response, subject)


def _fill(rule: StatedRule, write: Write, created: list[OperationResponse], subject: Subject) -> Steps[None]:
    operation, limit = write.call.operation, _get_limit(rule)
    present = yield from _count_members(write, subject)
    if present is None or present > limit:
        reason = f"{rule.id}: the members cannot be counted" if present is None else f"{rule.id}: there are {present}"
        yield skip_case(LIMITS, operation.key, Verdict.NOT_TESTED, reason)
        return
    body = build_least_body(write, subject)
    request = write.request(body)
    for number in range(present, limit):
        response = yield from send(operation, request)
        if not response.is_success:
            words = f"{rule.id}: member {number + 1} of {limit} is refused. {rule.statement} ({rule.pointer})"
            verdict = Verdict.FAIL if created and response.status in {400, 409, 422} else Verdict.INCONCLUSIVE
            yield judge_case(response, LIMITS, verdict, words, expected="2xx", actual=str(response.status))
            return
        created.append(response)
    beyond = yield from send(operation, request)
    if beyond.is_success:
        created.append(beyond)
        words = f"{rule.id}: a member beyond the limit is created. {rule.statement} ({rule.pointer})"
        yield fail_case(beyond, LIMITS, words, expected="400", actual=str(beyond.status))
        return
    if beyond.status not in {400, 409, 422}:
        words = f"{rule.id}: a member beyond the limit is not refused as stated. {rule.statement} ({rule.pointer})"
        yield fail_case(beyond, LIMITS, words, expected="400", actual=str(beyond.status))
        return
    yield Pause(LAG_S)
    count = yield from _count_members(write, subject)
    if count is not None and count != limit:
        words = f"{rule.id}: the refused request changes the number of members. {rule.statement} ({rule.pointer})"
        yield fail_case(beyond, LIMITS, words, expected=str(limit), actual=str(count))
    else:
        yield pass_case(beyond, LIMITS)


def _count_members(write: Write, subject: Subject) -> Steps[int | None]:
    """Return how many members the collection of a write has; None where one page does not show them all."""
    resource = subject.model.resources_by_name.get(write.call.operation.resource)
    lister = find_list_operation(resource, subject) if resource else None
    if lister is None:
        return None
    size = lister.pagination.size if lister.pagination else ""
    query = f"?{size}={lister.pagination.max_size}" if size and lister.pagination else ""
    response = yield from send(lister, Request(lister.key, "GET", write.call.path + query, fresh=True))
    is_whole = lister.pagination is None or not size or len(response.items) < lister.pagination.max_size
    return len(response.items) if response.is_success and is_whole else None


PROBES = (
    Probe(
        "stated-limits", (LIMITS,), _has_limit, _needs, fill_collections, Profile.DEEP, 2,
        writes=True, writes_only_own=True, sends=_list_unsafe_requests,
    ),
)  # fmt: skip
