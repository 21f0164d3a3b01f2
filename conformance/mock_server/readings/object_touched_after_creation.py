"""A job of the server works on each new object: `updated_at` is later than POST returned it."""

from typing import Any

from conformance.mock_server import clock
from conformance.mock_server.admissible_readings import AdmissibleReading, read_by_hooks
from conformance.mock_server.call import ServerCall


def _move_time(call: ServerCall, *rest: Any) -> Any:
    data = rest[-1]
    created = data.get("created_at") if isinstance(data, dict) else None
    if call.method != "GET" or created is None or data.get("updated_at") != created:
        return data
    moment = clock.parse_time(created)
    return data if moment is None else {**data, "updated_at": clock.format_time(moment + clock.SECOND)}


READING = AdmissibleReading(
    "writes",
    "`updated_at` is the server's own; nothing says that it stands still after a creation",
    read_by_hooks(item=_move_time, nested=_move_time),
    slots=("time of change",),
)
