"""A value about the acting user is shown to a client that acts for no user."""

from typing import Any

from conformance.description import prose
from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_at
from conformance.model import Role


def install(site: FaultSite) -> InstalledFault | None:
    """Choose a list with such a property."""
    choice = site.pick(
        (operation, name)
        for operation in site.with_roles(Role.LIST)
        for name, schema in site.properties(operation).items()
        if prose.is_null_without_user(str(schema.get("description") or ""))
    )

    def show_without_user(call: Any, _place: Any, data: dict[str, Any]) -> dict[str, Any]:
        return {**data, choice[1]: True} if choice and call.user is None else data

    return hook_at(choice[0], item=show_without_user) if choice else None


FAULT = SeededFault(
    ("RUL-08",),
    "whether the user is eligible is true in a response to a client alone",
    install,
    difficulty="subtle",
    implies=("CON-02", "CON-07", "EXP-04"),
)
