"""The first documented words of one list are refused."""

from conformance.mock_server.call import ServerCall
from conformance.mock_server.problems import Problem, build_parameter_problem
from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_at
from conformance.model import Location, Operation, Role

_FEW = 3  # parameters with words


def _list_first_words(operation: Operation) -> dict[str, str]:
    """Return the first word of each optional parameter with documented words."""
    return {
        p.name: str(p.schema["enum"][0])
        for p in operation.parameters
        if p.location is Location.QUERY and "enum" in p.schema and not p.required and p.name != "expand"
    }


def _refuse_request(call: ServerCall, problem: Problem | None) -> Problem | None:
    refused = (name for name, word in _list_first_words(call.operation).items() if call.last_query_value(name) == word)
    name = next(refused, "")
    return build_parameter_problem(name, "unknown word.") if name and problem is None else problem


def install(site: FaultSite) -> InstalledFault | None:
    """Choose one list with documented words."""
    return hook_at(
        site.pick(o for o in site.with_roles(Role.LIST) if 0 < len(list(_list_first_words(o))) < _FEW),
        admit=_refuse_request,
    )


FAULT = SeededFault(
    ("FLT-09",), "a documented word gives 400", install, difficulty="subtle", changes=("status", "headers", "body"),
    implies=("FLT-01", "FLT-06"),
)  # fmt: skip
