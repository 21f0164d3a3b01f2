"""Texts of any length are taken."""

from conformance.mock_server.faulting import Fault, at


def _forgive(_call: object, _body: object, errors: dict[str, list[str]]) -> dict[str, list[str]]:
    return {name: texts for name, texts in errors.items() if "too long" not in texts[0]}


FAULT = Fault(
    ("ERR-08", "WRT-06"),
    "a text longer than maxLength gives 2xx",
    lambda site: at(
        [o for o in site.bodies() if any("maxLength" in each for each in site.writable(o).values())], reject=_forgive
    ),
    difficulty="subtle",
    changes=("status", "headers", "body"),
    implies=("RSP-03",),
)
