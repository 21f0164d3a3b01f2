"""A text in one PATCH that spells null is stored as an empty one."""

from typing import Any

from conformance.mock_server.call import ServerCall
from conformance.mock_server.fault_tools.stored_values import find_writes, is_text
from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_at
from conformance.mock_server.world.store import StoredRecord
from conformance.model import Role

_WORDS = frozenset({"null", "nil", "none", "n/a", "nan", "undefined"})


def _clear_null_words(_call: ServerCall, _record: StoredRecord, changes: dict[str, Any]) -> dict[str, Any]:
    def is_word(value: Any) -> bool:
        return isinstance(value, str) and value.lower() in _WORDS

    return {name: "" if is_word(value) else value for name, value in changes.items()}


def install(site: FaultSite) -> InstalledFault | None:
    """Choose one PATCH with a text."""
    return hook_at(site.pick(find_writes(site, is_text, Role.UPDATE)), apply=_clear_null_words)


FAULT = SeededFault(
    ("VAL-01",),
    "the text `null` is sent, an empty one is read",
    install,
    difficulty="subtle",
    implies=("WRT-01", "WRT-02"),
    shown_by="rules",
)
