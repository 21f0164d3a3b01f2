"""What stands before a receiver in production: a server that closes each connection, and a proxy that buffers."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Application = Callable[..., Awaitable[None]]
Message = MutableMapping[str, Any]

_MAX_BODY_BYTES = 1_000_000  # as nginx has it (client_max_body_size)
_TOO_LARGE = b"<html><head><title>413 Request Entity Too Large</title></head><body>nginx</body></html>"


def close_connections(app: Application) -> Application:
    """Return an application whose server closes the connection after each response."""

    async def serve(scope: Message, receive: Callable[..., Any], send: Callable[..., Any]) -> None:
        async def send_closing(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), (b"connection", b"close")]
            await send(message)

        await app(scope, receive, send_closing)

    return serve


def put_behind_proxy(app: Application) -> Application:
    """Return an application behind a proxy.

    The proxy reads whole bodies and refuses large ones itself, sends a Content-Length in place of chunks, adds headers
    of its own, and sends the headers in another order.
    """

    async def serve(scope: Message, receive: Callable[..., Any], send: Callable[..., Any]) -> None:
        body, is_over = b"", False
        while not is_over and len(body) <= _MAX_BODY_BYTES:
            message = await receive()
            body += message.get("body", b"")
            is_over = not message.get("more_body", False)
        if len(body) > _MAX_BODY_BYTES:
            headers = [(b"content-type", b"text/html"), (b"connection", b"close")]
            await send({"type": "http.response.start", "status": 413, "headers": headers})
            await send({"type": "http.response.body", "body": _TOO_LARGE})
            return
        kept = [pair for pair in scope["headers"] if pair[0] not in {b"transfer-encoding", b"content-length"}]
        added = [(b"x-forwarded-for", b"203.0.113.9"), (b"x-real-ip", b"203.0.113.9"), (b"via", b"1.1 proxy")]
        framing = [(b"content-length", str(len(body)).encode())]
        forwarded = {**scope, "headers": sorted([*kept, *added, *framing]), "client": ("10.0.0.1", 40000)}

        async def receive_whole() -> Message:
            return {"type": "http.request", "body": body}

        await app(forwarded, receive_whole, send)

    return serve
