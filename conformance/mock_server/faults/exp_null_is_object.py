"""A null link is expanded to an empty object."""

from typing import Any

from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_at


def install(site: FaultSite) -> InstalledFault | None:
    """Choose one expansion of a link that is null in some record."""
    options = [
        (operation, expansion)
        for operation, expansion in site.expansions()
        if any(
            record.data.get(expansion.path) is None
            for record in list(site.world.store.iterate_records(operation.resource))[:20]
        )
    ]
    choice = site.pick(options)

    def fill_null(call: Any, _place: object, data: dict[str, object]) -> dict[str, object]:
        asked = choice is not None and choice[1].path in call.query_values("expand")
        return {**data, choice[1].path: {}} if asked and choice and data.get(choice[1].path) is None else data

    return hook_at(choice[0], item=fill_null) if choice else None


FAULT = SeededFault(
    ("EXP-11",),
    "a null link becomes {} when it is expanded",
    install,
    difficulty="subtle",
    implies=("RSP-03", "RSP-10"),
)
