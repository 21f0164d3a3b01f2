"""Writes do not look at formats."""

from conformance.mock_server.faulting import Fault, anywhere


def _forgive(_call: object, _body: object, errors: dict[str, list[str]]) -> dict[str, list[str]]:
    return {name: texts for name, texts in errors.items() if not texts[0].startswith("Does not have the required f")}


FAULT = Fault(
    ("WRT-06", "ERR-08"),
    "a malformed email or date-time gives 2xx",
    lambda _site: anywhere(reject=_forgive),
    difficulty="subtle",
    changes=("status", "headers", "body"),
)
