"""A connection whose bytes are sent one part after the other."""

import fcntl
import resource
import socket

import pytest

from conformance.certify.webhook_receivers import raw_connection
from conformance.certify.webhook_receivers.raw_connection import Address, RawConnection
from conformance.webhooks.loopback_server import serve_on_loopback
from tests.receivers.sample import Receiver

HIGH_DESCRIPTOR = 1_100  # what select() refuses


@pytest.fixture
def high_descriptors(monkeypatch: pytest.MonkeyPatch):
    """Give each connection a descriptor that a process has only while more than 1,000 others are open."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard <= HIGH_DESCRIPTOR:
        pytest.skip("this machine allows no descriptor so high")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, HIGH_DESCRIPTOR + 100), hard))
    connect = socket.create_connection

    def connect_high(*arguments: object) -> socket.socket:
        with connect(*arguments) as plain:
            return socket.socket(fileno=fcntl.fcntl(plain, fcntl.F_DUPFD_CLOEXEC, HIGH_DESCRIPTOR))

    monkeypatch.setattr(raw_connection.socket, "create_connection", connect_high)
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.mark.usefixtures("high_descriptors")
def test_a_request_is_sent_with_a_descriptor_above_1023():
    body = b"x" * 100_000
    with serve_on_loopback(Receiver().app) as origin:
        address = Address("127.0.0.1", int(origin.rpartition(":")[2]), "/webhook", is_secure=False)
        with RawConnection(address, 10.0) as connection:
            assert connection._socket.fileno() >= HIGH_DESCRIPTOR
            assert not connection.has_response()
            connection.send_head((("Content-Length", str(len(body))),))
            assert connection.send_bytes(body)
            assert connection.read_response().status == 400
