"""Coordinates of new resources are stored with three decimals."""

from typing import Any

from conformance.mock_server.call import ServerCall
from conformance.mock_server.fault_tools.stored_values import find_writes
from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_at
from conformance.model import Role

_NAMES = frozenset({"latitude", "longitude"})


def _round(value: Any, name: str = "") -> Any:
    if isinstance(value, dict):
        return {key: _round(member, key) for key, member in value.items()}
    if isinstance(value, list):
        return [_round(member) for member in value]
    return round(value, 3) if name in _NAMES and isinstance(value, float) else value


def _round_all(_call: ServerCall, _record: Any, changes: dict[str, Any]) -> dict[str, Any]:
    return {name: _round(value, name) for name, value in changes.items()}


def install(site: FaultSite) -> InstalledFault | None:
    """Choose a creation whose body has coordinates at any depth."""
    return hook_at(site.pick(find_writes(site, lambda name, _schema: name in _NAMES, Role.CREATE)), apply=_round_all)


FAULT = SeededFault(
    ("VAL-02",),
    "12.345678 is sent as a latitude, 12.346 is read",
    install,
    difficulty="subtle",
)
