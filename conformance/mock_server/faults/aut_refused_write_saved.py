"""A write is saved before it is found that the resource belongs to somebody else."""

from conformance.mock_server.call import ServerCall, ServerResponse
from conformance.mock_server.problems import build_not_found
from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_at, replace_response
from conformance.mock_server.world.store import StoredRecord
from conformance.model import Role


def install(site: FaultSite) -> InstalledFault | None:
    """Choose an update of one kind of resource."""
    foreign_targets: set[tuple[str | None, str]] = set()  # who wrote, and where

    def let_through(call: ServerCall, _record: StoredRecord, visible: bool) -> bool:
        if not visible:
            foreign_targets.add((call.user, call.path))
        return True

    def refuse(call: ServerCall | None, response: ServerResponse) -> ServerResponse:
        if call is not None and (call.user, call.path) in foreign_targets:
            replace_response(404, build_not_found().build_document(call.base, call.path))(response)
        return response

    operations = [operation for operation in site.owned_operations(Role.UPDATE) if "{" in operation.path]
    return hook_at(site.pick(operations), visible=let_through, answer=refuse)


FAULT = SeededFault(
    ("AUT-05",),
    "PATCH of another user's resource gives 404 and changes it",
    install,
    difficulty="subtle",
    changes=("status", "headers", "body"),
)
