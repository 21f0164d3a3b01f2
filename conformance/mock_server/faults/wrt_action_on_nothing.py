"""An action on something that does not exist is accepted."""

from conformance.mock_server.call import ServerResponse
from conformance.mock_server.seeded_faults import (
    FaultSite,
    InstalledFault,
    SeededFault,
    hook_at,
    on_response,
)
from conformance.model import Role


def accept_unknown(response: ServerResponse, status: int) -> None:
    """Turn a refusal into a success without a body."""
    response.status, response.body, response.raw, response.media = status, None, b"", ""


def install(site: FaultSite) -> InstalledFault | None:
    """Choose an action whose 200 has no documented body."""
    actions = (
        operation
        for operation in site.with_roles(Role.ACTION)
        if operation.path_parameters
        and any(response.status in {"200", "201"} and not response.media for response in operation.responses)
    )
    chosen = site.pick(actions)
    status = 200 if chosen and chosen.find_response(200) else 201
    return hook_at(chosen, answer=on_response(lambda response: accept_unknown(response, status), 404))


FAULT = SeededFault(
    ("WRT-09",),
    "an action on an id that does not exist succeeds",
    install,
    difficulty="subtle",
    changes=("status", "headers", "body"),
)
