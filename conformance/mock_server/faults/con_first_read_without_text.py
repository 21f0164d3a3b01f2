"""A text or link is computed on demand, and not yet there at the first read of an item."""

from typing import Any

from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_at
from conformance.model import Role

_NAMES = ("onboarding_url", "logo_url", "image_url", "website", "manual_url")


def install(site: FaultSite) -> InstalledFault | None:
    """Choose the single read of a catalogue whose items show such a link."""
    seen: set[str] = set()
    choice = site.pick(
        (operation, name)
        for operation in site.with_roles(Role.ITEM)
        for name in _NAMES
        if name in site.properties(operation) and operation.path.count("{") == 1
    )

    def omit_text(_call: Any, place: Any, data: dict[str, Any]) -> dict[str, Any]:
        if choice is None or place.is_listed or place.record.path in seen:
            return data
        seen.add(place.record.path)
        return {**data, choice[1]: None}

    return hook_at(choice[0], item=omit_text) if choice else None


FAULT = SeededFault(
    ("CON-07",),
    "each item lacks a link at its first read, and has it in lists and at later reads",
    install,
    difficulty="subtle",
    implies=("CON-01", "CON-02", "EXP-03"),
)
