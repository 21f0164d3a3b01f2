"""An unsupported method gives 404."""

from conformance.mock_server.problems import Problem, build_not_found
from conformance.mock_server.seeded_faults import SeededFault, hook_everywhere


def _hide_method(_call: None, check: str, problem: Problem | None) -> Problem | None:
    return build_not_found() if check == "method" else problem


FAULT = SeededFault(
    ("ERR-06",),
    "an undocumented method gives 404",
    lambda _site: hook_everywhere(protocol=_hide_method),
    changes=("status", "headers", "body"),
)
