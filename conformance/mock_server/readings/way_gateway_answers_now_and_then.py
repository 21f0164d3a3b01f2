"""A gateway before the API answers one request in fifty itself, before or after the API has worked on it."""

from itertools import count, cycle
from typing import Any

from conformance.mock_server.admissible_readings import AdmissibleReading, read_by_wrapper
from conformance.mock_server.app import Application, Receive, Scope, Send

_EVERY = 50
_PAGE = b"<html><body><center><h1>%d</h1></center><hr><center>gateway</center></body></html>"


def _put_gateway_before(app: Application) -> Application:
    requests = count(1)
    kinds = cycle([(502, False), (503, False), (504, True)])

    async def handle(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or next(requests) % _EVERY:
            await app(scope, receive, send)
            return
        status, is_worked_on = next(kinds)
        if is_worked_on:
            await app(scope, receive, _drop_message)
        headers = [(b"content-type", b"text/html")]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": _PAGE % status})

    return handle


async def _drop_message(_message: Any) -> None:
    """Lose a part of a response."""


READING = AdmissibleReading(
    "way",
    "RFC 9110, section 15.6: 502 to 504 are said by what stands before a server; at most a SHOULD (RSP-13) is broken",
    read_by_wrapper(_put_gateway_before),
    slots=("way",),
    has_outages=True,
)
