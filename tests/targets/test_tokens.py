"""Buying tokens: client credentials by Basic, and every way in which an endpoint may let us down."""

import io
from base64 import b64encode
from urllib.parse import parse_qs

import httpx
import pytest
import respx
from rich.console import Console

from conformance.errors import TargetError, UsageError
from conformance.targets.config import Identity
from conformance.targets.tokens import Credentials, obtain

URL = "https://tokens.example/o/token/"
CLIENT, SECRET, TOKEN = "me", "a-very-secret-value", "a-very-secret-token"
BUYER = {"full": Identity(client_id=CLIENT, client_secret=SECRET)}


@pytest.fixture
def endpoint():
    with respx.mock(assert_all_called=False) as router:
        yield router.post(URL).respond(json={"access_token": TOKEN, "token_type": "Bearer"})


def test_a_token_that_is_given_costs_no_request(endpoint):
    credentials, asked = obtain({"full": Identity(token=TOKEN)}, URL)
    assert credentials.headers == {"full": (("Authorization", f"Bearer {TOKEN}"),)}
    assert credentials.secrets == {"full.token": TOKEN}
    assert asked == 0
    assert not endpoint.called


def test_client_credentials_buy_one_by_basic(endpoint):
    credentials, asked = obtain(BUYER, URL)
    request = endpoint.calls.last.request
    assert request.headers["Authorization"] == "Basic " + b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
    assert parse_qs(request.content.decode()) == {"grant_type": ["client_credentials"]}
    assert SECRET not in str(request.url) + request.content.decode()
    assert credentials.headers["full"] == (("Authorization", f"Bearer {TOKEN}"),)
    assert credentials.secrets.items() >= {"full.token": TOKEN, "full.client_secret": SECRET}.items()
    assert asked == 1


def test_a_login_is_form_encoded_and_redacted_in_that_form_too(endpoint):
    credentials, _ = obtain({"full": Identity(client_id="m:e", client_secret="50% + ü")}, URL)
    login = b64encode(b"m%3Ae:50%25+%2B+%C3%BC").decode()
    assert endpoint.calls.last.request.headers["Authorization"] == f"Basic {login}"
    assert credentials.headers["full#client"] == (("Authorization", f"Basic {login}"),)
    assert login in credentials.secrets.values()


def test_values_come_from_the_environment(endpoint, monkeypatch):
    monkeypatch.setenv("MY_SECRET", SECRET)
    monkeypatch.setenv("MY_SCOPE", "evse:read user:read")
    obtain({"full": Identity(client_id=CLIENT, client_secret="env:MY_SECRET", scope="env:MY_SCOPE")}, URL)
    request = endpoint.calls.last.request
    assert parse_qs(request.content.decode())["scope"] == ["evse:read user:read"]
    assert b64encode(f"{CLIENT}:{SECRET}".encode()).decode() in request.headers["Authorization"]


def test_each_identity_buys_its_own(endpoint):
    identities = {**BUYER, "readonly": Identity(client_id="you", client_secret="x"), "expired": Identity(token="old")}
    credentials, asked = obtain(identities, URL)
    assert asked == 2
    assert {"full", "readonly", "expired"} <= set(credentials.headers)
    assert endpoint.call_count == 2


def test_a_client_may_be_given(endpoint):
    with httpx.Client() as client:
        assert obtain(BUYER, URL, client)[1] == 1


@pytest.mark.parametrize("identity", [Identity(), Identity(client_secret=SECRET), Identity(scope="x")])
def test_an_identity_without_credentials_does_not_ask_as_nobody(endpoint, identity):
    with pytest.raises(UsageError, match="the identity full has no credentials"):
        obtain({"full": identity}, URL)
    assert not endpoint.called


def test_a_variable_that_is_not_set_is_named(monkeypatch):
    monkeypatch.delenv("GONE", raising=False)
    with pytest.raises(UsageError, match="the token of full wants the environment variable GONE"):
        obtain({"full": Identity(token="env:GONE")}, URL)


ANSWERS = {
    "refused": (httpx.Response(401, json={"error": SECRET}), "refuses the identity full with 401"),
    "failing": (httpx.Response(500, text=SECRET), "refuses the identity full with 500"),
    "elsewhere": (httpx.Response(302, headers={"Location": "https://evil.example/"}), "with 302"),
    "no JSON": (httpx.Response(200, text=f"<p>{SECRET}</p>"), "answers no token for full"),
    "no UTF-8": (httpx.Response(200, content=b'{"access_token": "\xff"}'), "answers no token for full"),
    "no object": (httpx.Response(200, json=[TOKEN]), "answers no token for full"),
    "no token": (httpx.Response(200, json={"token": TOKEN}), "answers no token for full"),
    "an empty token": (httpx.Response(200, json={"access_token": ""}), "answers no token for full"),
    "a number": (httpx.Response(200, json={"access_token": 5}), "answers no token for full"),
    "nothing": (httpx.Response(200), "answers no token for full"),
}  # fmt: skip


@pytest.mark.parametrize("case", ANSWERS)
def test_an_endpoint_that_gives_no_token_is_told_without_secrets(endpoint, case):
    answer, expected = ANSWERS[case]
    endpoint.mock(return_value=answer)
    with pytest.raises(TargetError, match=expected) as told:
        obtain(BUYER, URL)
    assert URL in told.value.message
    assert told.value.hint
    assert told.value.exit_code == 3
    assert SECRET not in told.value.message + told.value.hint
    assert TOKEN not in told.value.message


@pytest.mark.parametrize(
    "fault", [httpx.ConnectError("refused"), httpx.ReadTimeout("late"), httpx.RemoteProtocolError("odd")]
)
def test_an_endpoint_that_cannot_be_reached_is_told(endpoint, fault):
    endpoint.mock(side_effect=fault)
    with pytest.raises(TargetError, match="cannot be reached") as told:
        obtain(BUYER, URL)
    assert SECRET not in told.value.message


@pytest.mark.parametrize("url", ["nonsense", "https://[/", "ftp://h/"])
def test_an_address_that_is_none_is_told(url):
    with pytest.raises(TargetError, match="cannot be reached"):
        obtain(BUYER, url)


def test_credentials_show_names_and_no_secret():
    credentials = Credentials({"full": (("Authorization", f"Bearer {TOKEN}"),)}, {"full.token": TOKEN})
    console = Console(file=io.StringIO())
    console.print(credentials)
    for shown in (repr(credentials), str(credentials), console.file.getvalue()):
        assert TOKEN not in shown
        assert "full" in shown
