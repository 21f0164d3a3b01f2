"""PATCH sets a field that was not named back to its default."""

from typing import Any

from conformance.mock_server.faulting import Fault, Planted, Site, at
from conformance.model import Operation, Role


def plant(site: Site) -> Planted | None:
    """A field that may be null becomes null, a switch becomes false."""
    options: list[tuple[Operation, str, Any]] = []
    for operation in site.bodies(Role.UPDATE):
        shown = site.properties(operation)
        for name in site.writable(operation):
            kinds = shown.get(name, {}).get("type", ())
            if "null" in kinds and isinstance(kinds, list) and len(site.writable(operation)) > 1:
                options.append((operation, name, None))
            elif kinds == "boolean" and len(site.writable(operation)) > 1:
                options.append((operation, name, False))
    found = site.pick(options)
    return found and at(found[0], apply=lambda _c, _r, changes: {found[1]: found[2], **changes} if changes else changes)


FAULT = Fault(("WRT-02",), "a PATCH resets a field that it does not name", plant, difficulty="subtle")
