"""References are not checked."""

from conformance.mock_server.faulting import Fault, anywhere


def _forgive(_call: object, _body: object, errors: dict[str, list[str]]) -> dict[str, list[str]]:
    return {name: texts for name, texts in errors.items() if not texts[0].startswith("Not the URL of")}


FAULT = Fault(
    ("WRT-08",),
    "a URL that leads nowhere is taken as a reference",
    lambda _site: anywhere(reject=_forgive),
    changes=("status", "headers", "body"),
    implies=("LNK-01", "LNK-02"),  # what was taken is shown
)
