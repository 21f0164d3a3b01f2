"""What the right receivers share: a store of effects by message, and of states by resource."""

import os
import threading
from collections import Counter
from typing import Any

SECRET = os.environ.get("WEBHOOK_SECRET", "")
PORT = int(os.environ.get("PORT", "0"))


class Effects:
    """The effects of events: each message once, and an end for good."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: Counter[str] = Counter()
        self._messages: dict[str, tuple[str, str]] = {}
        self._states: dict[str, str] = {}

    def apply(self, message: str, payload: Any) -> None:
        """Apply an event of a known type once."""
        if not isinstance(payload, dict) or not isinstance(payload.get("data"), dict):
            return
        kind, thing = str(payload.get("type")), str(payload["data"].get("id"))
        if kind not in {"charging_sub_session.created", "charging_sub_session.ended"}:
            return
        with self._lock:
            if self._counts[message]:
                return
            self._counts[message] = 1
            self._messages[message] = (kind, thing)
            if self._states.get(thing) != "ended":
                self._states[thing] = kind.rpartition(".")[2]

    def describe(self, message: str) -> dict[str, Any]:
        """Return the effect of a message, as the observation hook shows it."""
        kind, thing = self._messages.get(message, ("", ""))
        return {"effects": self._counts[message], "type": kind, "state": self._states.get(thing, "")}
