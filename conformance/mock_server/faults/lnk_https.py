"""Links of one list have the wrong scheme, as behind a proxy."""

from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, edit_property, hook_at


def install(site: FaultSite) -> InstalledFault | None:
    """Choose one link of one list."""
    choice = site.pick(site.links(site.root_lists()))

    def change_scheme(text: str) -> str:
        return text.replace("http://", "ftp://") if text.startswith("http://") else text.replace("https://", "http://")

    return hook_at(choice[0], item=edit_property(choice[1], change_scheme)) if choice else None


FAULT = SeededFault(
    ("LNK-01",), "a link of one list has another scheme than the target", install, implies=("CON-02", "EXP-03")
)
