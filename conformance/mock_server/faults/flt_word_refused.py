"""The last documented word of a filter is refused."""

from conformance.mock_server.call import ServerCall
from conformance.mock_server.problems import Problem, build_parameter_problem
from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_at
from conformance.model import Location, Operation, Role


def _list_last_words(operation: Operation) -> dict[str, str]:
    """Return the last word of each optional parameter with documented words."""
    return {
        p.name: str(p.schema["enum"][-1])
        for p in operation.parameters
        if p.location is Location.QUERY and "enum" in p.schema and not p.required and p.name != "expand"
    }


def _refuse_request(call: ServerCall, problem: Problem | None) -> Problem | None:
    refused = (name for name, word in _list_last_words(call.operation).items() if call.last_query_value(name) == word)
    name = next(refused, "")
    return build_parameter_problem(name, "unknown word.") if name and problem is None else problem


def install(site: FaultSite) -> InstalledFault | None:
    """Choose the lists with few documented words."""
    return hook_at((o for o in site.with_roles(Role.LIST) if _list_last_words(o)), admit=_refuse_request)


FAULT = SeededFault(
    ("FLT-09",), "a documented word gives 400", install, difficulty="subtle", changes=("status", "headers", "body"),
    implies=("FLT-01", "FLT-06"),
)  # fmt: skip
