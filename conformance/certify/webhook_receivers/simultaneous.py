"""Copies of one request that arrive within a fraction of a millisecond: all but the last byte of each is sent before.

A receiver that looks up and then inserts lets duplicates through only within that interval, often one or two
milliseconds; threads that start requests of their own spread them over ten.
"""

import http.client
import time
from contextlib import ExitStack

import msgspec

from conformance.certify.webhook_receivers.raw_connection import Address, RawConnection
from conformance.model import Headers, Response


class SimultaneousResponses(msgspec.Struct, frozen=True):
    """The response or failure of each copy, and the seconds between the ends of the first and the last copy."""

    outcomes: tuple[Response | str, ...]
    spread_s: float


def send_simultaneously(
    address: Address, headers: Headers, body: bytes, *, count: int, seconds: float
) -> SimultaneousResponses:
    """Send copies of a request, each on its own connection, so that all end together.

    Raises OSError if a connection cannot be opened: then nothing was sent completely.
    """
    with ExitStack() as stack:
        connections = [stack.enter_context(RawConnection(address, seconds)) for _ in range(count)]
        for connection in connections:
            connection.send_head((*headers, ("Content-Length", str(len(body)))))
            connection.send_bytes(body[:-1])
        started_at = time.perf_counter()
        broken = [_end_request(connection, body[-1:]) for connection in connections]
        spread_s = time.perf_counter() - started_at
        outcomes = tuple(
            failure or _read_response(connection) for connection, failure in zip(connections, broken, strict=True)
        )
    return SimultaneousResponses(outcomes, spread_s)


def _end_request(connection: RawConnection, last: bytes) -> str:
    """Send the last byte of a request; return the failure, empty if there is none."""
    try:
        connection.send_bytes(last)
    except OSError as error:
        return f"the connection broke: {error!r}"
    return ""


def _read_response(connection: RawConnection) -> Response | str:
    """Return the response, or the failure in words."""
    try:
        return connection.read_response()
    except (OSError, http.client.HTTPException) as error:
        return f"no response: {error!r}"
