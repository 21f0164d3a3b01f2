"""A list inside an object shows the oldest first, though the text of the property says the contrary."""

from typing import Any

from conformance.description import prose
from conformance.mock_server.fault_sites import FaultSite
from conformance.mock_server.seeded_faults import InstalledFault, SeededFault, edit_property, hook_at
from conformance.model import Role


def _reverse(value: Any) -> Any:
    return value[::-1] if isinstance(value, list) else value


def install(site: FaultSite) -> InstalledFault | None:
    """Choose the readers of a resource with a list that is stated to show the newest first."""
    choice = site.pick(
        (operation.resource, name)
        for operation in site.with_roles(Role.ITEM)
        for name, schema in site.properties(operation).items()
        if prose.find_order(str(schema.get("description") or ""))
    )
    return hook_at(site.find_readers(choice[0]), item=edit_property(choice[1], _reverse)) if choice else None


FAULT = SeededFault(
    ("RUL-09",),
    "the oldest stands first in a list inside an object",
    install,
    difficulty="subtle",
    changes=("body",),
    implies=("CHG-08",),
)
