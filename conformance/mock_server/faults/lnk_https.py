"""Links of one list have the wrong scheme, as behind a proxy."""

from conformance.mock_server.seeded_faults import Fault, Planted, Site, at, edit


def plant(site: Site) -> Planted | None:
    """Choose one link of one list."""
    choice = site.pick(site.links(site.lists()))

    def change_scheme(text: str) -> str:
        return text.replace("http://", "ftp://") if text.startswith("http://") else text.replace("https://", "http://")

    return at(choice[0], item=edit(choice[1], change_scheme)) if choice else None


FAULT = Fault(("LNK-01",), "a link of one list has another scheme than the target", plant, implies=("CON-02", "EXP-03"))
