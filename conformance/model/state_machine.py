"""State machines that a description states in prose, as data: states, actions, and the state after each action."""

from typing import Any

import msgspec


class MachineState(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A state by what the object shows, values by JSON pointer; `is_final` where no action leads out of it."""

    name: str
    shows: dict[str, Any] = {}
    is_final: bool = False


class MachineAction(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """An action on the object, and what the description says of it.

    `leads` names the state that each state is left for, `refused` the states in which the action is refused, with one
    of `statuses`. `repeats` holds, by state, the states that the object may be in after the action, which succeeds.
    `stays` are the states that the action does not change, whatever it returns. Other states are unspecified.
    `grows` is a list of the object that gets one more member at its beginning.
    """

    operation: str
    pointer: str
    statement: str
    leads: dict[str, str] = {}
    refused: tuple[str, ...] = ()
    statuses: tuple[int, ...] = ()
    repeats: dict[str, tuple[str, ...]] = {}
    stays: tuple[str, ...] = ()
    grows: str = ""


class StateMachine(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """The states and actions of one kind of object.

    `read` is the operation that shows the object, with `expand`. The first state that fits is the object's. `keeps` are
    JSON pointers to what no action changes.
    """

    id: str
    read: str
    states: tuple[MachineState, ...]
    actions: tuple[MachineAction, ...]
    expand: tuple[str, ...] = ()
    keeps: tuple[str, ...] = ()

    def find_action(self, operation: str) -> MachineAction | None:
        """Return the action that an operation carries out, None where it carries out none."""
        return next((action for action in self.actions if action.operation == operation), None)
