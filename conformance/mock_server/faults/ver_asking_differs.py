"""Who asks for version 2 gets less than who does not."""

from conformance.mock_server.call import Call, Place
from conformance.mock_server.faulting import Fault, Planted, Site, at, kind


def plant(site: Site) -> Planted | None:
    """One property of one kind of member."""
    found = site.pick(
        (o, n) for o, n in site.with_property(site.items(), kind("string", "integer", "boolean")) if n != "id"
    )

    def drop(call: Call, _place: Place, data: dict[str, object]) -> dict[str, object]:
        asked = site.model.version_header.lower() in call.headers
        return {k: v for k, v in data.items() if found is None or k != found[1]} if asked else data

    return at(found[0], item=drop) if found else None


FAULT = Fault(
    ("VER-03",),
    "with EvEnergy-Version: 2 a property is missing",
    plant,
    difficulty="subtle",
    implies=("RSP-03",),  # it may be a required one
)
