"""Admissible readings, and the parts that they are written with.

A reading is a way to conform that differs from the server's own, where description and documentation are silent, lax or
contradict each other. It is installed by the hooks of seeded faults, by wrappers of the ASGI application, by options of
uvicorn, or by the way in which the world draws its ids.
"""

import random
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from conformance.mock_server.app import Application
from conformance.mock_server.fault_sites import FaultSite
from conformance.mock_server.hooks import Hook

Wrapper = Callable[[Application], Application]
IdMaker = Callable[[int, random.Random], str]
"""Returns the part of an id after its prefix, from milliseconds since 1970 and a source of randomness."""


@dataclass(frozen=True, slots=True)
class InstalledReading:
    """A reading installed in one world."""

    hooks: Mapping[str, Hook] = field(default_factory=dict)
    wrapper: Wrapper | None = None
    """Wraps the ASGI application: API, authorization server and control endpoints together."""
    uvicorn_options: Mapping[str, Any] = field(default_factory=dict)
    """Arguments of `uvicorn.Config`; a test in process does not see them."""
    root_path: str = ""
    """The path below which the base path of the API is."""


@dataclass(frozen=True, slots=True)
class AdmissibleReading:
    """A reading of the description that the built-in server can follow."""

    family: str
    """What it is about, such as `lists`."""
    basis: str
    """Why it is admissible: document and section, or what the description is silent on."""
    install: Callable[[FaultSite], InstalledReading | None]
    """Installs it in a world, and returns None where the description has no place for it."""
    slots: tuple[str, ...] = ()
    """The decisions that it takes: two readings that share one cannot stand together."""
    excludes: tuple[str, ...] = ()
    """The names of other readings that it cannot stand together with."""
    create_id: IdMaker | None = None
    has_outages: bool = False
    """Whether a good request may get 502, 503 or 504 at any time, from what stands before the API."""
    name: str = ""
    about: str = ""

    def with_name(self, name: str, about: str) -> "AdmissibleReading":
        """Return the same reading with the name of its file and the text of its docstring."""
        return replace(self, name=name, about=about)

    def can_stand_with(self, second: "AdmissibleReading") -> bool:
        """Return whether a server can follow this reading and the second one at once."""
        return (
            self.name not in second.excludes
            and second.name not in self.excludes
            and not set(self.slots) & set(second.slots)
        )


@dataclass(frozen=True, slots=True)
class ReadingSet:
    """The readings that one server follows."""

    installed: tuple[InstalledReading, ...] = ()

    @property
    def hooks(self) -> list[Mapping[str, Hook]]:
        """Return the hooks of each reading."""
        return [reading.hooks for reading in self.installed]

    @property
    def uvicorn_options(self) -> dict[str, Any]:
        """Return the options of uvicorn of all readings together."""
        return {name: value for reading in self.installed for name, value in reading.uvicorn_options.items()}

    @property
    def root_path(self) -> str:
        """Return the path below which the base path of the API is, empty for none."""
        return "".join(reading.root_path for reading in self.installed)

    def wrap(self, application: Application) -> Application:
        """Return the application as the readings want it, the first reading innermost."""
        for reading in self.installed:
            application = reading.wrapper(application) if reading.wrapper else application
        return application


def read_by_hooks(**hooks: Hook) -> Callable[[FaultSite], InstalledReading]:
    """Return an installer of hooks that act at every operation."""
    return lambda _site: InstalledReading(hooks)


def read_by_wrapper(wrapper: Wrapper, **uvicorn_options: Any) -> Callable[[FaultSite], InstalledReading]:
    """Return an installer of a wrapper of the application."""
    return lambda _site: InstalledReading(wrapper=wrapper, uvicorn_options=uvicorn_options)


def on_every_object(change: Callable[[Any, dict[str, Any]], dict[str, Any]]) -> dict[str, Hook]:
    """Return hooks that change each record where it is shown, as an item or expanded.

    The change gets the stored record and its data, and returns the data to show.
    """
    return {
        "item": lambda _call, place, data: change(place.record, data) if isinstance(data, dict) else data,
        "nested": lambda _call, _path, record, data: change(record, data) if isinstance(data, dict) else data,
    }


def on_every_value(change: Callable[[Any], Any]) -> dict[str, Hook]:
    """Return hooks that change each string, number, boolean and null of a record where it is shown."""

    def walk(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: walk(item) for name, item in value.items()}
        return [walk(item) for item in value] if isinstance(value, list) else change(value)

    return on_every_object(lambda _record, data: {name: walk(value) for name, value in data.items()})


def find_conflict(readings: Iterable[AdmissibleReading]) -> tuple[str, str] | None:
    """Return the names of the first two readings that cannot stand together, None where all can."""
    chosen: list[AdmissibleReading] = []
    for reading in readings:
        for second in chosen:
            if not reading.can_stand_with(second):
                return second.name, reading.name
        chosen.append(reading)
    return None
