"""An endpoint that receives deliveries: it responds at once and queues them."""

import time
from collections.abc import Callable, MutableMapping
from queue import SimpleQueue
from typing import Any

from conformance.webhooks.delivery import Delivery

_LARGEST = 10 * 1024 * 1024  # bytes of the largest body that is accepted

_Message = MutableMapping[str, Any]


class Listener:
    """An ASGI application that puts every POST into `arrived` as a delivery; the first `refuse` of them get 503."""

    def __init__(self, *, refusals: int = 0, clock: Callable[[], float] = time.time) -> None:
        self.arrived: SimpleQueue[Delivery] = SimpleQueue()
        self._refuse, self._clock = refusals, clock

    async def __call__(self, scope: _Message, receive: Callable[[], Any], send: Callable[[_Message], Any]) -> None:
        """Receive one request (ASGI 3)."""
        if scope["type"] != "http":
            return
        body, has_more = bytearray(), True
        while has_more and len(body) <= _LARGEST:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            body += message.get("body", b"")
            has_more = message.get("more_body", False)
        arrived_at, status = self._clock(), self._choose_status(scope["method"], len(body))
        await send({"type": "http.response.start", "status": status, "headers": [(b"content-length", b"0")]})
        await send({"type": "http.response.body"})
        if scope["method"] == "POST":  # only what got its response is a delivery; nothing can interrupt here
            headers = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"])
            self.arrived.put(Delivery(headers, bytes(body), arrived_at, scope["path"], status))

    def _choose_status(self, method: str, size: int) -> int:
        """Return the status of the response to a request."""
        if method != "POST":
            return 405
        if size > _LARGEST:
            return 413
        self._refuse -= 1
        return 503 if self._refuse >= 0 else 200
