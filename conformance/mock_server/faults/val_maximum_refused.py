"""The highest number that a property admits is refused."""

from typing import Any

from conformance.mock_server.call import ServerCall
from conformance.mock_server.fault_tools.stored_values import find_writes
from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_at


def install(site: FaultSite) -> InstalledFault | None:
    """Choose all writes with a number that has a maximum."""
    maxima = {
        (operation.key, name): schema["maximum"]
        for operation in site.body_writes()
        for name, schema in site.writable_properties(operation).items()
        if "maximum" in schema
    }

    def refuse_maximum(call: ServerCall, body: dict[str, Any], errors: dict[str, list[str]]) -> dict[str, list[str]]:
        highest = {name for name, value in body.items() if value == maxima.get((call.operation.key, name))}
        return {**errors, **{name: ["Too high."] for name in highest}}

    return hook_at(find_writes(site, lambda _name, schema: "maximum" in schema), reject=refuse_maximum)


FAULT = SeededFault(
    ("VAL-06",), "100 of 0 to 100 is refused", install, changes=("status", "headers", "body"), implies=("RSP-12",)
)
