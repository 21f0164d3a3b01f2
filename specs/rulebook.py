"""The rulebook: rules and state machines in the prose of the description.

They are the TOML entries below `specs/stated_rules` and `specs/state_machines`.
"""

from functools import cache
from importlib.resources.abc import Traversable
from typing import Annotated, Any

import msgspec

import specs
from conformance.errors import PlanError
from conformance.model import Level, StatedRule, StateMachine

__all__ = [
    "find_excused_deletion",
    "is_unlisted_creation",
    "load_bundled_machines",
    "load_bundled_rules",
    "load_machines",
    "load_rules",
]

_HINT = "See specs/stated_rules/README.md for the shape of an entry"
_MACHINE_HINT = "See specs/state_machines/README.md for the shape of an entry"
_Text = Annotated[str, msgspec.Meta(pattern=r"\S")]


class _Entry(StatedRule, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A rule as a file must state it: nothing blank, and a place in the description."""

    id: Annotated[str, msgspec.Meta(pattern=r"\A[a-z0-9]+(-[a-z0-9]+)*\Z")]
    requirement: Annotated[str, msgspec.Meta(pattern=r"\A[A-Z]{3}-[0-9]{2}\Z")]
    operation: Annotated[str, msgspec.Meta(pattern=r"\A[A-Z]+ /\S*\Z")]
    pointer: Annotated[str, msgspec.Meta(pattern=r"\A#/\S+\Z")]
    statement: _Text


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A whole file. Its entries are validated one by one, so that an error can name its entry."""

    rule: Annotated[list[dict[str, Any]], msgspec.Meta(min_length=1)]


@cache
def load_bundled_rules() -> tuple[StatedRule, ...]:
    """Return the rules that are bundled, sorted by id."""
    return load_rules()


@cache
def is_unlisted_creation(operation: str) -> bool:
    """Return whether a rule says that the list does not show what an operation creates."""
    return any(rule.unlisted and rule.operation == operation for rule in load_bundled_rules())


@cache
def find_excused_deletion(operation: str, status: int) -> StatedRule | None:
    """Return the rule that a resource may stay after a deletion with this status; None where there is none."""
    rules = (rule for rule in load_bundled_rules() if rule.operation == operation)
    return next((rule for rule in rules if status in rule.undeleted), None)


def load_rules(*, root: Traversable | None = None) -> tuple[StatedRule, ...]:
    """Return every rule of the folder `root`, sorted by id. The default is the bundled rulebook.

    Raises PlanError, which names file and entry, if a file is not TOML, an entry has an unknown, missing or blank
    field, no step or a step that names a later one, a rule below MUST has no second reading, or an id stands twice.
    """
    folder = specs.find_data("stated_rules") if root is None else root
    stated: dict[str, StatedRule] = {}
    for file in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if not file.name.endswith(".toml"):
            continue
        for number, rule in enumerate(_read_file(file), start=1):
            if problem := "it is stated twice" if rule.id in stated else _find_problem(rule):
                raise PlanError(f"{file.name}, entry {number} ({rule.id}): {problem}", hint=_HINT)
            stated[rule.id] = rule
    if not stated:
        raise PlanError(f"no rule in {root or 'the bundled rulebook'}", hint=_HINT)
    return tuple(rule for _, rule in sorted(stated.items()))


def _read_file(file: Traversable) -> list[StatedRule]:
    try:
        entries = msgspec.toml.decode(file.read_bytes(), type=_File).rule
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise PlanError(f"{file.name} cannot be read: {error}", hint=_HINT) from error
    rules = []
    for number, entry in enumerate(entries, start=1):
        try:
            msgspec.convert(entry, _Entry)
        except msgspec.ValidationError as error:
            raise PlanError(f"{file.name}, entry {number} ({entry.get('id', 'no id')}): {error}", hint=_HINT) from error
        rules.append(msgspec.convert(entry, StatedRule))
    return rules


def _find_problem(rule: StatedRule) -> str:
    """Return what is wrong with a rule that has the right shape; empty if nothing is."""
    if bool(rule.steps) is (rule.unlisted or bool(rule.undeleted)):
        return "it has steps that nobody needs" if rule.steps else "it has no step"
    if (rule.level is Level.MUST) is bool(rule.reading):
        return "a rule has a second reading exactly where its level is below MUST"
    if any(step.same_as >= number for number, step in enumerate(rule.steps, start=1)):
        return "`same_as` must name an earlier step"
    return ""


class _MachineFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A file of state machines."""

    machine: Annotated[tuple[StateMachine, ...], msgspec.Meta(min_length=1)]


@cache
def load_bundled_machines() -> tuple[StateMachine, ...]:
    """Return the state machines that are bundled, sorted by id."""
    return load_machines()


def load_machines(*, root: Traversable | None = None) -> tuple[StateMachine, ...]:
    """Return every state machine of the folder `root`, sorted by id. The default is the bundled ones.

    Raises PlanError, which names the file, if it is not TOML, a member is unknown or missing, or an action names a
    state that its machine does not have.
    """
    folder = specs.find_data("state_machines") if root is None else root
    machines: dict[str, StateMachine] = {}
    for file in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if not file.name.endswith(".toml"):
            continue
        try:
            entries = msgspec.toml.decode(file.read_bytes(), type=_MachineFile).machine
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise PlanError(f"{file.name} cannot be read: {error}", hint=_MACHINE_HINT) from error
        for machine in entries:
            if unknown := sorted(_list_named_states(machine) - {state.name for state in machine.states}):
                raise PlanError(f"{file.name}, {machine.id}: no state is called {unknown[0]!r}", hint=_MACHINE_HINT)
            machines[machine.id] = machine
    return tuple(machine for _, machine in sorted(machines.items()))


def _list_named_states(machine: StateMachine) -> set[str]:
    names: set[str] = set()
    for action in machine.actions:
        names |= {*action.leads, *action.leads.values(), *action.refused, *action.stays, *action.repeats}
        names |= {name for allowed in action.repeats.values() for name in allowed}
    return names
