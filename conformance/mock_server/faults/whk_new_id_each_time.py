"""Each attempt has an id of its own."""

from datetime import UTC, datetime
from typing import Any

from standardwebhooks import Webhook

from conformance.mock_server.seeded_faults import SeededFault, hook_everywhere


def _renew_id(message: Any, sent: tuple[dict[str, str], bytes]) -> tuple[dict[str, str], bytes]:
    new = f"{message.id}{len(message.statuses)}"
    signed = datetime.fromtimestamp(int(sent[0]["svix-timestamp"]), UTC)
    signature = Webhook(message.secret).sign(new, signed, sent[1].decode())
    return {**sent[0], "svix-id": new, "svix-signature": signature}, sent[1]


FAULT = SeededFault(
    ("WHK-05",),
    "svix-id changes between attempts",
    lambda _site: hook_everywhere(message=_renew_id),
    difficulty="subtle",
    changes=(),
    shown_by="deliveries",
)
