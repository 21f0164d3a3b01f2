"""Requests of seeded faults by their paths and methods, before an operation is found."""

import re
from collections.abc import Callable, Iterable
from typing import Any

from conformance.mock_server.api import WireRequest
from conformance.mock_server.call import ServerCall, ServerResponse
from conformance.mock_server.fault_sites import FaultSite
from conformance.mock_server.hooks import Hook
from conformance.mock_server.seeded_faults import InstalledFault, replace_response
from conformance.model import Effect, Operation, Role


def fits_any(operations: Iterable[Operation], path: str) -> bool:
    """Return whether a path fits the template of one of the operations."""
    return any(re.fullmatch(_compile_template(operation.path), path) for operation in operations)


def _compile_template(template: str) -> str:
    parts = re.split(r"\{[^}]*\}", template)
    return "[^/]+".join(re.escape(part) for part in parts)


def take_method(operations: Iterable[Operation], received: str, taken: str) -> Hook:
    """Return a hook on `method` that takes one method for another one at the paths of operations."""
    chosen = tuple(operations)

    def act(request: WireRequest, method: str) -> str:
        return taken if method == received and fits_any(chosen, request.path) else method

    return act


def list_free_actions(site: FaultSite) -> list[Operation]:
    """Return the actions that runs with writes carry out, at whose paths no GET is documented."""
    reads = [operation for operation in site.model.operations if operation.method == "GET"]
    return [
        operation
        for operation in site.with_roles(Role.ACTION)
        if operation.effect in {Effect.NONE, Effect.WRITE} and not fits_any(reads, re.sub(r"[{}]", "", operation.path))
    ]


def answer_reads_of_actions(status: int, body: Any) -> Callable[[FaultSite], InstalledFault | None]:
    """Return a function that installs a fault: GET at the path of each free action gives this response, not 405."""

    def install(site: FaultSite) -> InstalledFault | None:
        actions = list_free_actions(site)
        is_read = [False]

        def remember_request(request: WireRequest, method: str) -> str:
            is_read[0] = method == "GET" and fits_any(actions, request.path)
            return method

        def answer_read(call: ServerCall | None, response: ServerResponse) -> ServerResponse:
            if call is None and response.status == 405 and is_read[0]:
                replace_response(status, body)(response)
            return response

        keys = frozenset(action.key for action in actions)
        return InstalledFault({"method": remember_request, "answer": answer_read}, keys) if actions else None

    return install
