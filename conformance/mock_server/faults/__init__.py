"""Faults that can be seeded, one file each: what a real server might get wrong, for the suite to find.

A module `link_drops_filter` of this package holds a `FAULT`; the fault is then called `link-drops-filter`.
"""

import importlib
import pkgutil
from collections.abc import Iterable, Mapping
from functools import cache
from types import MappingProxyType
from typing import Any

from conformance.errors import UsageError
from conformance.mock_server.faulting import Fault, Planted, Site
from conformance.mock_server.seams import Hook
from conformance.mock_server.world.build import World
from conformance.model import ResourceModel


@cache
def catalogue() -> Mapping[str, Fault]:
    """All faults by name. Raises UsageError for a module without one."""
    found: dict[str, Fault] = {}
    for info in pkgutil.iter_modules(__path__):
        module = importlib.import_module(f"{__name__}.{info.name}")
        fault = getattr(module, "FAULT", None)
        if not isinstance(fault, Fault):
            raise UsageError(f"{module.__file__}: has no FAULT.", hint="Define one, as the files beside it do.")
        name = info.name.replace("_", "-")
        found[name] = fault.named(name, (module.__doc__ or "").strip())
    return MappingProxyType(found)


def fitting(model: ResourceModel) -> list[str]:
    """The names of the faults that a description can have a place for."""
    known = {media.type for each in model.operations for response in each.responses for media in response.media}
    return sorted(name for name, fault in catalogue().items() if not fault.needs or fault.needs in known)


def place(name: str, world: World) -> Planted:
    """A fault in its place in a world. Raises UsageError for an unknown name and where it finds no place."""
    known = catalogue()
    if name not in known:
        raise UsageError(f"No fault is called {name}.", hint="`evconform serve --list-faults` names them all.")
    planted = known[name].plant(Site(world, name))
    if planted is None:
        raise UsageError(f"{name}: this description has no place for it.", hint="Choose another fault or description.")
    return planted


def plant(names: Iterable[str], world: World) -> list[Mapping[str, Hook]]:
    """The hooks of the faults of these names."""
    return [place(name, world).hooks for name in names]


def listing() -> list[dict[str, Any]]:
    """What `--list-faults` shows: plain data, sorted by family and name."""
    rows = [
        {
            "name": fault.name,
            "family": fault.family,
            "requirements": list(fault.trips),
            "difficulty": fault.difficulty,
            "about": fault.about,
            "seen": fault.seen,
        }
        for fault in catalogue().values()
    ]
    return sorted(rows, key=lambda row: (str(row["family"]), str(row["name"])))
