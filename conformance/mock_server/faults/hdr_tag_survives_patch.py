"""One resource keeps its entity tag when it is changed."""

from zlib import crc32

from conformance.mock_server.call import ServerCall, ServerResponse
from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_at
from conformance.model import Role


def install(site: FaultSite) -> InstalledFault | None:
    """Choose a read of what a PATCH can change."""

    def set_entity_tag(call: ServerCall, response: ServerResponse) -> ServerResponse:
        if response.status == 200 and call.method == "GET":
            address = f"{call.path} {sorted(call.query)} {call.headers.get('authorization')}"
            response.headers["ETag"] = f'W/"{crc32(address.encode()):08x}"'
            if response.headers["ETag"] in call.headers.get("if-none-match", ""):
                response.status, response.body, response.raw, response.media = 304, None, b"", ""
        return response

    changed = {operation.path for operation in site.body_writes(Role.UPDATE) if site.has_plain_change(operation)}
    reads = [operation for operation in site.model.operations if operation.method == "GET"]
    return hook_at(site.pick([operation for operation in reads if operation.path in changed]), answer=set_entity_tag)


FAULT = SeededFault(
    ("HDR-09",),
    "If-None-Match with the tag from before a PATCH gives 304",
    install,
    difficulty="subtle",
    changes=("status", "headers", "body"),
)
