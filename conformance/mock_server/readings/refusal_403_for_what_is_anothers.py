"""What belongs to another user is refused with 403, where that is documented, and not hidden by 404."""

from conformance.mock_server.admissible_readings import AdmissibleReading, read_by_hooks
from conformance.mock_server.call import ServerCall
from conformance.mock_server.problems import Problem
from conformance.mock_server.world.store import StoredRecord


def _refuse_with_403(call: ServerCall, record: StoredRecord, is_visible: bool) -> bool:
    named = call.path == record.path or call.path.startswith((record.path + "/", record.path + ":"))
    if not is_visible and record.path and named and call.operation.find_response(403):
        raise Problem(403, detail="It belongs to another user.")
    return is_visible


READING = AdmissibleReading(
    "refusals",
    "RFC 9110, sections 15.5.4 and 15.5.5: 403, or 404 to hide that it exists; the description documents both",
    read_by_hooks(visible=_refuse_with_403),
    slots=("status of what is another's",),
)
