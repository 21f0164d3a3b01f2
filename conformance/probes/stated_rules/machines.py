"""STA: things walk through their states, in every order of two actions, twice, and out of order.

The actions switch real things, so that the profile deep alone sends them, with --allow-hardware.
"""

from collections.abc import Iterator

import msgspec

from conformance.evidence.differences import ABSENT, find_differences, get_value
from conformance.evidence.outcomes import fail_case, judge_case, pass_case, quote_json, skip_case
from conformance.evidence.responses import OperationResponse
from conformance.evidence.subject import Subject
from conformance.model import (
    MachineAction,
    Noticed,
    Operation,
    Outcome,
    Profile,
    ResourceModel,
    StateMachine,
    Verdict,
)
from conformance.probes.responses.plain_reads import plain_read_needs
from conformance.probes.stated_rules.trial import UPDATE_TIMES
from conformance.probes.stated_rules.values import is_as_expected, put_values
from conformance.probes.toolkit.base import Need, Pause, Probe, Steps, UnsafeRequest, send
from conformance.probes.toolkit.calls import OperationCall, find_calls
from conformance.probes.toolkit.list_membership import LAG_S
from specs.rulebook import load_bundled_machines

REFUSED, REACHED, REPEATED = STATE_REQUIREMENTS = ("STA-01", "STA-02", "STA-03")
_MAX_OBJECTS = 12  # of a kind that are looked at, to find one in each state
_BAD_REQUESTS = frozenset({400, 409, 422})  # which say that the request does not suit the state or the rules
_EXPECTED = {"null": None}


class _Place(msgspec.Struct, frozen=True):
    """An object as it was last read: the call that reads it, the response, and its state, empty if none fits."""

    read: OperationCall
    response: OperationResponse
    state: str


def find_machine(operation: Operation, model: ResourceModel) -> StateMachine | None:
    """Return the state machine that an operation is an action of, or None."""
    machines = (
        m for m in load_bundled_machines() if m.find_action(operation.key) and m.read in model.operations_by_key
    )
    return next(machines, None)


def is_state_action(operation: Operation, model: ResourceModel) -> bool:
    """Return whether an operation is an action of a stated state machine."""
    return find_machine(operation, model) is not None


def _list_actions(machine: StateMachine, model: ResourceModel) -> list[MachineAction]:
    return [action for action in machine.actions if action.operation in model.operations_by_key]


def plan_walk(operation: str, others: list[str]) -> list[str]:
    """Return the order of actions: one twice, then it and each other one before and after each other.

    >>> plan_walk("start", ["end", "stop"])
    ['start', 'start', 'end', 'start', 'stop', 'start']
    """
    return [operation, operation, *(name for other in others for name in (other, operation))]


def _needs(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    machine = find_machine(operation, model)
    assert machine is not None  # noqa: S101
    walk = len(plan_walk(operation.key, [a.operation for a in machine.actions if a.operation != operation.key]))
    count = _MAX_OBJECTS + len(machine.states) * (2 * walk + 1)
    return (*plain_read_needs(operation, model)[:-1], Need(f"walk {operation.key}", count, shared=False))


def _list_unsafe_requests(operation: Operation, model: ResourceModel) -> tuple[UnsafeRequest, ...]:
    machine = find_machine(operation, model)
    actions = _list_actions(machine, model) if machine else []
    operations = (model.operations_by_key[action.operation] for action in actions)
    return tuple(UnsafeRequest(action.method, action.path) for action in operations)


def walk_states(operation: Operation, subject: Subject) -> Steps[None]:
    """Walk one object of each state through the actions, judge those of the operation, and go back where possible."""
    machine = find_machine(operation, subject.model)
    assert machine is not None  # noqa: S101
    places = yield from _find_places(machine, operation, subject)
    for place in places.values():
        yield from _walk_object(machine, operation, place, subject)
    for requirement in STATE_REQUIREMENTS:
        if not places:
            reason = f"no known resource is in a state of {machine.id}"
            yield skip_case(requirement, operation.key, Verdict.NOT_TESTED, reason)
        else:
            yield skip_case(requirement, operation.key, Verdict.NOT_APPLICABLE, "no state led to it")


def _find_places(machine: StateMachine, operation: Operation, subject: Subject) -> Steps[dict[str, _Place]]:
    """Return an object for each state that one of the known objects is in."""
    reader = subject.model.operations_by_key[machine.read]
    places: dict[str, _Place] = {}
    for call in (yield from find_calls(reader, subject, _MAX_OBJECTS)):
        place = yield from _read_place(machine, call, subject)
        if place.state and place.state not in places:
            places[place.state] = place
        if len(places) == len(machine.states):
            break
    return places


def _read_place(machine: StateMachine, read: OperationCall, subject: Subject) -> Steps[_Place]:
    expand = [("expand", path) for path in machine.expand]
    response = yield from send(read.operation, read.build_request(*expand, fresh=True))
    return _Place(read, response, _name_state(machine, response, subject))


def _name_state(machine: StateMachine, response: OperationResponse, subject: Subject) -> str:
    """Return the first state that fits what a response shows, empty where none does."""
    body = response.json if response.is_success else None
    for state in machine.states:
        shown = {pointer: get_value(body, pointer) for pointer in state.shows}
        if isinstance(body, dict) and all(
            shown[pointer] is not ABSENT and is_as_expected(put_values(value, _EXPECTED), shown[pointer], subject)
            for pointer, value in state.shows.items()
        ):
            return state.name
    return ""


def _walk_object(machine: StateMachine, operation: Operation, start: _Place, subject: Subject) -> Steps[None]:
    actions = {action.operation: action for action in _list_actions(machine, subject.model)}
    others = [name for name in actions if name != operation.key]
    place = start
    for name in plan_walk(operation.key, others):
        response, after = yield from _send_action(machine, actions[name], place, subject)
        if name == operation.key:
            yield from _judge(machine, actions[name], place, response, after)
        if not after.state:
            break
        place = after
    yield from _go_back(machine, actions, start, place, subject)


def _send_action(
    machine: StateMachine, action: MachineAction, place: _Place, subject: Subject
) -> Steps[tuple[OperationResponse, _Place]]:
    """Send an action to an object, and read it again; once more after a while where its state is not as stated."""
    operation = subject.model.operations_by_key[action.operation]
    suffix = operation.path.removeprefix(place.read.operation.path)
    call = OperationCall(operation, place.read.path + suffix, (), place.read.headers)
    response = yield from send(operation, call.build_request())
    after = yield from _read_place(machine, place.read, subject)
    expected = _list_expected(action, place.state, is_success=response.is_success)
    if expected and after.state not in expected:
        yield Pause(LAG_S)
        after = yield from _read_place(machine, place.read, subject)
    return response, after


def _list_expected(action: MachineAction, state: str, *, is_success: bool) -> tuple[str, ...]:
    """Return the states that an object may be in after an action; empty where nothing is said of it."""
    if not is_success or state in action.stays:
        return (state,)
    if state in action.leads:
        return (action.leads[state],)
    return action.repeats.get(state, ())


def _judge(
    machine: StateMachine, action: MachineAction, before: _Place, response: OperationResponse, after: _Place
) -> Iterator[Outcome]:
    """Judge one action by the state of the object before and after it."""
    words = f"in the state {before.state!r}. {action.statement} ({action.pointer})"
    also = (before.response, after.response)
    if not after.state and not after.response.is_success:
        reason = f"the resource cannot be read after it: {after.response.status}"
        yield judge_case(response, REACHED, Verdict.INCONCLUSIVE, reason, also=also)
        return
    is_final = any(state.is_final and state.name == before.state for state in machine.states)
    if response.is_success:
        yield from _judge_success(machine, action, before, response, after, is_final=is_final)
    elif response.status in _BAD_REQUESTS and before.state in action.repeats:
        expected = "2xx"
        yield fail_case(
            response, REPEATED, f"it is refused {words}", expected=expected, actual=str(response.status), also=also
        )
    elif response.status in _BAD_REQUESTS and before.state in action.refused and response.status not in action.statuses:
        expected = " or ".join(map(str, action.statuses))
        message = f"it is refused with another status {words}"
        yield fail_case(response, REFUSED, message, expected=expected, actual=str(response.status), also=also)
    elif response.status in _BAD_REQUESTS:
        yield from _judge_unchanged(REFUSED, f"a refused action changes the resource {words}", before, response, after)
    else:
        reason = f"answered {response.status}" if response.status else response.exchange.failure
        yield judge_case(response, REFUSED, Verdict.INCONCLUSIVE, f"{reason} {words}", also=also)


def _judge_success(  # noqa: PLR0913
    machine: StateMachine,
    action: MachineAction,
    before: _Place,
    response: OperationResponse,
    after: _Place,
    *,
    is_final: bool,
) -> Iterator[Outcome]:
    words = f"in the state {before.state!r}. {action.statement} ({action.pointer})"
    also = (before.response, after.response)
    if before.state in action.refused:
        expected = " or ".join(map(str, action.statuses))
        message = f"it is accepted {words}"
        yield fail_case(response, REFUSED, message, expected=expected, actual=str(response.status), also=also)
        return
    expected_states = (before.state,) if is_final else _list_expected(action, before.state, is_success=True)
    requirement = REACHED if before.state in action.leads else REPEATED
    if not expected_states:
        return
    if after.state not in expected_states:
        message = f"it leads into another state {words}"
        expected = " or ".join(expected_states)
        actual = after.state or "none that is known"
        yield fail_case(response, requirement, message, expected=expected, actual=actual, also=also)
    elif requirement is REPEATED:
        yield from _judge_unchanged(REPEATED, f"it changes the resource {words}", before, response, after)
    else:
        yield from _judge_parts(machine, action, before, response, after)


def _judge_parts(
    machine: StateMachine, action: MachineAction, before: _Place, response: OperationResponse, after: _Place
) -> Iterator[Outcome]:
    """Judge what an action that leads into another state keeps, and the list that it lets grow."""
    also = (before.response, after.response)
    words = f"in the state {before.state!r}. {action.statement} ({action.pointer})"
    for pointer in machine.keeps:
        values = (get_value(place.response.json, pointer) for place in (before, after))
        old, new = (None if value is ABSENT else value for value in values)  # a null may be left out
        if any(find_differences(old, new)):
            message = f"it changes a value that must stay the same {words}"
            expected, actual = quote_json(old), quote_json(new)
            yield fail_case(response, REACHED, message, expected=expected, actual=actual, pointer=pointer, also=also)
            return
    if action.grows and (problem := _find_growth_problem(action.grows, before, after)):
        yield fail_case(response, REACHED, f"{problem} {words}", pointer=action.grows, also=also)
        return
    yield pass_case(response, REACHED)


def _find_growth_problem(pointer: str, before: _Place, after: _Place) -> str:
    """Return what is wrong with a list that gets one more member in front; the former first one then has an end."""
    old, new = get_value(before.response.json, pointer), get_value(after.response.json, pointer)
    if not isinstance(old, list) or not isinstance(new, list):
        return ""
    if len(new) != len(old) + 1:
        return f"it adds {len(new) - len(old)} parts instead of one"
    keys = [[_get_key(member) for member in members] for members in (old, new)]
    if keys[1][1:] != keys[0]:
        return "it changes the order of the parts"
    former = new[1] if len(new) > 1 else {}
    return "the former part has no end" if isinstance(former, dict) and former.get("end", "") is None else ""


def _get_key(member: object) -> object:
    return member.get("id", member.get("url")) if isinstance(member, dict) else member


def _judge_unchanged(
    requirement: str, message: str, before: _Place, response: OperationResponse, after: _Place
) -> Iterator[Outcome]:
    """Judge that an object shows the same state, and texts, links and lists of it as before; measures may move."""
    also = (before.response, after.response)
    if before.state != after.state:
        yield fail_case(response, requirement, message, expected=before.state, actual=after.state, also=also)
        return
    for difference in find_differences(before.response.json, after.response.json):
        is_measure = all(
            isinstance(value, int | float) and not isinstance(value, bool) for value in (difference.old, difference.new)
        )
        if not is_measure and difference.top_member not in UPDATE_TIMES:
            expected, actual = quote_json(difference.old), quote_json(difference.new)
            pointer = difference.pointer
            yield fail_case(
                response, requirement, message, expected=expected, actual=actual, pointer=pointer, also=also
            )
            return
    yield pass_case(response, requirement)


def _go_back(
    machine: StateMachine, actions: dict[str, MachineAction], start: _Place, place: _Place, subject: Subject
) -> Steps[None]:
    """Send the action that leads back to the state at the beginning; report where there is none."""
    if place.state == start.state:
        return
    back = next((action for action in actions.values() if action.leads.get(place.state) == start.state), None)
    if back is not None:
        _, place = yield from _send_action(machine, back, place, subject)
    if place.state != start.state:
        message = f"{start.read.path} was in the state {start.state!r}, is now {place.state!r}, and nothing leads back"
        yield Noticed("cleanup", message, next(iter(actions)))


PROBES = (
    Probe(
        "state-machine", STATE_REQUIREMENTS, is_state_action, _needs, walk_states, Profile.DEEP, 2,
        writes=True, sends=_list_unsafe_requests,
    ),
)  # fmt: skip
