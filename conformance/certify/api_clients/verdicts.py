"""Verdicts on scenarios: task done without the condition, condition met, then the judge of the scenario. Pure."""

from collections.abc import Iterable, Iterator

from conformance.certify.api_clients.definitions import Certificate, Everything, Passive, Scenario
from conformance.certify.api_clients.tasks import Task
from conformance.certify.api_clients.trace import How, Trace
from conformance.certify.assessments import Found, graded
from conformance.description import Description
from conformance.model import Effect, Operation, Outcome, Role, Verdict

EVERY = "TASK *"
_EXCHANGES = 4


def operation_of(task: str) -> str:
    """Return the operation key of a task in run logs and reports."""
    return f"TASK {task}"


def as_operation(key: str) -> Operation:
    """Return a task as an operation, for reports."""
    method, _, path = key.partition(" ")
    return Operation(key, path, method, path, "", Role.ACTION, Effect.NONE, "client")


def lacking(task: Task, trace: Trace) -> str:
    """Return why the control run shows that the client does not do the task; empty where it does."""
    if not trace.calls:
        return f"its base URL received no request; the client {trace.ran.told}"
    if lack := task.lacks(trace):
        return f"{lack}; the client {trace.ran.told}"
    return "" if trace.ran.well else f"the client {trace.ran.told}"


def judged(scenario: Scenario, trace: Trace, lack: str) -> Found:
    """Return the verdict on a scenario, graded by its level.

    `lack` is why the client does not do the task in the control run, empty where it does.
    """
    if scenario.judge is None:
        raise ValueError(scenario.name)
    if lack:
        return Found(Verdict.INCONCLUSIVE, f"without any condition the client does not do {scenario.task}: {lack}")
    if trace.ran.how is How.STOPPED:
        return Found(Verdict.NOT_TESTED, "interrupted")
    if not _has_met_condition(scenario, trace):
        message = f"the client never met the condition (the server {scenario.condition}); the client {trace.ran.told}"
        return Found(Verdict.INCONCLUSIVE, message)
    verdict = graded(scenario.judge(trace), scenario.level)
    if trace.ran.how is How.FLOOD and verdict.verdict not in {Verdict.FAIL, Verdict.WARN}:
        return Found(Verdict.INCONCLUSIVE, f"the client {trace.ran.told}")
    return verdict


def _has_met_condition(scenario: Scenario, trace: Trace) -> bool:
    if scenario.control:
        return True
    if scenario.certificate in {Certificate.NONE, Certificate.TRUSTED}:
        return bool(trace.touched)
    return bool(trace.handshakes)


def outcome(scenario: Scenario, found: Found, trace: Trace) -> Outcome:
    """Return the verdict on a scenario as an outcome, with the exchanges that support it best."""
    evidence = [*trace.touched[:2], *(trace.after(trace.touched[0]) if trace.touched else trace.api)][:_EXCHANGES]
    message = f"{scenario.name}: {found.message}" if found.message else ""
    is_violation = found.verdict in {Verdict.FAIL, Verdict.WARN}
    if is_violation:
        message = f"{message} (the server {scenario.condition})"
    is_decided = found.verdict is not Verdict.INCONCLUSIVE or bool(trace.touched)
    return Outcome(
        scenario.requirement,
        operation_of(scenario.task),
        found.verdict,
        message,
        scenario.right if is_violation else "",
        found.actual,
        exchanges=tuple(dict.fromkeys(call.exchange.id for call in evidence)) if is_decided else (),
        cause=f"{scenario.name}: {found.message}" if found.verdict is not Verdict.PASS else "",
    )


def passively(passive: Passive, everything: Everything, lack: str = "") -> Iterator[Outcome]:
    """Yield the outcomes of a passive judge, at least one: where there was nothing to judge, that is the outcome.

    `lack` is why the client does not do the declared task of the judge, empty where it does.
    """
    verdicts = passive.judge(everything)
    for judged_exchange in verdicts:
        found = judged_exchange.found
        is_violation = found.verdict in {Verdict.FAIL, Verdict.WARN}
        yield Outcome(
            passive.requirement,
            EVERY,
            found.verdict,
            found.message,
            passive.right if is_violation else "",
            found.actual,
            exchanges=judged_exchange.exchanges,
            cause=found.message,
        )
    if not verdicts and lack:
        message = f"{passive.nothing}, because the client does not do {passive.task}: {lack}"
        yield Outcome(passive.requirement, EVERY, Verdict.INCONCLUSIVE, message, cause=passive.nothing)
    elif not verdicts:
        yield Outcome(passive.requirement, EVERY, Verdict.NOT_APPLICABLE, passive.nothing)


def everything(traces: dict[str, Trace], description: Description, *, public: bool) -> Everything:
    """Collect the traces of all scenarios and the facts about the API that passive judges need."""
    operations = description.model.operations
    return Everything(
        traces,
        scopes={operation.key: frozenset(operation.scopes) for operation in operations},
        expansions={
            operation.key: frozenset(expansion.path for expansion in operation.expansions) for operation in operations
        },
        references={
            operation.key: names for operation in operations if (names := _list_url_properties(operation, description))
        },
        user_needed=frozenset(operation.key for operation in operations if operation.user_required),
        public=public,
    )


def _list_url_properties(operation: Operation, description: Description) -> frozenset[str]:
    """Return the properties of a write's JSON body that hold URLs."""
    if operation.safe or operation.body is None:
        return frozenset()
    pointers = [media.schema for media in operation.body.media if media.type == "application/json" and media.schema]
    url_properties: set[str] = set()
    for pointer in pointers[:1]:
        properties = description.deref(description.resolve(pointer)).get("properties", {})
        for name, schema in properties.items():
            if isinstance(schema, dict) and description.deref(schema).get("format") == "uri":
                url_properties.add(name)
    return frozenset(url_properties)


def cells(scenarios: Iterable[Scenario], passives: Iterable[Passive]) -> dict[str, tuple[str, ...]]:
    """Return the operation keys of tasks by requirement; passive judges are listed under EVERY."""
    keys_by_requirement: dict[str, set[str]] = {}
    for scenario in scenarios:
        if scenario.judge is not None:
            keys_by_requirement.setdefault(scenario.requirement, set()).add(operation_of(scenario.task))
    for passive in passives:
        keys_by_requirement.setdefault(passive.requirement, set()).add(EVERY)
    return {name: tuple(sorted(keys)) for name, keys in sorted(keys_by_requirement.items())}
