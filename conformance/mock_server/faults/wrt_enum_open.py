"""One write takes any word for an enum."""

from conformance.mock_server.faulting import Fault, at
from conformance.model import Role


def _forgive(_call: object, _body: object, errors: dict[str, list[str]]) -> dict[str, list[str]]:
    return {name: texts for name, texts in errors.items() if not texts[0].startswith("Not one of")}


FAULT = Fault(
    ("WRT-06", "ERR-08"),
    "a word outside an enum gives 2xx in one write",
    lambda site: at(
        site.pick(
            o
            for o in site.bodies()
            if o.role is Role.UPDATE and any("enum" in each for each in site.writable(o).values())
        ),
        reject=_forgive,
    ),
    changes=("status", "headers", "body"),
    implies=("RSP-03",),
)
