"""An endpoint that takes deliveries: answers at once, hands them on."""

import time
from collections.abc import Callable, MutableMapping
from queue import SimpleQueue
from typing import Any

from conformance.webhooks.delivery import Delivery

_LARGEST = 10 * 1024 * 1024  # bytes of a body that are taken; what is longer is refused

Message = MutableMapping[str, Any]


class Listener:
    """An ASGI application. Every POST is a delivery, put into `arrived`; the first `refuse` are answered 503."""

    def __init__(self, *, refuse: int = 0, clock: Callable[[], float] = time.time) -> None:
        self.arrived: SimpleQueue[Delivery] = SimpleQueue()
        self._refuse, self._clock = refuse, clock

    async def __call__(self, scope: Message, receive: Callable[[], Any], send: Callable[[Message], Any]) -> None:
        """Take one request (ASGI 3)."""
        if scope["type"] != "http":
            return
        body, more = bytearray(), True
        while more and len(body) <= _LARGEST:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        status = self._status(scope["method"], len(body))
        if scope["method"] == "POST":
            fields = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"])
            self.arrived.put(Delivery(fields, bytes(body), self._clock(), scope["path"], status))
        await send({"type": "http.response.start", "status": status, "headers": [(b"content-length", b"0")]})
        await send({"type": "http.response.body"})

    def _status(self, method: str, size: int) -> int:
        if method != "POST":
            return 405
        if size > _LARGEST:
            return 413
        self._refuse -= 1
        return 503 if self._refuse >= 0 else 200
