"""Tokens: client credentials, authorization codes with PKCE, refresh, revocation and lifetimes."""

import base64
import hashlib
from urllib.parse import parse_qs, urlsplit

import pytest

from conformance.mock_server import clock
from tests.mock_server.in_process_client import NOW, Client, Web


@pytest.fixture(scope="module")
def web(reader: Client) -> Web:
    return Web(reader.server)


APP = ("evconform-full", "full-secret")


def test_client_credentials(web: Web) -> None:
    basic = web.post("/o/token/", data={"grant_type": "client_credentials"}, auth=APP)
    form = web.post(
        "/o/token/", data={"grant_type": "client_credentials", "client_id": APP[0], "client_secret": APP[1]}
    )
    for reply in (basic, form):
        assert reply.json()["expires_in"] == 36_000
        token = reply.json()["access_token"]
        assert web.get("/v2/users", headers={"authorization": f"Bearer {token}"}).status_code == 200
    assert web.post("/o/revoke_token/", data={"token": token}, auth=APP).status_code == 200
    assert web.get("/v2/users", headers={"authorization": f"Bearer {token}"}).status_code == 401
    assert web.post("/o/revoke_token", data={"token": token}, auth=APP).status_code == 405
    assert web.post("/o/token/", data={"grant_type": "client_credentials"}, auth=("x", "y")).status_code == 401
    assert web.post("/o/token/", data={"grant_type": "password"}, auth=APP).json()["error"] == "unsupported_grant_type"


def test_code_with_pkce_and_refresh(web: Web) -> None:
    verifier = "v" * 50
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    app, secret, target = "evconform-app", "evconform-app-secret", "https://partner.example.com/back"
    query = {
        "response_type": "code",
        "client_id": app,
        "redirect_uri": target,
        "state": "s",
        "code_challenge": challenge,
        "code_challenge_method": "S256",
        "login_hint": "user_b",
    }
    response = parse_qs(urlsplit(web.get("/o/authorize/", params=query).headers["location"]).query)
    assert response["state"] == ["s"]
    form = {"grant_type": "authorization_code", "code": response["code"][0], "redirect_uri": target}
    granted = web.post("/o/token/", data={**form, "code_verifier": verifier}, auth=(app, secret)).json()
    mine = web.get("/v2/users", headers={"authorization": f"Bearer {granted['access_token']}"}).json()
    assert len(mine) == 1
    assert (
        web.post("/o/token/", data={**form, "code_verifier": verifier}, auth=(app, secret)).json()["error"]
        == "invalid_grant"
    )
    again = {"grant_type": "refresh_token", "refresh_token": granted["refresh_token"]}
    assert web.post("/o/token/", data=again, auth=(app, secret)).json()["access_token"] != granted["access_token"]
    assert web.post("/o/token/", data=again, auth=(app, secret)).status_code == 400
    wrong = parse_qs(urlsplit(web.get("/o/authorize/", params=query).headers["location"]).query)
    bad = {**form, "code": wrong["code"][0], "code_verifier": "w" * 50}
    assert web.post("/o/token/", data=bad, auth=(app, secret)).json()["error"] == "invalid_grant"


def test_code_lives_a_minute_and_token_ten_hours(bundled: Client) -> None:
    web = Web(bundled.server)
    token = web.post("/o/token/", data={"grant_type": "client_credentials"}, auth=APP).json()["access_token"]
    query = {"response_type": "code", "client_id": "evconform-app", "redirect_uri": "https://p.example.com/"}
    code = parse_qs(urlsplit(web.get("/o/authorize/", params=query).headers["location"]).query)["code"][0]
    web.post("/_control/clock", json={"seconds": 61})
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": query["redirect_uri"]}
    assert web.post("/o/token/", data=form, auth=("evconform-app", "evconform-app-secret")).status_code == 400
    headers = {"authorization": f"Bearer {token}"}
    assert web.get("/v2/users", headers=headers).status_code == 200
    web.post("/_control/clock", json={"seconds": 36_000})
    assert web.get("/v2/users", headers=headers).status_code == 401
    assert clock.parse_time(web.get("/_control/clock").json()["now"]) == NOW + 36_061 * clock.SECOND
