"""The event type in the header differs from the body."""

from typing import Any

from conformance.mock_server.seeded_faults import SeededFault, hook_everywhere


def _rename_type(_message: Any, sent: tuple[dict[str, str], bytes]) -> tuple[dict[str, str], bytes]:
    headers, body = sent
    return {**headers, "svix-event-type": headers["svix-event-type"].replace(".", "_")}, body


FAULT = SeededFault(
    ("WHK-02",),
    "svix-event-type is written with an underscore",
    lambda _site: hook_everywhere(message=_rename_type),
    changes=(),
    shown_by="deliveries",
)
