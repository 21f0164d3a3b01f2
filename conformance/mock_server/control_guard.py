"""The guard of the control endpoints: only programs on this machine may use them."""

import ipaddress
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send


class ControlGuard:
    """ASGI middleware that refuses control requests from other machines and from web pages with 403.

    A page in a browser on this machine reaches loopback too, by a request across origins or by a name that its owner
    lets resolve to 127.0.0.1 (DNS rebinding). The first carries `Origin`, the second a `Host` of another name.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it."""
        reason = find_refusal(Request(scope))
        if reason:
            await JSONResponse({"error": reason}, 403)(scope, receive, send)
            return
        await self._app(scope, receive, send)


def find_refusal(request: Request) -> str:
    """Return why a control request is refused, or an empty string."""
    if request.client is not None and not _is_loopback(request.client.host):
        return "Control requests are accepted from this machine alone."
    host = urlsplit(f"//{request.headers.get('host', '')}").hostname or ""
    if not _is_loopback(host):
        return f"Control requests are accepted for a loopback address alone, not for {host!r}."
    if "origin" in request.headers:
        return "Control requests are not accepted from web pages."
    return ""


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback
