"""The control endpoints obey programs on this machine, and nobody else."""

import pytest
from starlette.requests import Request

from conformance.mock_server.control_guard import find_refusal


def make_request(client: str | None = "127.0.0.1", host: str = "127.0.0.1:8000", **headers: str) -> Request:
    named = {"host": host, **headers}
    return Request(
        {
            "type": "http",
            "method": "POST",
            "path": "/_control/reset",
            "client": (client, 50000) if client else None,
            "headers": [(name.encode(), value.encode()) for name, value in named.items()],
        }
    )


@pytest.mark.parametrize("client", ["127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1", None])
@pytest.mark.parametrize("host", ["127.0.0.1:8000", "localhost:8000", "[::1]:8000", "localhost"])
def test_programs_on_this_machine_are_obeyed(client, host):
    assert find_refusal(make_request(client, host)) == ""


@pytest.mark.parametrize("client", ["10.0.0.7", "192.168.1.4", "2001:db8::1", "::ffff:10.0.0.7", "example"])
def test_other_machines_are_refused(client):
    assert "this machine" in find_refusal(make_request(client))


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example:8000", "127.0.0.1.evil.example", "", "127.0.0.1@evil.example"]
)
def test_another_name_for_loopback_is_refused(host):
    assert "loopback" in find_refusal(make_request(host=host))


@pytest.mark.parametrize("origin", ["https://evil.example", "http://localhost:3000", "null"])
def test_web_pages_are_refused(origin):
    assert "web pages" in find_refusal(make_request(origin=origin))
