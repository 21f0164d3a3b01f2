"""The length of a text is counted in bytes."""

from typing import Any

from conformance.mock_server.call import ServerCall
from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_at


def install(site: FaultSite) -> InstalledFault | None:
    """Choose all writes with a text of limited length."""
    limits = {
        (operation.key, name): schema["maxLength"]
        for operation in site.body_writes()
        for name, schema in site.writable_properties(operation).items()
        if "maxLength" in schema
    }

    def refuse_long(call: ServerCall, body: dict[str, Any], errors: dict[str, list[str]]) -> dict[str, list[str]]:
        too_long = {
            name
            for name, value in body.items()
            if isinstance(value, str) and len(value.encode()) > limits.get((call.operation.key, name), len(value) * 4)
        }
        return {**errors, **{name: ["Too long."] for name in too_long}}

    keys = {key for key, _ in limits}
    return hook_at([operation for operation in site.body_writes() if operation.key in keys], reject=refuse_long)


FAULT = SeededFault(
    ("VAL-06",),
    "200 letters of two bytes are refused",
    install,
    difficulty="subtle",
    changes=("status", "headers", "body"),
)
