"""An empty text in a PATCH is taken for a property that was left out."""

from typing import Any

from conformance.mock_server.call import ServerCall
from conformance.mock_server.fault_tools.stored_values import find_writes, is_text
from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_at
from conformance.mock_server.world.store import StoredRecord
from conformance.model import Role


def _drop_property(_call: ServerCall, _record: StoredRecord, changes: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in changes.items() if value != ""}


def install(site: FaultSite) -> InstalledFault | None:
    """Choose one PATCH with a text."""
    return hook_at(site.pick(find_writes(site, _is_blank_text, Role.UPDATE)), apply=_drop_property)


def _is_blank_text(name: str, schema: Any) -> bool:
    return is_text(name, schema) and not schema.get("minLength") and name in {"nickname", "description", "name"}


FAULT = SeededFault(
    ("VAL-04",),
    "an empty text is sent, the old text is read",
    install,
    difficulty="subtle",
    implies=("WRT-01", "WRT-02"),
    shown_by="rules",
)
