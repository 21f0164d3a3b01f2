"""Catalogue of seeded faults, one module each: errors that a real server might have and the suite must detect.

The module `pag_forgets_size` of this package defines a `FAULT`, which is the fault `pag-forgets-size`.
"""

import importlib
import pkgutil
from collections.abc import Iterable, Mapping
from functools import cache
from types import MappingProxyType
from typing import Any

from conformance.errors import UsageError
from conformance.mock_server.hooks import Hook
from conformance.mock_server.seeded_faults import Fault, Planted, Site
from conformance.mock_server.world.builder import World
from conformance.model import ResourceModel


@cache
def catalogue() -> Mapping[str, Fault]:
    """Return all faults by name, each with the docstring of its module.

    Raises:
        UsageError: A module defines no FAULT.
    """
    faults: dict[str, Fault] = {}
    for info in pkgutil.iter_modules(__path__):
        module = importlib.import_module(f"{__name__}.{info.name}")
        fault = getattr(module, "FAULT", None)
        if not isinstance(fault, Fault):
            raise UsageError(
                f"{module.__file__} must define a Fault named FAULT",
                hint="Define one, as the other modules of the package do",
            )
        name = info.name.replace("_", "-")
        faults[name] = fault.named(name, (module.__doc__ or "").strip())
    return MappingProxyType(faults)


def fitting(model: ResourceModel) -> list[str]:
    """Return the names of the faults whose media type is in the description, or that need none."""
    documented = {
        media.type for operation in model.operations for response in operation.responses for media in response.media
    }
    return sorted(name for name, fault in catalogue().items() if not fault.needs or fault.needs in documented)


def place(name: str, world: World) -> Planted:
    """Return a fault at the place that the world gives it.

    Raises:
        UsageError: The name is unknown, or the description has no place for the fault.
    """
    faults = catalogue()
    if name not in faults:
        raise UsageError(f"unknown fault {name!r}", hint="List all faults with `evconform serve --list-faults`")
    planted = faults[name].plant(Site(world, name))
    if planted is None:
        raise UsageError(
            f"the description has no place for the fault {name!r}", hint="Choose another fault or description"
        )
    return planted


def plant(names: Iterable[str], world: World) -> list[Mapping[str, Hook]]:
    """Return the hooks of the faults with these names."""
    return [place(name, world).hooks for name in names]


def listing() -> list[dict[str, Any]]:
    """Return the rows of `--list-faults`, sorted by family and name."""
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
