"""Verdicts on cases: is the task done without the condition, was it met, then the scenario's judge. Pure."""

from collections.abc import Iterable, Iterator

from conformance.certify.api_clients.scenario import Certificate, Everything, Passive, Scenario
from conformance.certify.api_clients.tasks import Task
from conformance.certify.api_clients.trace import How, Trace
from conformance.certify.found import Found, graded
from conformance.description import Description
from conformance.model import Effect, Operation, Outcome, Role, Verdict

EVERY = "TASK *"
_EXCHANGES = 4


def operation_of(task: str) -> str:
    """The key under which a task stands in records and reports."""
    return f"TASK {task}"


def as_operation(key: str) -> Operation:
    """A task as reports show it."""
    method, _, path = key.partition(" ")
    return Operation(key, path, method, path, "", Role.ACTION, Effect.NONE, "client")


def lacking(task: Task, trace: Trace) -> str:
    """Why a run without any condition shows that the client does not do the task; empty where it does."""
    if not trace.calls:
        return f"no request came to its base URL; the client {trace.ran.told}"
    if lack := task.lacks(trace):
        return f"{lack}; the client {trace.ran.told}"
    return "" if trace.ran.well else f"the client {trace.ran.told}"


def judged(scenario: Scenario, trace: Trace, lack: str) -> Found:
    """The verdict on a scenario, graded by its level. `lack` is why its task is not done without the condition."""
    if scenario.judge is None:
        raise ValueError(scenario.name)
    if lack:
        words = f"without any condition the client does not do {scenario.task}: {lack}"
        return Found(Verdict.INCONCLUSIVE, words)
    if trace.ran.how is How.STOPPED:
        return Found(Verdict.NOT_TESTED, "interrupted")
    if not _met(scenario, trace):
        words = f"the client never met the condition (the server {scenario.condition}); the client {trace.ran.told}"
        return Found(Verdict.INCONCLUSIVE, words)
    found = graded(scenario.judge(trace), scenario.level)
    if trace.ran.how is How.FLOOD and found.verdict not in {Verdict.FAIL, Verdict.WARN}:
        return Found(Verdict.INCONCLUSIVE, f"the client {trace.ran.told}")
    return found


def _met(scenario: Scenario, trace: Trace) -> bool:
    if scenario.control:
        return True
    if scenario.certificate in {Certificate.NONE, Certificate.TRUSTED}:
        return bool(trace.touched)
    return bool(trace.handshakes)


def outcome(scenario: Scenario, found: Found, trace: Trace) -> Outcome:
    """The verdict as it goes on record, with the exchanges that tell most."""
    telling = [*trace.touched[:2], *(trace.after(trace.touched[0]) if trace.touched else trace.api)][:_EXCHANGES]
    words = f"{scenario.name}: {found.message}" if found.message else ""
    bad = found.verdict in {Verdict.FAIL, Verdict.WARN}
    if bad:
        words = f"{words}. The server {scenario.condition}."
    decided = found.verdict is not Verdict.INCONCLUSIVE or bool(trace.touched)
    return Outcome(
        scenario.requirement,
        operation_of(scenario.task),
        found.verdict,
        words,
        scenario.right if bad else "",
        found.actual,
        exchanges=tuple(dict.fromkeys(each.exchange.id for each in telling)) if decided else (),
        cause=f"{scenario.name}: {found.message}" if found.verdict is not Verdict.PASS else "",
    )


def passively(passive: Passive, everything: Everything, lack: str = "") -> Iterator[Outcome]:
    """The verdicts of a passive judge; that there was nothing to judge is one.

    `lack` is why the task that should have shown something is declared and not done.
    """
    verdicts = passive.judge(everything)
    for each in verdicts:
        bad = each.found.verdict in {Verdict.FAIL, Verdict.WARN}
        yield Outcome(
            passive.requirement,
            EVERY,
            each.found.verdict,
            each.found.message,
            passive.right if bad else "",
            each.found.actual,
            exchanges=each.exchanges,
            cause=each.found.message,
        )
    if not verdicts and lack:
        words = f"{passive.nothing}, for the client does not do {passive.task}: {lack}"
        yield Outcome(passive.requirement, EVERY, Verdict.INCONCLUSIVE, words, cause=passive.nothing)
    elif not verdicts:
        yield Outcome(passive.requirement, EVERY, Verdict.NOT_APPLICABLE, passive.nothing)


def everything(traces: dict[str, Trace], description: Description, *, public: bool) -> Everything:
    """All cases, and what passive judges need to know of the API."""
    operations = description.model.operations
    return Everything(
        traces,
        scopes={each.key: frozenset(each.scopes) for each in operations},
        expansions={each.key: frozenset(e.path for e in each.expansions) for each in operations},
        references={each.key: names for each in operations if (names := _references(each, description))},
        user_needed=frozenset(each.key for each in operations if each.user_required),
        public=public,
    )


def _references(operation: Operation, description: Description) -> frozenset[str]:
    """The properties of an operation's body that hold URLs of the API."""
    if operation.safe or operation.body is None:
        return frozenset()
    pointers = [media.schema for media in operation.body.media if media.type == "application/json" and media.schema]
    found: set[str] = set()
    for pointer in pointers[:1]:
        properties = description.deref(description.resolve(pointer)).get("properties", {})
        for name, schema in properties.items():
            if isinstance(schema, dict) and description.deref(schema).get("format") == "uri":
                found.add(name)
    return frozenset(found)


def cells(scenarios: Iterable[Scenario], passives: Iterable[Passive]) -> dict[str, tuple[str, ...]]:
    """Which requirement is judged on which tasks; what is judged on all of them stands under one key."""
    found: dict[str, set[str]] = {}
    for each in scenarios:
        if each.judge is not None:
            found.setdefault(each.requirement, set()).add(operation_of(each.task))
    for passive in passives:
        found.setdefault(passive.requirement, set()).add(EVERY)
    return {name: tuple(sorted(keys)) for name, keys in sorted(found.items())}
