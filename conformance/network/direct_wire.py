"""Plain HTTP/1.1 straight to a host, without what httpx does beside: a third of the time that a request takes there.

The bytes are those that httpx would send, and h11, which httpx rests on too, reads and writes them.
"""

import select
import socket
from collections.abc import Iterable, Iterator
from functools import partial
from threading import BoundedSemaphore

import h11
import httpx

from conformance.network.body_reader import Deadline
from conformance.network.wire import IncomingResponse, OutgoingRequest, list_wire_headers, split_body

_READ_BYTES = 64 * 1024
_MAX_HEAD_BYTES = 100 * 1024
_MAX_CONNECTIONS = 100
_SHORTEST_S = 0.001  # 0 would make a socket non-blocking


class DirectWire:
    """Connections to one host and port, kept open between exchanges. Any number of threads may use it.

    `connect_s` and `idle_s` limit the seconds to connect and between two bytes.
    """

    def __init__(self, host: str, port: int, *, connect_s: float, idle_s: float) -> None:
        self._address = (host, port)
        self._connect_s, self._idle_s = connect_s, idle_s
        self._idle: list[_Connection] = []  # adding and taking one is atomic
        self._room = BoundedSemaphore(_MAX_CONNECTIONS)
        self._is_closed = False

    def exchange(self, request: OutgoingRequest, deadline: Deadline) -> IncomingResponse:
        """Send a request and read the head of its response; see `Wire`."""
        try:
            head = h11.Request(
                method=request.method,
                target=request.target or request.url.raw_path,
                headers=list_wire_headers(request),
            )
        except h11.LocalProtocolError as error:
            raise httpx.LocalProtocolError(str(error)) from error
        if not self._room.acquire(timeout=self._idle_s):
            raise httpx.PoolTimeout("")
        connection = None
        try:
            connection = self._take_connection(deadline)
            connection.send(head, split_body(request), deadline)
            answer = connection.receive_head(deadline)
        except BaseException:
            if connection is not None:
                connection.close()
            self._room.release()
            raise
        fields = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in answer.headers.raw_items())
        return IncomingResponse(
            answer.status_code, fields, connection.receive_body(deadline), partial(self._end_exchange, connection)
        )

    def close(self) -> None:
        """Close all connections that are not in use, and those in use once their exchange ends."""
        self._is_closed = True
        while self._idle:
            self._idle.pop().close()

    def _take_connection(self, deadline: Deadline) -> "_Connection":
        """Return a connection that the host has not closed, a new one where there is none."""
        while self._idle:
            connection = self._idle.pop()
            if not connection.has_input():  # between two exchanges that can only be the end
                return connection
            connection.close()
        return self._connect(deadline)

    def _connect(self, deadline: Deadline) -> "_Connection":
        try:
            link = socket.create_connection(self._address, _limit(self._connect_s, deadline))
            link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except TimeoutError as error:
            raise httpx.ConnectTimeout(str(error)) from error
        except OSError as error:
            raise httpx.ConnectError(str(error)) from error
        return _Connection(link, self._idle_s)

    def _end_exchange(self, connection: "_Connection", is_reusable: bool) -> None:
        if is_reusable and not self._is_closed and connection.start_next_exchange():
            self._idle.append(connection)
        else:
            connection.close()
        self._room.release()


class _Connection:
    """One connection, and what HTTP/1.1 says of its state."""

    def __init__(self, link: socket.socket, idle_s: float) -> None:
        self._link, self._idle_s = link, idle_s
        self._state = h11.Connection(h11.CLIENT, max_incomplete_event_size=_MAX_HEAD_BYTES)
        self._poll = select.poll()
        self._poll.register(link, select.POLLIN)

    def has_input(self) -> bool:
        """Return whether there is something to read, be it the end."""
        return bool(self._poll.poll(0))

    def send(self, head: h11.Request, parts: Iterable[bytes], deadline: Deadline) -> None:
        """Send a whole request. Where the host hangs up meanwhile, it may have responded before."""
        try:
            data = self._state.send(head) or b""
            for part in parts:
                data += self._state.send(h11.Data(data=part)) or b""
            data += self._state.send(h11.EndOfMessage()) or b""
        except h11.LocalProtocolError as error:
            raise httpx.LocalProtocolError(str(error)) from error
        self._link.settimeout(_limit(self._idle_s, deadline))
        try:
            self._link.sendall(data)
        except TimeoutError as error:
            raise httpx.WriteTimeout(str(error)) from error
        except OSError:
            return

    def receive_head(self, deadline: Deadline) -> h11.Response | h11.InformationalResponse:
        """Return the head of the response; raises httpx.TransportError."""
        while True:
            event = self._receive_event(deadline)
            if isinstance(event, h11.Response):
                return event
            if isinstance(event, h11.InformationalResponse) and event.status_code == 101:
                return event

    def receive_body(self, deadline: Deadline) -> Iterator[bytes]:
        """Yield the body piece by piece; raises httpx.TransportError."""
        while True:
            event = self._receive_event(deadline)
            if isinstance(event, h11.Data):
                yield bytes(event.data)
            elif isinstance(event, h11.EndOfMessage) or event is h11.PAUSED:
                return

    def start_next_exchange(self) -> bool:
        """Make ready for another exchange; return False where there can be none."""
        if self._state.our_state is not h11.DONE or self._state.their_state is not h11.DONE:
            return False
        self._state.start_next_cycle()
        return True

    def close(self) -> None:
        """Close the connection."""
        self._link.close()

    def _receive_event(self, deadline: Deadline) -> h11.Event | type[h11.PAUSED]:
        while True:
            try:
                event = self._state.next_event()
            except h11.RemoteProtocolError as error:
                raise httpx.RemoteProtocolError(str(error)) from error
            if isinstance(event, h11.Event) or event is h11.PAUSED:
                return event
            data = self._read(deadline)
            if not data and self._state.their_state is h11.SEND_RESPONSE:
                raise httpx.RemoteProtocolError("Server disconnected without sending a response.")
            self._state.receive_data(data)

    def _read(self, deadline: Deadline) -> bytes:
        """Return what has arrived, nothing at the end of the connection."""
        if deadline.left_s > 0:
            self._link.settimeout(_limit(self._idle_s, deadline))
            try:
                return self._link.recv(_READ_BYTES)
            except TimeoutError as error:
                if deadline.left_s > 0:
                    raise httpx.ReadTimeout(str(error)) from error
            except OSError as error:
                raise httpx.ReadError(str(error)) from error
        raise httpx.ReadTimeout(deadline.overrun)


def _limit(timeout_s: float, deadline: Deadline) -> float:
    """Return a timeout that does not go beyond the deadline."""
    return min(timeout_s, max(deadline.left_s, _SHORTEST_S))
