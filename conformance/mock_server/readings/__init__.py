"""Catalogue of admissible readings, one module each: ways to conform that differ from the server's own.

The module `list_newest_first` of this package defines a `READING`, which is the reading `list-newest-first`.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from conformance.errors import UsageError
from conformance.mock_server.admissible_readings import AdmissibleReading, IdMaker, ReadingSet, find_conflict
from conformance.mock_server.catalogues import load_catalogue
from conformance.mock_server.fault_sites import FaultSite
from conformance.mock_server.world.builder import MockWorld


@cache
def load_readings() -> Mapping[str, AdmissibleReading]:
    """Return all readings by name, each with the docstring of its module.

    Raises:
        UsageError: A module defines no READING.
    """
    return load_catalogue(__name__, __path__, "READING", AdmissibleReading)


def select_readings(names: Iterable[str]) -> tuple[AdmissibleReading, ...]:
    """Return the readings with these names, in that order.

    Raises:
        UsageError: A name is unknown, or two of the readings cannot stand together.
    """
    known = load_readings()
    chosen = []
    for name in names:
        if name not in known:
            raise UsageError(
                f"unknown reading {name!r}", hint="List all readings with `evconform serve --list-readings`"
            )
        chosen.append(known[name])
    if conflict := find_conflict(chosen):
        raise UsageError(
            f"the readings {conflict[0]!r} and {conflict[1]!r} cannot stand together", hint="Choose one of them"
        )
    return tuple(chosen)


def find_id_maker(readings: Sequence[AdmissibleReading]) -> IdMaker | None:
    """Return how the world of these readings draws its ids; None for the server's own way."""
    return next((reading.create_id for reading in readings if reading.create_id), None)


def install_readings(readings: Sequence[AdmissibleReading], world: MockWorld) -> ReadingSet:
    """Return the readings installed in a world.

    Raises:
        UsageError: The description has no place for one of them.
    """
    installed = []
    for reading in readings:
        placed = reading.install(FaultSite(world, reading.name))
        if placed is None:
            raise UsageError(
                f"the description has no place for the reading {reading.name!r}",
                hint="Choose another reading or description",
            )
        installed.append(placed)
    return ReadingSet(tuple(installed))


def list_applicable_readings(world: MockWorld) -> list[str]:
    """Return the names of the readings that the description of a world has a place for."""
    return [name for name, reading in load_readings().items() if reading.install(FaultSite(world, name)) is not None]


def list_reading_rows() -> list[dict[str, Any]]:
    """Return the rows of `--list-readings`, sorted by family and name."""
    rows = [
        {
            "name": reading.name,
            "family": reading.family,
            "about": reading.about,
            "basis": reading.basis,
            "slots": list(reading.slots),
            "excludes": list(reading.excludes),
        }
        for reading in load_readings().values()
    ]
    return sorted(rows, key=lambda row: (str(row["family"]), str(row["name"])))
