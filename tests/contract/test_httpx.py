"""What the channel relies on beyond the documentation of httpx."""

import httpcore
import httpx
import pytest

from conformance.network.body_reader import Deadline
from conformance.network.timed_backend import ExchangeClock, TimedBackend


class Counting(TimedBackend):
    opened = 0

    def connect_tcp(self, *arguments, **more):
        Counting.opened += 1
        raise httpcore.ConnectError("as the test wants")


@pytest.mark.parametrize("proxy", [None, "http://127.0.0.1:9", "https://127.0.0.1:9"])
def test_a_transport_opens_its_connections_through_its_backend(proxy):
    transport = httpx.HTTPTransport(proxy=proxy, verify=True)
    assert isinstance(transport._pool._network_backend, httpcore.NetworkBackend)
    transport._pool._network_backend = Counting(ExchangeClock())
    before = Counting.opened
    with pytest.raises(httpx.ConnectError):
        transport.handle_request(httpx.Request("GET", "http://api.example/"))
    assert Counting.opened == before + 1


def test_a_timeout_of_the_backend_is_one_of_httpx():
    clock = ExchangeClock()
    clock.deadline = Deadline(-1)
    backend = TimedBackend(clock)
    assert clock.limit(30) == pytest.approx(0.001)
    assert backend is not None
