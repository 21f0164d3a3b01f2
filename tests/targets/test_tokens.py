"""Token requests: client credentials by Basic, and every way in which a token endpoint may fail."""

import io
from base64 import b64encode
from urllib.parse import parse_qs

import httpx
import msgspec
import pytest
import respx
from rich.console import Console

from conformance.errors import CredentialsError, TargetError, UsageError
from conformance.model import Target, TargetKind
from conformance.safety.gate import Gate
from conformance.targets.config import IdentityConfig
from conformance.targets.tokens import Credentials, obtain_credentials

URL = "https://tokens.example/o/token/"
TARGET = Target("test", TargetKind.URL, "https://tokens.example/v2", URL)
CLIENT, SECRET, TOKEN = "me", "a-very-secret-value", "a-very-secret-token"


def obtain(identities, target=TARGET, transport=None):
    return obtain_credentials(identities, target, Gate(TARGET if "[" in target.token_url else target, ()), transport)


WITH_CLIENT = {"full": IdentityConfig(client_id=CLIENT, client_secret=SECRET)}


@pytest.fixture
def endpoint():
    with respx.mock(assert_all_called=False) as router:
        yield router.post(URL).respond(json={"access_token": TOKEN, "token_type": "Bearer"})


def test_a_configured_token_needs_no_request(endpoint):
    credentials, sent = obtain({"full": IdentityConfig(token=TOKEN)}, TARGET)
    assert credentials.headers == {"full": (("Authorization", f"Bearer {TOKEN}"),)}
    assert credentials.secrets == {"full.token": TOKEN}
    assert sent == 0
    assert not endpoint.called


def test_client_credentials_are_sent_by_basic(endpoint):
    credentials, sent = obtain(WITH_CLIENT, TARGET)
    request = endpoint.calls.last.request
    assert request.headers["Authorization"] == "Basic " + b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
    assert parse_qs(request.content.decode()) == {"grant_type": ["client_credentials"]}
    assert SECRET not in str(request.url) + request.content.decode()
    assert credentials.headers["full"] == (("Authorization", f"Bearer {TOKEN}"),)
    assert credentials.secrets.items() >= {"full.token": TOKEN, "full.client_secret": SECRET}.items()
    assert sent == 1


def test_a_login_is_form_encoded_and_redacted_in_that_form_too(endpoint):
    credentials, _ = obtain({"full": IdentityConfig(client_id="m:e", client_secret="50% + ü")}, TARGET)
    login = b64encode(b"m%3Ae:50%25+%2B+%C3%BC").decode()
    assert endpoint.calls.last.request.headers["Authorization"] == f"Basic {login}"
    assert credentials.headers["full#client"] == (("Authorization", f"Basic {login}"),)
    assert login in credentials.secrets.values()


def test_values_come_from_the_environment(endpoint, monkeypatch):
    monkeypatch.setenv("MY_SECRET", SECRET)
    monkeypatch.setenv("MY_SCOPE", "evse:read user:read")
    obtain({"full": IdentityConfig(client_id=CLIENT, client_secret="env:MY_SECRET", scope="env:MY_SCOPE")}, TARGET)
    request = endpoint.calls.last.request
    assert parse_qs(request.content.decode())["scope"] == ["evse:read user:read"]
    assert b64encode(f"{CLIENT}:{SECRET}".encode()).decode() in request.headers["Authorization"]


def test_each_identity_requests_its_own_token(endpoint):
    identities = {
        **WITH_CLIENT,
        "readonly": IdentityConfig(client_id="you", client_secret="x"),
        "expired": IdentityConfig(token="old"),
    }
    credentials, sent = obtain(identities, TARGET)
    assert sent == 2
    assert {"full", "readonly", "expired"} <= set(credentials.headers)
    assert endpoint.call_count == 2


def test_a_given_transport_is_used():
    transport = httpx.MockTransport(lambda request: httpx.Response(200, json={"access_token": TOKEN}))
    assert obtain(WITH_CLIENT, TARGET, transport)[1] == 1


def test_a_redirect_of_the_token_endpoint_is_not_followed(endpoint):
    endpoint.respond(302, headers={"Location": "https://api.ev.energy/o/token/"})
    with pytest.raises(UsageError, match="302 to https://"):
        obtain(WITH_CLIENT, TARGET)
    assert endpoint.call_count == 1


@pytest.mark.parametrize(
    ("status", "error", "hint"),
    [(404, UsageError, "token_url"), (401, CredentialsError, "client_id"), (500, TargetError, "not judged")],
)
def test_the_status_of_the_token_endpoint_says_what_to_correct(endpoint, status, error, hint):
    endpoint.respond(status)
    with pytest.raises(error, match=str(status)) as caught:
        obtain(WITH_CLIENT, TARGET)
    assert type(caught.value) is error
    assert hint in caught.value.hint


@pytest.mark.parametrize(
    "identity", [IdentityConfig(), IdentityConfig(client_secret=SECRET), IdentityConfig(scope="x")]
)
def test_an_identity_without_credentials_sends_no_token_request(endpoint, identity):
    with pytest.raises(UsageError, match="the identity full has no credentials"):
        obtain({"full": identity}, TARGET)
    assert not endpoint.called


def test_an_unset_variable_is_named(monkeypatch):
    monkeypatch.delenv("GONE", raising=False)
    with pytest.raises(UsageError, match="the token of full needs the environment variable GONE"):
        obtain({"full": IdentityConfig(token="env:GONE")}, TARGET)


RESPONSES = {
    "refused": (httpx.Response(401, json={"error": SECRET}), "refuses the identity full with 401"),
    "failing": (httpx.Response(500, text=SECRET), "responds with 500 to the identity full"),
    "elsewhere": (httpx.Response(302, headers={"Location": "https://evil.example/"}), "with 302"),
    "no JSON": (httpx.Response(200, text=f"<p>{SECRET}</p>"), "responds without a token for full"),
    "no UTF-8": (httpx.Response(200, content=b'{"access_token": "\xff"}'), "responds without a token for full"),
    "no object": (httpx.Response(200, json=[TOKEN]), "responds without a token for full"),
    "no token": (httpx.Response(200, json={"token": TOKEN}), "responds without a token for full"),
    "an empty token": (httpx.Response(200, json={"access_token": ""}), "responds without a token for full"),
    "a number": (httpx.Response(200, json={"access_token": 5}), "responds without a token for full"),
    "nothing": (httpx.Response(200), "responds without a token for full"),
}  # fmt: skip


@pytest.mark.parametrize("case", RESPONSES)
def test_a_response_without_token_is_reported_without_secrets(endpoint, case):
    response, expected = RESPONSES[case]
    endpoint.mock(return_value=response)
    with pytest.raises((TargetError, UsageError), match=expected) as raised:
        obtain(WITH_CLIENT, TARGET)
    assert URL in raised.value.message
    assert raised.value.hint
    assert raised.value.exit_code == (2 if case in {"refused", "elsewhere"} else 3)
    assert SECRET not in raised.value.message + raised.value.hint
    assert TOKEN not in raised.value.message


@pytest.mark.parametrize(
    "error", [httpx.ConnectError("refused"), httpx.ReadTimeout("late"), httpx.RemoteProtocolError("odd")]
)
def test_an_unreachable_endpoint_is_reported(endpoint, error):
    endpoint.mock(side_effect=error)
    with pytest.raises(TargetError, match="cannot be reached") as raised:
        obtain(WITH_CLIENT, TARGET)
    assert SECRET not in raised.value.message


@pytest.mark.parametrize("url", ["nonsense", "https://[/", "ftp://h/"])
def test_an_invalid_token_url_is_reported(url):
    with pytest.raises(TargetError, match="cannot be reached"):
        obtain(WITH_CLIENT, msgspec.structs.replace(TARGET, token_url=url))


def test_credentials_show_names_and_no_secret():
    credentials = Credentials({"full": (("Authorization", f"Bearer {TOKEN}"),)}, {"full.token": TOKEN})
    console = Console(file=io.StringIO())
    console.print(credentials)
    for text in (repr(credentials), str(credentials), console.file.getvalue()):
        assert TOKEN not in text
        assert "full" in text
