"""Catalogue of seeded faults, one module each: errors that a real server might have and the suite must detect.

The module `pag_forgets_size` of this package defines a `FAULT`, which is the fault `pag-forgets-size`.
"""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from conformance.errors import UsageError
from conformance.mock_server.catalogues import load_catalogue
from conformance.mock_server.hooks import Hook
from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault
from conformance.mock_server.world.builder import MockWorld
from conformance.model import ResourceModel


@cache
def load_faults() -> Mapping[str, SeededFault]:
    """Return all faults by name, each with the docstring of its module.

    Raises:
        UsageError: A module defines no FAULT.
    """
    return load_catalogue(__name__, __path__, "FAULT", SeededFault)


def list_applicable_faults(model: ResourceModel) -> list[str]:
    """Return the names of the faults whose media type is in the description, or that need none."""
    documented = {
        media.type for operation in model.operations for response in operation.responses for media in response.media
    }
    return sorted(
        name for name, fault in load_faults().items() if not fault.media_type or fault.media_type in documented
    )


def place_fault(name: str, world: MockWorld) -> InstalledFault:
    """Return a fault at the place that the world gives it.

    Raises:
        UsageError: The name is unknown, or the description has no place for the fault.
    """
    faults = load_faults()
    if name not in faults:
        raise UsageError(f"unknown fault {name!r}", hint="List all faults with `evconform serve --list-faults`")
    planted = faults[name].install(FaultSite(world, name))
    if planted is None:
        raise UsageError(
            f"the description has no place for the fault {name!r}", hint="Choose another fault or description"
        )
    return planted


def plant_faults(names: Iterable[str], world: MockWorld) -> list[Mapping[str, Hook]]:
    """Return the hooks of the faults with these names."""
    return [place_fault(name, world).hooks for name in names]


def list_fault_rows() -> list[dict[str, Any]]:
    """Return the rows of `--list-faults`, sorted by family and name."""
    rows = [
        {
            "name": fault.name,
            "family": fault.family,
            "requirements": list(fault.requirements),
            "difficulty": fault.difficulty,
            "about": fault.about,
            "seen": fault.symptom,
        }
        for fault in load_faults().values()
    ]
    return sorted(rows, key=lambda row: (str(row["family"]), str(row["name"])))
