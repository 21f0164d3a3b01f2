"""With an expansion, another property becomes null."""

from typing import Any

from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_at, match_type


def install(site: FaultSite) -> InstalledFault | None:
    """Choose a property beside an expanded link."""
    options = [
        (operation, expansion, name)
        for operation, expansion in site.expansions()
        for _, name in site.with_property([operation], match_type("string", "integer", "boolean"))
        if name not in {"id", "url"}
    ]
    choice = site.pick(options)

    def drop_sibling(call: Any, _place: object, data: dict[str, object]) -> dict[str, object]:
        asked = choice is not None and choice[1].path in call.query_values("expand")
        return {k: v for k, v in data.items() if k != choice[2]} if asked and choice else data

    return hook_at(choice[0], item=drop_sibling) if choice else None


FAULT = SeededFault(
    ("EXP-05",), "an `expand` takes away another property", install, difficulty="subtle", implies=("RSP-03",)
)
