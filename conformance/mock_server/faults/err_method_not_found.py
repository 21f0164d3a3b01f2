"""An unsupported method gives 404."""

from conformance.mock_server.problems import Problem, not_found
from conformance.mock_server.seeded_faults import Fault, anywhere


def _hide_method(_call: None, check: str, problem: Problem | None) -> Problem | None:
    return not_found() if check == "method" else problem


FAULT = Fault(
    ("ERR-06",),
    "an undocumented method gives 404",
    lambda _site: anywhere(protocol=_hide_method),
    changes=("status", "headers", "body"),
)
