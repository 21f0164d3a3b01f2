"""The list of the faulty receivers of a module."""

from collections.abc import Callable

import msgspec

from tests.receivers.plain import PlainReceiver


class Mutant(msgspec.Struct, frozen=True):
    """A faulty receiver, and the requirement that must find it."""

    name: str
    requirement: str
    receiver: type[PlainReceiver]
    is_warned: bool = False
    """The requirement, or this part of it, is a SHOULD."""

    def __str__(self) -> str:
        return f"{self.requirement} {self.name}"


class Faults:
    """The faults of a module; a class is registered by decorating it."""

    def __init__(self) -> None:
        self._mutants: list[Mutant] = []

    def __call__(
        self, requirement: str, *, is_warned: bool = False
    ) -> Callable[[type[PlainReceiver]], type[PlainReceiver]]:
        """Register a class under the requirement that it violates; its docstring is the name of the fault."""

        def register(receiver: type[PlainReceiver]) -> type[PlainReceiver]:
            name = (receiver.__doc__ or "").strip().rstrip(".")
            self._mutants.append(Mutant(name, requirement, receiver, is_warned))
            return receiver

        return register

    def list(self) -> list[Mutant]:
        """Return all of them."""
        return self._mutants
