"""PATCH resets a field that it does not contain to its default."""

from typing import Any

from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_at
from conformance.model import Operation, Role


def install(site: FaultSite) -> InstalledFault | None:
    """Choose a nullable field to become null, or a switch to become false."""
    options: list[tuple[Operation, str, Any]] = []
    for operation in site.body_writes(Role.UPDATE):
        shown = site.properties(operation)
        for name in site.writable_properties(operation):
            kinds = shown.get(name, {}).get("type", ())
            if "null" in kinds and isinstance(kinds, list) and len(site.writable_properties(operation)) > 1:
                options.append((operation, name, None))
            elif kinds == "boolean" and len(site.writable_properties(operation)) > 1:
                options.append((operation, name, False))
    choice = site.pick(options)
    return choice and hook_at(
        choice[0], apply=lambda _c, _r, changes: {choice[1]: choice[2], **changes} if changes else changes
    )


FAULT = SeededFault(("WRT-02",), "a PATCH resets a field that it does not name", install, difficulty="subtle")
