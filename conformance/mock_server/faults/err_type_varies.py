"""The same error has another problem type each time."""

from itertools import count
from typing import Any

from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_everywhere, on_problem


def install(_site: FaultSite) -> InstalledFault:
    """Count the problems that have a type."""
    problems = count(1)

    def vary_type(body: dict[str, Any]) -> dict[str, Any]:
        return {**body, "type": f"{body['type'].rstrip('/')}-{next(problems)}/"} if "type" in body else body

    return hook_everywhere(answer=on_problem(vary_type, 400))


FAULT = SeededFault(("ERR-10",), "the type of a 400 ends in a number that grows", install, implies=("VER-03",))
