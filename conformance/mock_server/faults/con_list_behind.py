"""One item of a list shows an old text."""

from conformance.mock_server.seeded_faults import Fault, Planted, Site, at, deep, edit, kind


def plant(site: Site) -> Planted | None:
    """Choose a text without enum and format, of the second item of a list."""
    options = [
        (operation, n)
        for operation, n in site.with_property(site.lists(3), kind("string"))
        if n not in {"id", "url"} and any(item.resource == operation.resource for item in site.items())
    ]
    choice = site.pick(
        (operation, n)
        for operation, n in options
        if "pattern" not in site.properties(operation)[n] and "maxLength" not in site.properties(operation)[n]
    )
    return choice and at(choice[0], item=deep(edit(choice[1], lambda text: text + " (old)"), 1))


FAULT = Fault(
    ("CON-02",), "a text of the second item of one list is another than read alone", plant, difficulty="subtle"
)
