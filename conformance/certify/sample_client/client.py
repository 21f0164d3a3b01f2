"""A sample client of the ev.energy API, as a partner might write it. It does the task in EVCONFORM_TASK.

Run it as `python client.py`; it needs httpx. Addresses and credentials are in the environment (see `--plan-template`
and the documentation of client certification).
"""

import base64
import hashlib
import os
import re
import secrets
import ssl
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit

import httpx

BASE, OAUTH = os.environ["EVCONFORM_BASE_URL"], os.environ["EVCONFORM_OAUTH_URL"]
ID, SECRET = os.environ["EVCONFORM_CLIENT_ID"], os.environ.get("EVCONFORM_CLIENT_SECRET", "")
REDIRECT, USER = os.environ["EVCONFORM_REDIRECT_URI"], os.environ["EVCONFORM_USER"]
SCOPES = {
    "read_session": "charging_session:read vehicle:read",
    "poll_sessions": "charging_session:read",
    "create_user": "user:write",
    "add_vehicle": "vehicle:read vehicle:write",
    "change_vehicle": "vehicle:read vehicle:write",
}
SCOPE = SCOPES.get(os.environ["EVCONFORM_TASK"], "vehicle:read")
AGENT, VERSION = "example-fleet-sync/1.4", "2"
PAUSE_S = 0.15
POLL_S = 1.0
TIMEOUT_S = 6.0
MAX_TRIES = 5
MAX_HOPS = 3
MAX_WAIT_S = 600.0
LINK = re.compile(r'<([^>]*)>((?:\s*;\s*[\w*-]+\s*(?:=\s*(?:"(?:[^"\\]|\\.)*"|[^",;\s]+))?)*)')
PARAMETER = re.compile(r';\s*([\w*-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^",;\s]+))')


class RefusedError(Exception):
    """The API refused a request, or sent something that this client was not built for."""


class Client:
    """Sends requests with a token that all threads share, and repeats those that may be repeated."""

    def __init__(self) -> None:
        # Without TLS no authority is needed, and loading them takes a while
        trusted = BASE.startswith("https:") or ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self._http = httpx.Client(timeout=TIMEOUT_S, verify=trusted)
        self._http.headers = httpx.Headers({"Accept": "application/json", "User-Agent": AGENT})
        self._http.headers["Accept-Encoding"] = "gzip"
        self._lock = threading.Lock()
        self._token = self._refresh_token = ""
        self._resume_at = 0.0

    # Tokens

    def get_token(self, *, instead_of: str = "") -> str:
        """Return the token; request a new one when there is none, or when the one `instead_of` was refused."""
        with self._lock:
            if not self._token or self._token == instead_of:
                self._keep_tokens(self._request_new_token())
            return self._token

    def _request_new_token(self) -> dict[str, Any]:
        if self._refresh_token:
            return self._request_token({"grant_type": "refresh_token", "refresh_token": self._refresh_token})
        if SECRET:
            return self._request_token({"grant_type": "client_credentials", "scope": SCOPE})
        return self._sign_in()

    def _keep_tokens(self, issued: dict[str, Any]) -> None:
        self._token = issued["access_token"]
        self._refresh_token = issued.get("refresh_token", self._refresh_token)

    def _request_token(self, form: dict[str, str]) -> dict[str, Any]:
        response = self._http.post(f"{OAUTH}/token/", data=form, auth=(ID, SECRET))
        response.raise_for_status()
        issued: dict[str, Any] = response.json()
        return issued

    def sign_in(self) -> None:
        """Sign a person in."""
        self._keep_tokens(self._sign_in())

    def _sign_in(self) -> dict[str, Any]:
        verifier, state = secrets.token_urlsafe(48), secrets.token_urlsafe(12)
        digest = hashlib.sha256(verifier.encode()).digest()
        query = {
            "response_type": "code",
            "client_id": ID,
            "redirect_uri": REDIRECT,
            "login_hint": "user_a",
            "scope": SCOPE,
            "state": state,
            "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }
        redirect = self._http.get(f"{OAUTH}/authorize/?{urlencode(query)}")
        given = parse_qs(urlsplit(redirect.headers["location"]).query)
        if given.get("state") != [state]:
            raise RefusedError("another state came back")
        form = {"grant_type": "authorization_code", "code": given["code"][0], "redirect_uri": REDIRECT}
        return self._request_token({**form, "code_verifier": verifier})

    def revoke(self) -> None:
        """Revoke the token."""
        self._http.post(f"{OAUTH}/revoke_token/", data={"token": self.get_token()}, auth=(ID, SECRET))

    # Requests

    def get(self, url: str) -> httpx.Response:
        """Send a GET request."""
        return self.send("GET", url)

    def send(self, method: str, url: str, json: object = None, headers: dict[str, str] | None = None) -> httpx.Response:
        """Send a request until it succeeds, as often as that is allowed; raise RefusedError when it is refused."""
        is_renewed, tries, hops = False, 0, 0
        token = self.get_token()
        while True:
            tries += 1
            try:
                response = self._send_once(method, url, token, json, headers)
            except httpx.TransportError:
                if method != "GET" or tries >= MAX_TRIES:
                    raise
                self._pause(tries)
                continue
            if response.status_code == 401 and not is_renewed:
                is_renewed = True
                token = self.get_token(instead_of=token)
            elif response.status_code == 429 and tries < MAX_TRIES:
                self._wait(response)
            elif response.status_code in {502, 503, 504} and method == "GET" and tries <= MAX_TRIES:
                self._pause(tries)
            elif response.is_redirect and method == "GET" and hops < MAX_HOPS:
                hops, url = hops + 1, urljoin(url, response.headers["location"])
            else:
                return self._check_response(response)

    def _send_once(
        self, method: str, url: str, token: str, json: object, headers: dict[str, str] | None
    ) -> httpx.Response:
        time.sleep(max(0.0, self._resume_at - time.monotonic()))
        own = {"Authorization": f"Bearer {token}"} if url.startswith(BASE + "/") else {}
        sent = {"EvEnergy-Version": VERSION, **own, **(headers or {})}
        return self._http.request(method, url, json=json, headers=sent)

    def _pause(self, tries: int) -> None:
        time.sleep(PAUSE_S * 2**tries)

    def _wait(self, response: httpx.Response) -> None:
        text = response.headers.get("retry-after", "1")
        wait = float(text) if text.isdigit() else parsedate_to_datetime(text).timestamp() - time.time()
        if wait > MAX_WAIT_S:
            raise RefusedError(f"asked to wait for {wait:.0f} s")
        self._resume_at = max(self._resume_at, time.monotonic() + max(0.0, wait) + 0.1)  # for all threads

    def _check_response(self, response: httpx.Response) -> httpx.Response:
        if not response.is_success:
            is_problem = "json" in response.headers.get("content-type", "")
            problem = response.json() if is_problem else {}
            raise RefusedError(f"{response.status_code} {problem.get('type', 'about:blank')}")
        if response.headers.get("evenergy-version", VERSION) != VERSION:
            raise RefusedError("a response of another version")
        self._slow_down(response)
        return response

    def _slow_down(self, response: httpx.Response) -> None:
        limit, remaining = (response.headers.get(f"x-ratelimit-{name}", "") for name in ("limit", "remaining"))
        if limit.isdigit() and remaining.isdigit() and int(remaining) < int(limit) / 3:
            time.sleep(0.25)


# Lists


def find_next_link(response: httpx.Response) -> str:
    """Return the URL of the next page, empty where there is none (RFC 8288)."""
    for target, parameters in LINK.findall(", ".join(response.headers.get_list("link"))):
        named = {name.lower(): quoted or token for name, quoted, token in reversed(PARAMETER.findall(parameters))}
        if "next" in named.get("rel", "").lower().split():
            return "" if target == "about:blank" else target
    return ""


def read_pages(client: Client, url: str) -> Iterator[list[dict[str, Any]]]:
    """Yield the items of each page of a list."""
    while url:
        response = client.get(url)
        yield response.json()
        url = find_next_link(response)


def list_all_vehicles(client: Client) -> list[dict[str, Any]]:
    """Return all vehicles."""
    return [vehicle for page in read_pages(client, f"{BASE}/vehicles?page_size=100") for vehicle in page]


# The tasks of the integration


def list_vehicles(client: Client) -> None:
    """Print the id of every vehicle."""
    for vehicle in list_all_vehicles(client):
        print(vehicle["id"])


def read_vehicles(client: Client) -> None:
    """Read every vehicle by its URL, and print its id."""
    for vehicle in list_all_vehicles(client):
        print(client.get(vehicle["url"]).json()["id"])


def read_at_once(client: Client) -> None:
    """Read twenty vehicles at the same time."""
    urls = [vehicle["url"] for vehicle in list_all_vehicles(client)][:20]
    with ThreadPoolExecutor(20) as pool:
        list(pool.map(client.get, urls))


def read_session(client: Client) -> None:
    """Print the vehicle of the first charging session."""
    session = client.get(f"{BASE}/charging_sessions").json()[0]
    vehicle = client.get(session["url"] + "?expand=vehicle").json()["vehicle"]
    print((client.get(vehicle).json() if isinstance(vehicle, str) else vehicle)["id"])


def poll_sessions(client: Client) -> None:
    """Read the charging sessions until there is a new one."""
    known: set[str] | None = None
    while True:
        ids = {session["id"] for page in read_pages(client, f"{BASE}/charging_sessions") for session in page}
        if known is not None and ids - known:
            return
        known = ids
        time.sleep(POLL_S)


def create_user(client: Client) -> None:
    """Create a user."""
    print(client.send("POST", f"{BASE}/users", json={"email": "robin@example.com"}).json()["id"])


def add_vehicle(client: Client) -> None:
    """Add a vehicle of the first model for the user."""
    model = client.get(f"{BASE}/vehicle_models").json()[0]
    body = {"model": model["url"], "user": USER}
    client.send("POST", f"{BASE}/vehicles", json=body, headers={"EvEnergy-User": USER})


def change_vehicle(client: Client) -> None:
    """Set the charge limit of the first vehicle."""
    vehicle = client.get(f"{BASE}/vehicles").json()[0]
    client.send("PATCH", vehicle["url"], json={"maximum_charge_limit_percentage": 80})


def sign_in(client: Client) -> None:
    """Sign a person in, and list the vehicles of the person."""
    client.sign_in()
    list_vehicles(client)


def revoke_token(client: Client) -> None:
    """List vehicles, and revoke the token."""
    client.get(f"{BASE}/vehicles")
    client.revoke()


TASKS: dict[str, Callable[[Client], None]] = {
    task.__name__: task
    for task in (
        list_vehicles,
        read_vehicles,
        read_at_once,
        read_session,
        poll_sessions,
        create_user,
        add_vehicle,
        change_vehicle,
        sign_in,
        revoke_token,
    )
}

if __name__ == "__main__":
    try:
        TASKS[os.environ["EVCONFORM_TASK"]](Client())
    except (RefusedError, httpx.HTTPError) as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        sys.exit(1)
