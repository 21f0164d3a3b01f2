"""Seeded faults of single query parameters: one that is not checked, and values at which a server fails."""

from collections.abc import Callable, Iterable
from typing import Any

from conformance.mock_server.call import ServerCall, ServerResponse
from conformance.mock_server.fault_sites import FaultSite
from conformance.mock_server.hooks import Hook
from conformance.mock_server.seeded_faults import InstalledFault, crash_problem, hook_at, replace_response
from conformance.model import Location, Operation, Parameter

Place = tuple[Operation, Parameter]


def list_query_parameters(
    site: FaultSite, has_keyword: Callable[[dict[str, Any]], bool], *, filtering: bool | None = None
) -> list[Place]:
    """Return the query parameters of reads whose schema fits; with `filtering` those that filter, or those that do not.

    Parameters that divide a list into pages, order or expand it are left out.
    """
    return [
        (operation, parameter)
        for operation in site.model.operations
        if operation.is_safe
        for parameter in operation.parameters
        if parameter.location is Location.QUERY
        and parameter.name not in _list_general(operation)
        and has_keyword(parameter.schema)
        and filtering in {None, _is_filter(operation, parameter)}
    ]


def _list_general(operation: Operation) -> set[str]:
    paging, ordering = operation.pagination, operation.ordering
    names = {paging.size, paging.after, paging.before, paging.page} if paging else set()
    return names | {"expand", ordering.parameter if ordering else ""}


def _is_filter(operation: Operation, parameter: Parameter) -> bool:
    return any(documented.parameter == parameter.name for documented in operation.filters)


def ignore_values(site: FaultSite, places: Iterable[Place], is_ignored: Callable[[str], bool]) -> InstalledFault | None:
    """Return the fault that one of these parameters takes bad values as if they were not there."""
    place = site.pick(places)
    if place is None:
        return None
    operation, parameter = place

    def drop(_call: ServerCall, pairs: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
        return tuple((name, value) for name, value in pairs if name != parameter.name or not is_ignored(value))

    return hook_at(operation, query=drop)


def fail_at_values(site: FaultSite, places: Iterable[Place], is_fatal: Callable[[str], bool]) -> InstalledFault | None:
    """Return the fault that a server fails at values of one of these parameters."""
    place = site.pick(places)
    if place is None:
        return None
    operation, parameter = place
    return hook_at(operation, answer=fail_when(lambda call: any(map(is_fatal, call.query_values(parameter.name)))))


def fail_when(is_fatal: Callable[[ServerCall], bool]) -> Hook:
    """Return a hook on `answer` that fails at a request that would have succeeded."""

    def act(call: ServerCall | None, response: ServerResponse) -> ServerResponse:
        if call is not None and response.status == 200 and is_fatal(call):
            replace_response(500, crash_problem())(response)
        return response

    return act
