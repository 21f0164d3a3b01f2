"""Plain HTTP to this machine: the bytes that httpx would send, and responses read as it would read them."""

import re
import socket
import threading
from contextlib import contextmanager

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conformance.network.body_reader import Deadline
from conformance.network.direct_wire import DirectWire
from conformance.network.timed_backend import ExchangeClock
from conformance.network.wire import HttpxWire, OutgoingRequest

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
NAMES = st.sampled_from(["Accept", "host", "X-A", "content-length", "Transfer-Encoding", "Connection"])
VALUES = {"content-length": "3", "Transfer-Encoding": "chunked", "Connection": "close", "host": "elsewhere.example"}


@contextmanager
def listening(*answers, hung_up=None):
    """A server that gives each connection these responses, one for each request; with it, what it received.

    After the last response it hangs up and releases the semaphore `hung_up`.
    """
    server, received = socket.create_server(("127.0.0.1", 0)), []

    def converse(peer):
        with peer:
            for answer in answers:
                data = b""
                while not is_whole(data):
                    if not (piece := peer.recv(65536)):
                        return
                    data += piece
                received.append(data)
                peer.sendall(answer)
        if hung_up:
            hung_up.release()

    def serve():
        while True:
            try:
                peer, _ = server.accept()
            except OSError:
                return
            threading.Thread(target=converse, args=(peer,), daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield server.getsockname()[1], received
    finally:
        server.shutdown(socket.SHUT_RDWR)
        server.close()


def is_whole(data: bytes) -> bool:
    """Return whether a request has come to its end."""
    head, end, body = data.partition(b"\r\n\r\n")
    if b"transfer-encoding" in head.lower():
        return body.endswith(b"0\r\n\r\n")
    length = re.search(rb"content-length: (\d+)", head.lower())
    return bool(end) and len(body) >= int(length[1] if length else 0)


def exchange(wire, request):
    answer = wire.exchange(request, Deadline(5))
    try:
        body = b"".join(answer.pieces)
    finally:
        answer.close(True)
    return answer.status, answer.headers, body


def open_both(port):
    transport = httpx.HTTPTransport(verify=False, trust_env=False)
    clock = ExchangeClock()
    timeouts = httpx.Timeout(5).as_dict()
    return DirectWire("127.0.0.1", port, connect_s=5, idle_s=5), HttpxWire(transport, clock, timeouts)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from(["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"]),
    st.sampled_from([b"", b"abc", b"abcdef"]),
    st.lists(NAMES, max_size=4),
    st.sampled_from(["/", "", "/a%20b?c=%2B", "/ä?x=y z", "/a//b;c"]),
)
def test_the_bytes_are_those_of_httpx(method, body, names, target):
    headers = [(name, VALUES.get(name, "v")) for name in names if body or name != "content-length"]
    with listening(OK) as (port, received):
        request = OutgoingRequest(method, httpx.URL(f"http://127.0.0.1:{port}{target}"), headers, body)
        results = []
        for wire in open_both(port):
            try:
                results.append(exchange(wire, request))
            except httpx.LocalProtocolError as error:
                results.append(str(error))
            wire.close()
    assert results[0] == results[1]
    assert received[::2] == received[1::2]


@pytest.mark.parametrize(
    "answer",
    [
        OK,
        b"HTTP/1.0 200 OK\r\nX-A: \xe9\r\n\r\nuntil the end",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nX-T: 1\r\n\r\n",
        b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + OK,
        b"HTTP/1.1 204 No Content\r\nX-B: 1\r\nx-b: 2\r\n\r\n",
    ],
)
def test_a_response_is_that_of_httpx(answer):
    with listening(answer) as (port, _):
        request = OutgoingRequest("GET", httpx.URL(f"http://127.0.0.1:{port}/"), [("Connection", "close")])
        direct, other = (exchange(wire, request) for wire in open_both(port))
    assert direct == other


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (b"", httpx.RemoteProtocolError),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx", httpx.RemoteProtocolError),
        (b"rubbish\r\n\r\n", httpx.RemoteProtocolError),
        (b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n", httpx.RemoteProtocolError),
    ],
)
def test_what_breaks_http_is_told_as_httpx_tells_it(answer, error):
    told = []
    with listening(answer) as (port, _):
        for wire in open_both(port):
            with pytest.raises(error) as caught:
                exchange(wire, OutgoingRequest("GET", httpx.URL(f"http://127.0.0.1:{port}/"), []))
            told.append(str(caught.value))
    assert told[0] == told[1]


def test_a_connection_serves_again_until_the_server_closes_it():
    hung_up = threading.Semaphore(0)
    with listening(OK, OK, hung_up=hung_up) as (port, received):
        wire = DirectWire("127.0.0.1", port, connect_s=5, idle_s=5)
        request = OutgoingRequest("GET", httpx.URL(f"http://127.0.0.1:{port}/"), [])
        for count in range(1, 6):
            assert exchange(wire, request)[0] == 200
            assert count % 2 or hung_up.acquire(timeout=5)
        wire.close()
    assert len(received) == 5


def test_nobody_there_is_an_error_of_the_connection():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    wire = DirectWire("127.0.0.1", port, connect_s=1, idle_s=1)
    with pytest.raises(httpx.ConnectError, match="refused"):
        wire.exchange(OutgoingRequest("GET", httpx.URL(f"http://127.0.0.1:{port}/"), []), Deadline(2))


def test_a_body_in_chunks_comes_in_two_of_them_without_its_length():
    with listening(OK) as (port, received):
        request = OutgoingRequest(
            "POST", httpx.URL(f"http://127.0.0.1:{port}/"), [("Transfer-Encoding", "chunked")], b"abcdef"
        )
        for wire in open_both(port):
            assert exchange(wire, request)[0] == 200
            wire.close()
    for data in received:
        head, _, body = data.partition(b"\r\n\r\n")
        assert b"content-length" not in head.lower()
        assert body == b"3\r\nabc\r\n3\r\ndef\r\n0\r\n\r\n"
