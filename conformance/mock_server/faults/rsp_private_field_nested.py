"""An internal field leaks into an expanded object."""

from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_at


def install(site: FaultSite) -> InstalledFault | None:
    """Choose one expansion at the second level."""
    choice = site.pick(site.expansions(depth=2))
    path = choice[1].path if choice else ""
    return choice and hook_at(
        choice[0], nested=lambda _c, here, _r, data: {**data, "pk": 4711} if here == path else data
    )  # fmt: skip


FAULT = SeededFault(
    ("RSP-06",), "an object expanded at the second level has a property `pk`", install, difficulty="subtle"
)
