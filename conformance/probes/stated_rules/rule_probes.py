"""RUL-01 to RUL-05 and RUL-07: what the description's text rules out, ignores, keeps and derives."""

from collections.abc import Callable, Iterator

from conformance.evidence.differences import get_value
from conformance.evidence.outcomes import judge_case, pass_case, skip_case
from conformance.evidence.payers import choose_reader_kind
from conformance.evidence.responses import OperationResponse
from conformance.evidence.subject import Subject
from conformance.model import Level, Operation, Outcome, Profile, ResourceModel, Role, StatedRule, Verdict
from conformance.probes.responses.plain_reads import plain_read_needs
from conformance.probes.stated_rules.selection import (
    CONFLICTS,
    EFFECTS,
    FALLBACKS,
    NO_OPS,
    QUERIES,
    REFUSED_BODIES,
    is_inert_rule,
    list_rules,
    select_rules,
)
from conformance.probes.stated_rules.trial import Breach, RuleTrial
from conformance.probes.stated_rules.values import find_values_of, is_as_expected, needs_state
from conformance.probes.toolkit.base import Need, Probe, Steps, UnsafeRequest, list_own_requests, send
from conformance.probes.toolkit.calls import Missing, OperationCall, find_call, find_calls
from conformance.probes.toolkit.property_values import restore_values
from conformance.probes.toolkit.write_requests import (
    Write,
    build_write,
    creation_and_deletion,
    delete_created,
    find_effect_reader,
    find_writable,
    has_json_body,
)

_MAX_OBJECTS = 6  # tried in turn, until one is in the state that a rule is about
_READS = (QUERIES, FALLBACKS)
_REFUSALS = (REFUSED_BODIES, CONFLICTS)
_CHANGES = (REFUSED_BODIES, FALLBACKS, NO_OPS, EFFECTS, CONFLICTS)

Rules = Callable[[Operation], tuple[StatedRule, ...]]


def try_rules(rules: tuple[StatedRule, ...], operation: Operation, subject: Subject) -> Steps[None]:
    """Try rules one after the other; the changes of one are undone before the next one."""
    for rule in rules:
        write = yield from _prepare_write(rule, operation, subject)
        if isinstance(write, Missing):
            yield _skip_rule(rule, operation, write)
            continue
        yield from _try_rule(rule, write, subject)


def _prepare_write(rule: StatedRule, operation: Operation, subject: Subject) -> Steps[Write | Missing]:
    """Return the call of a rule, with a body where the operation takes one; public operations need no identity."""
    if operation.is_safe or not has_json_body(operation):
        identity = subject.choose_reader(operation) if operation.is_safe else "full"
        call = yield from find_call(operation, subject, identity)
        return call if isinstance(call, Missing) else Write(_without_needless_identity(call), None)
    write = yield from build_write(operation, subject, rule.id)
    if isinstance(write, Missing):
        return write
    return Write(_without_needless_identity(write.call), write.body, write.links)


def _without_needless_identity(call: OperationCall) -> OperationCall:
    operation = call.operation
    identity = call.identity if operation.is_secured else ""
    return OperationCall(operation, call.path, call.query, call.headers, identity)


def _try_rule(rule: StatedRule, write: Write, subject: Subject) -> Steps[None]:
    operation = write.call.operation
    reader = find_effect_reader(write.call, subject)
    before: OperationResponse | None = None
    if needs_state(rule) and operation.role is not Role.CREATE:
        place = yield from _find_place(rule, write, subject)
        if isinstance(place, Missing):
            yield _skip_rule(rule, operation, place)
            return
        write, reader, before = place
    shown = before.json if before is not None else None
    values = yield from find_values_of(rule, write.call, shown, subject, operation)
    if isinstance(values, Missing):
        yield _skip_rule(rule, operation, values)
        return
    trial = RuleTrial(rule, write, reader, before, values, subject)
    breach = yield from trial.run()
    yield from _report_breach(rule, trial, breach)
    if not operation.is_safe:
        yield from _put_back(rule, write, trial, before, subject)


def _find_place(
    rule: StatedRule, write: Write, subject: Subject
) -> Steps[tuple[Write, OperationCall, OperationResponse] | Missing]:
    """Return the write at a resource in the state that a rule is about, the read of it, and what that shows."""
    calls = yield from find_calls(write.call.operation, subject, _MAX_OBJECTS if rule.given else 1, "full")
    for call in calls:
        reader = find_effect_reader(call, subject)
        before = (yield from send(reader.operation, reader.build_request(fresh=True))) if reader else None
        if reader is None or before is None or not before.is_success:
            return Missing("the resource that it acts on cannot be read")
        given = rule.given.items()
        if all(is_as_expected(value, get_value(before.json, pointer), subject) for pointer, value in given):
            return Write(_without_needless_identity(call), write.body, write.links), reader, before
    return Missing("no resource is in the state that it is about")


def _report_breach(rule: StatedRule, trial: RuleTrial, breach: Breach | None) -> Iterator[Outcome]:
    last = trial.responses[-1]
    if breach is None:
        yield _move_to_rule(pass_case(last, rule.requirement), trial.responses[0])
        return
    words = f"{rule.id}: {breach.words}. {rule.statement} ({rule.pointer})"
    if not breach.is_certain:
        yield _move_to_rule(
            judge_case(breach.response, rule.requirement, Verdict.INCONCLUSIVE, words), trial.responses[0]
        )
        return
    verdict = Verdict.FAIL if rule.level is Level.MUST else Verdict.REVIEW
    words += f" Another reading: {rule.reading}" if rule.reading else ""
    outcome = judge_case(
        breach.response, rule.requirement, verdict, words,
        expected=breach.expected, actual=breach.actual, pointer=breach.pointer,
        also=(*breach.also, *trial.responses),
    )  # fmt: skip
    yield _move_to_rule(outcome, trial.responses[0], f"rule {rule.id}")


def _move_to_rule(outcome: Outcome, first: OperationResponse, cause: str = "") -> Outcome:
    """Return an outcome on the operation of the rule, whichever operation its last step calls."""
    return Outcome(
        outcome.requirement, first.operation.key, outcome.verdict, outcome.message, outcome.expected, outcome.actual,
        outcome.pointer, outcome.exchanges, cause,
    )  # fmt: skip


def _skip_rule(rule: StatedRule, operation: Operation, missing: Missing) -> Outcome:
    return skip_case(rule.requirement, operation.key, Verdict.NOT_TESTED, f"{rule.id}: {missing.reason}")


def _put_back(
    rule: StatedRule, write: Write, trial: RuleTrial, before: OperationResponse | None, subject: Subject
) -> Steps[None]:
    """Delete what the steps created, or put back what they changed."""
    operation = write.call.operation
    accepted = [response for response in trial.responses if response.operation is operation and response.is_success]
    if operation.role is Role.CREATE:
        for created in accepted:
            yield from delete_created(created, subject)
    elif operation.role is Role.UPDATE and accepted and before is not None:
        after = yield from trial.read_current()
        yield from restore_values(write, find_writable(operation, subject), before, after, subject)


def _build_probe(  # noqa: PLR0913
    name: str,
    requirements: tuple[str, ...],
    *,
    safe: bool,
    inert: bool,
    profile: Profile = Profile.STANDARD,
    rank: int = 1,
) -> Probe:
    """Return the probe of the rules of some requirements that are inert or not, of safe or unsafe operations."""

    def choose(operation: Operation) -> tuple[StatedRule, ...]:
        if operation.is_safe is not safe:
            return ()
        return select_rules(operation, requirements, profile, is_inert=inert)

    def applies(operation: Operation, model: ResourceModel) -> bool:
        return bool(choose(operation))

    def needs(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
        return _list_needs(name, choose(operation), operation, model)

    def sends(operation: Operation, model: ResourceModel) -> tuple[UnsafeRequest, ...]:
        return creation_and_deletion(operation, model) if not inert else list_own_requests(operation, model)

    def run(operation: Operation, subject: Subject) -> Steps[None]:
        yield from try_rules(choose(operation), operation, subject)
        for requirement in requirements:
            if not list_rules(operation, requirement):
                reason = "no rule of this kind binds the operation"
                yield skip_case(requirement, operation.key, Verdict.NOT_APPLICABLE, reason)

    return Probe(name, requirements, applies, needs, run, profile, rank, writes=not inert, sends=sends)


def _list_needs(
    name: str, rules: tuple[StatedRule, ...], operation: Operation, model: ResourceModel
) -> tuple[Need, ...]:
    """Return the reads that find the resource, and the requests of the steps with the reads around them."""
    reader = choose_reader_kind(operation, model) if operation.is_safe else "full"
    identity = reader if operation.is_secured else ""
    own = sum(len([step for step in rule.steps if not step.operation]) for rule in rules)
    reads = sum(needs_state(rule) + sum(s.keeps or bool(s.resource_shows) for s in rule.steps) for rule in rules)
    reads += sum(bool(step.operation) for rule in rules for step in rule.steps)
    restores = 2 * sum(not is_inert_rule(rule, operation) for rule in rules)
    needs = [*plain_read_needs(operation, model, reader)[:-1], Need(f"{name} {operation.key}", own, identity)]
    if reads + restores:
        needs.append(Need(f"reads of {name} {operation.key}", reads + restores, reader))
    return tuple(needs)


PROBES = (
    _build_probe("stated-refusals", _REFUSALS, safe=False, inert=True),
    _build_probe("stated-queries", _READS, safe=True, inert=True),
    _build_probe("stated-effects", _CHANGES, safe=False, inert=False),
    _build_probe("stated-effects-deep", _CHANGES, safe=False, inert=False, profile=Profile.DEEP, rank=2),
)
