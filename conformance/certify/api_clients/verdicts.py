"""Verdicts on scenarios: task done without the condition, condition met, then the judge of the scenario. Pure."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from conformance.certify.api_clients.definitions import ClientEvidence, PassiveJudge, Scenario
from conformance.certify.api_clients.tasks import Task
from conformance.certify.api_clients.trace import ProcessEnd, Trace
from conformance.certify.api_clients.trace_comparisons import compare_with_control, judge_crash
from conformance.certify.assessments import Assessment, apply_level
from conformance.description import Description
from conformance.model import Effect, Operation, Outcome, Request, Role, Verdict
from conformance.validation.requests import validate_request
from conformance.validation.validators import SchemaValidators

ALL_TASKS = "TASK *"
_SEEN_IN_OUTPUT = frozenset({"C16", "C21"})
_UNSEEN = "what it printed and how it ended is not seen, because an operator started it"
_EXCHANGES = 4


def build_operation_key(task: str) -> str:
    """Return the operation key of a task in run logs and reports."""
    return f"TASK {task}"


def build_operation(key: str) -> Operation:
    """Return a task as an operation, for reports."""
    method, _, path = key.partition(" ")
    return Operation(key, path, method, path, "", Role.ACTION, Effect.NONE, "client")


def describe_lack(task: Task, trace: Trace) -> str:
    """Return why the control run shows that the client does not do the task; empty where it does."""
    if not trace.calls:
        return f"its base URL received no request; the client {trace.process.description}"
    if lack := task.describe_lack(trace):
        return f"{lack}; the client {trace.process.description}"
    return "" if trace.process.is_successful else f"the client {trace.process.description}"


def judge_scenario(scenario: Scenario, trace: Trace, lack: str) -> Assessment:
    """Return the verdict on a scenario, graded by its level.

    `lack` is why the client does not do the task in the control run, empty where it does.
    """
    if scenario.judge is None:
        raise ValueError(scenario.name)
    if lack:
        return Assessment(Verdict.INCONCLUSIVE, f"without any condition the client does not do {scenario.task}: {lack}")
    if trace.process.end is ProcessEnd.STOPPED:
        return Assessment(Verdict.NOT_TESTED, "interrupted")
    if not _has_met_condition(scenario, trace):
        client = f"the client {trace.process.description}"
        message = f"the client never met the condition (the server {scenario.condition}); {client}"
        return Assessment(Verdict.INCONCLUSIVE, message, is_noisy=not trace.process.is_successful)
    return _limit_to_evidence(scenario, trace, apply_level(scenario.judge(trace), scenario.level))


def _limit_to_evidence(scenario: Scenario, trace: Trace, verdict: Assessment) -> Assessment:
    """Return the verdict, or a weaker one where operator or flood leave it without evidence."""
    if trace.process.end is ProcessEnd.OPERATOR and verdict.verdict is Verdict.PASS:
        return _limit_to_requests(scenario, verdict)
    if trace.process.end is ProcessEnd.FLOOD and verdict.verdict not in {Verdict.FAIL, Verdict.WARN}:
        return Assessment(Verdict.INCONCLUSIVE, f"the client {trace.process.description}")
    return verdict


def _limit_to_requests(scenario: Scenario, passed: Assessment) -> Assessment:
    """Return the verdict on a client that an operator started: its output and its exit status are not seen."""
    if scenario.judge not in {compare_with_control, judge_crash}:
        return passed
    if scenario.requirement in _SEEN_IN_OUTPUT:
        return Assessment(Verdict.NOT_OBSERVABLE, _UNSEEN)
    return Assessment(passed.verdict, f"the requests are right; {_UNSEEN}")


def _has_met_condition(scenario: Scenario, trace: Trace) -> bool:
    if scenario.is_control:
        return True
    if scenario.rules:
        return bool(trace.affected_calls)
    return bool(trace.handshakes)


def build_outcome(scenario: Scenario, verdict: Assessment, trace: Trace) -> Outcome:
    """Return the verdict on a scenario as an outcome, with the exchanges that support it best."""
    evidence = [
        *trace.affected_calls[:2],
        *(trace.select_calls_after(trace.affected_calls[0]) if trace.affected_calls else trace.api_calls),
    ][:_EXCHANGES]
    message = f"{scenario.name}: {verdict.message}" if verdict.message else ""
    is_violation = verdict.verdict in {Verdict.FAIL, Verdict.WARN}
    if is_violation:
        message = f"{message} (the server {scenario.condition})"
    is_decided = verdict.verdict is not Verdict.INCONCLUSIVE or bool(trace.affected_calls)
    return Outcome(
        scenario.requirement,
        build_operation_key(scenario.task),
        verdict.verdict,
        message,
        scenario.correct_behaviour if is_violation else "",
        verdict.actual,
        exchanges=tuple(dict.fromkeys(call.exchange.id for call in evidence)) if is_decided else (),
        cause=f"{scenario.name}: {verdict.message}" if verdict.verdict is not Verdict.PASS else "",
    )


def judge_passively(passive: PassiveJudge, evidence: ClientEvidence, lack: str = "") -> Iterator[Outcome]:
    """Yield the outcomes of a passive judge, at least one: where there was nothing to judge, that is the outcome.

    `lack` is why the client does not do the declared task of the judge, empty where it does.
    """
    verdicts = passive.judge(evidence)
    for judged_exchange in verdicts:
        item = judged_exchange.verdict
        is_violation = item.verdict in {Verdict.FAIL, Verdict.WARN}
        yield Outcome(
            passive.requirement,
            ALL_TASKS,
            item.verdict,
            item.message,
            passive.correct_behaviour if is_violation else "",
            item.actual,
            exchanges=judged_exchange.exchanges,
            cause=item.message,
        )
    if not verdicts and lack:
        message = f"{passive.unobserved_reason}, because the client does not do {passive.task}: {lack}"
        yield Outcome(passive.requirement, ALL_TASKS, Verdict.INCONCLUSIVE, message, cause=passive.unobserved_reason)
    elif not verdicts:
        yield Outcome(passive.requirement, ALL_TASKS, Verdict.NOT_APPLICABLE, passive.unobserved_reason)


def collect_evidence(traces: dict[str, Trace], description: Description, *, is_public: bool) -> ClientEvidence:
    """Collect the traces of all scenarios and the facts about the API that passive judges need."""
    operations = description.model.operations
    return ClientEvidence(
        traces,
        scopes={operation.key: frozenset(operation.scopes) for operation in operations},
        expansions={
            operation.key: frozenset(expansion.path for expansion in operation.expansions) for operation in operations
        },
        body_properties={
            operation.key: frozenset(properties)
            for operation in operations
            if (properties := _read_body_properties(operation, description))
        },
        url_properties={
            operation.key: names for operation in operations if (names := _list_url_properties(operation, description))
        },
        lists=frozenset(operation.key for operation in operations if operation.role is Role.LIST),
        user_header_operations=frozenset(operation.key for operation in operations if operation.user_required),
        find_body_error=_build_body_check(description),
        is_public=is_public,
    )


def _build_body_check(description: Description) -> Callable[[Request], str]:
    """Return a function that returns the first error of a request body, empty where it is valid or undocumented."""
    validators = SchemaValidators(description)

    def find_body_error(request: Request) -> str:
        operation = description.model.operations_by_key.get(request.operation)
        if operation is None:
            return ""
        errors = validate_request(validators, operation, request)
        return next((f"{error.pointer} {error.message}" for error in errors if error.pointer.startswith("body")), "")

    return find_body_error


def _list_url_properties(operation: Operation, description: Description) -> frozenset[str]:
    """Return the properties of a write's JSON body that hold URLs."""
    properties = _read_body_properties(operation, description)
    return frozenset(name for name, schema in properties.items() if schema.get("format") == "uri")


def _read_body_properties(operation: Operation, description: Description) -> dict[str, Mapping[str, Any]]:
    """Return the schemas of the properties of a write's JSON body; none where its schema allows other properties."""
    if operation.is_safe or operation.body is None:
        return {}
    pointers = [media.schema for media in operation.body.media if media.type == "application/json" and media.schema]
    schema = description.dereference(description.resolve(pointers[0])) if pointers else {}
    if schema.get("additionalProperties") or schema.get("patternProperties"):
        return {}
    properties = schema.get("properties", {}).items()
    return {name: description.dereference(one) for name, one in properties if isinstance(one, dict)}


def plan_cases(scenarios: Iterable[Scenario], passives: Iterable[PassiveJudge]) -> dict[str, tuple[str, ...]]:
    """Return the operation keys of tasks by requirement; passive judges are listed under EVERY."""
    keys_by_requirement: dict[str, set[str]] = {}
    for scenario in scenarios:
        if scenario.judge is not None:
            keys_by_requirement.setdefault(scenario.requirement, set()).add(build_operation_key(scenario.task))
    for passive in passives:
        keys_by_requirement.setdefault(passive.requirement, set()).add(ALL_TASKS)
    return {name: tuple(sorted(keys)) for name, keys in sorted(keys_by_requirement.items())}
