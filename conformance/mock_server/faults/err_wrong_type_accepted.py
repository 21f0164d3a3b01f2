"""One write does not look at types."""

from conformance.mock_server.faulting import Fault, Site, at
from conformance.mock_server.forgiving import forgiving
from conformance.model import Operation, Role


def _typed(operation: Operation, site: Site) -> bool:
    """Whether a property is bound by its type alone: a wrong type among listed words is told as another fault."""
    flat = site.world.nursery.flat
    schema = flat(site.world.description.resolve(operation.body.media[0].schema)) if operation.body else {}
    return any("type" in each and "enum" not in each for each in map(flat, schema.get("properties", {}).values()))


FAULT = Fault(
    ("ERR-08", "WRT-06"),
    "a value of the wrong type is taken by one kind of PATCH",
    lambda site: at(
        site.pick(each for each in site.bodies(Role.UPDATE) if _typed(each, site)),
        reject=forgiving("Has the wrong type"),
    ),
    changes=("status", "headers", "body"),
    implies=("RSP-03",),
)
