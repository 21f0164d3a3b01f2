"""The signed time is an hour old."""

from datetime import UTC, datetime, timedelta
from typing import Any

from standardwebhooks import Webhook

from conformance.mock_server.seeded_faults import SeededFault, hook_everywhere


def _age_timestamp(message: Any, sent: tuple[dict[str, str], bytes]) -> tuple[dict[str, str], bytes]:
    then = datetime.now(UTC) - timedelta(hours=1)
    signature = Webhook(message.secret).sign(message.id, then, sent[1].decode())
    return {**sent[0], "svix-timestamp": str(int(then.timestamp())), "svix-signature": signature}, sent[1]


FAULT = SeededFault(
    ("WHK-01",),
    "svix-timestamp is an hour old",
    lambda _site: hook_everywhere(message=_age_timestamp),
    difficulty="subtle",
    changes=(),
    shown_by="deliveries",
)
