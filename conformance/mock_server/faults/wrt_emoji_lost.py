"""POST loses characters beyond the Basic Multilingual Plane."""

from typing import Any

from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_at
from conformance.model import Role


def _change_value(value: Any) -> Any:
    if type(value) is not str:
        return value
    return "".join(letter if ord(letter) < 0x10000 else "?" for letter in value)


def install(site: FaultSite) -> InstalledFault | None:
    """Choose the creation of something that can be deleted."""
    deletable = {o.resource for o in site.with_roles(Role.DELETE)}
    creations = [o for o in site.body_writes(Role.CREATE) if o.resource in deletable]
    return hook_at(
        site.pick(creations),
        apply=lambda _c, _r, changes: {name: _change_value(value) for name, value in changes.items()},
    )


FAULT = SeededFault(
    ("WRT-01",), "an emoji is sent, a question mark is read", install, difficulty="subtle", implies=("VAL-01",)
)
