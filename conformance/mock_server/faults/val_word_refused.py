"""The last word of an enumeration is refused."""

from typing import Any

from conformance.mock_server.call import ServerCall
from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_at
from conformance.model import Role


def install(site: FaultSite) -> InstalledFault | None:
    """Choose one word of one PATCH."""
    choice = site.pick(
        (operation, name, [word for word in schema["enum"] if word is not None][-1])
        for operation in site.body_writes(Role.UPDATE)
        for name, schema in site.writable_properties(operation).items()
        if "enum" in schema
    )

    def refuse_word(_call: ServerCall, body: dict[str, Any], errors: dict[str, list[str]]) -> dict[str, list[str]]:
        is_sent = choice is not None and choice[1] in body and body[choice[1]] == choice[2]
        return {**errors, choice[1]: ["Unknown word."]} if choice and is_sent else errors

    return hook_at(choice[0], reject=refuse_word) if choice else None


FAULT = SeededFault(
    ("VAL-06",),
    "a documented word is refused",
    install,
    difficulty="subtle",
    changes=("status", "headers", "body"),
)
