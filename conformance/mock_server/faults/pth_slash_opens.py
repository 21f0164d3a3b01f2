"""With a slash at the end of its path one list needs no token."""

from conformance.mock_server.api import WireRequest
from conformance.mock_server.call import ServerCall
from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, open_to_strangers


def _cut_slash(_request: WireRequest, path: str) -> str:
    return path.rstrip("/") or path


def _install(site: FaultSite) -> InstalledFault | None:
    operation = site.pick(operation for operation in site.secured_operations() if "{" not in operation.path)
    if operation is None:
        return None

    def is_trusted(call: ServerCall) -> bool:
        return call.path.endswith("/") and call.operation.key == operation.key

    return InstalledFault(
        {"route": _cut_slash, "admit": open_to_strangers(is_trusted, 401)}, frozenset({operation.key})
    )


FAULT = SeededFault(
    ("PTH-02",),
    "one list is shown without a token where its path ends with a slash",
    _install,
    changes=("status", "headers", "body"),
)
