"""Settings of the machine that prevent connections are named, before anything is sent."""

import httpx
import pytest

from conformance.description.fetch.download import download
from conformance.errors import UsageError
from conformance.model import Request, Target, TargetKind
from conformance.network.channel import Channel
from conformance.network.environment import explain_settings
from conformance.safety.gate import Gate

BASE = "https://api.partner.invalid/v2"
VARIABLES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR")


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch):
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


def send():
    with Channel(BASE, {}, Gate(Target("t", TargetKind.URL, BASE), ()), agent="tests") as channel:
        channel.send(Request("*", "GET", "/", identity=""))


@pytest.mark.parametrize("command", [send, lambda: download(f"{BASE}/openapi.yaml")])
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ALL_PROXY", "socks5://127.0.0.1:9"),
        ("all_proxy", "socks5h://me:pa55word@127.0.0.1:9"),
        ("HTTPS_PROXY", "ftp://127.0.0.1:9"),
        ("SSL_CERT_FILE", "/no/such/file.pem"),
        ("SSL_CERT_FILE", "/dev/null"),
        ("SSL_CERT_FILE", "/"),
        ("SSL_CERT_DIR", "/no/such/folder"),
    ],
)
def test_a_setting_that_prevents_connections_is_named(monkeypatch, command, name, value):
    monkeypatch.setenv(name, value)
    with pytest.raises(UsageError) as caught:
        command()
    assert name in caught.value.message
    assert "pa55word" not in caught.value.message + caught.value.hint


def test_a_rubbish_certificate_is_named(monkeypatch, tmp_path):
    rubbish = tmp_path / "rubbish.pem"
    rubbish.write_bytes(b"\x00\xff" * 100)
    monkeypatch.setenv("SSL_CERT_FILE", str(rubbish))
    with pytest.raises(UsageError, match="SSL_CERT_FILE"):
        send()


def test_an_empty_folder_of_certificates_is_named(monkeypatch, tmp_path):
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))
    with pytest.raises(UsageError, match="SSL_CERT_DIR"):
        send()


def test_other_errors_are_not_blamed_on_the_settings(monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    with pytest.raises(ValueError, match="else"), explain_settings():
        raise ValueError("something else")
    with pytest.raises(httpx.ConnectError), explain_settings():
        raise httpx.ConnectError("refused")
