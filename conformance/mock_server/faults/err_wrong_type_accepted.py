"""One write does not look at types."""

from conformance.mock_server.faulting import Fault, at
from conformance.model import Role


def _forgive(_call: object, _body: object, errors: dict[str, list[str]]) -> dict[str, list[str]]:
    return {name: texts for name, texts in errors.items() if not texts[0].startswith("Has the wrong type")}


FAULT = Fault(
    ("ERR-08", "WRT-06"),
    "a value of the wrong type is taken by one kind of PATCH",
    lambda site: at(site.pick(site.bodies(Role.UPDATE)), reject=_forgive),
    changes=("status", "headers", "body"),
    implies=("RSP-03",),
)
