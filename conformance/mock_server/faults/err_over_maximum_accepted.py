"""One more than the maximum is accepted."""

from conformance.mock_server.call import ServerCall
from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_at


def install(site: FaultSite) -> InstalledFault | None:
    """Choose one bounded number of one write."""
    options = [
        (operation, name, schema["maximum"])
        for operation in site.body_writes()
        for name, schema in site.writable_properties(operation).items()
        if "maximum" in schema and name in site.properties(operation)
    ]
    choice = site.pick(options)

    def accept_over_maximum(
        _call: ServerCall, body: dict[str, object], errors: dict[str, list[str]]
    ) -> dict[str, list[str]]:
        if choice is None or body.get(choice[1]) != choice[2] + 1:
            return errors
        return {name: texts for name, texts in errors.items() if name != choice[1]}

    return hook_at(choice[0], reject=accept_over_maximum) if choice else None


FAULT = SeededFault(
    ("ERR-08", "WRT-06"),
    "maximum + 1 gives 2xx in one field",
    install,
    difficulty="subtle",
    changes=("status", "headers", "body"),
    implies=("RSP-03",),  # the accepted value is shown
)
