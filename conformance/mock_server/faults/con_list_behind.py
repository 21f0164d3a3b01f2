"""One item of a list shows an old text."""

from conformance.mock_server.faulting import Fault, Planted, Site, at, deep, edit, kind


def plant(site: Site) -> Planted | None:
    """A text without form of the second item."""
    options = [
        (o, n)
        for o, n in site.with_property(site.lists(3), kind("string"))
        if n not in {"id", "url"} and any(each.resource == o.resource for each in site.items())
    ]
    found = site.pick(
        (o, n)
        for o, n in options
        if "pattern" not in site.properties(o)[n] and "maxLength" not in site.properties(o)[n]
    )
    return found and at(found[0], item=deep(edit(found[1], lambda text: text + " (old)"), 1))


FAULT = Fault(
    ("CON-02",), "a text of the second item of one list is another than read alone", plant, difficulty="subtle"
)
