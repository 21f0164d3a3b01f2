"""A sample client as a partner might write it. It does the task in EVCONFORM_TASK.

SAMPLE_MUTANT names one thing to do wrong; SAMPLE_SCALE shortens the waits of the client, as tests shorten the server's.
"""

import base64
import hashlib
import os
import re
import secrets
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from email.utils import parsedate_to_datetime
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit

import httpx

MUTANT = os.environ.get("SAMPLE_MUTANT", "")
SCALE = float(os.environ.get("SAMPLE_SCALE", "1"))
BASE, OAUTH = os.environ["EVCONFORM_BASE_URL"], os.environ["EVCONFORM_OAUTH_URL"]
ID, SECRET = os.environ["EVCONFORM_CLIENT_ID"], os.environ.get("EVCONFORM_CLIENT_SECRET", "")
TRIES, TIMEOUT = 5, 6.0  # seconds that a busy machine never takes, and half as long as a stalled response
SCOPES = {
    "read_session": "charging_session:read vehicle:read",
    "poll_sessions": "charging_session:read",
    "create_user": "user:write",
    "add_vehicle": "vehicle:read vehicle:write",
    "change_vehicle": "vehicle:read vehicle:write",
}
SCOPE = SCOPES.get(os.environ["EVCONFORM_TASK"], "vehicle:read")


class RefusedError(Exception):
    """The API refused a request."""


def is_mutant(name: str) -> bool:
    return name == MUTANT


class Client:
    def __init__(self) -> None:
        agent = {} if is_mutant("no user agent") else {"User-Agent": "example-fleet-sync/1.4"}
        timeout = None if is_mutant("no timeout") else TIMEOUT
        self._http = httpx.Client(timeout=timeout, verify=not is_mutant("trusts every certificate"))
        self._http.headers = httpx.Headers({"Accept": "application/json", **agent})
        if is_mutant("library's user agent"):
            self._http.headers["User-Agent"] = f"python-httpx/{httpx.__version__}"
        self._lock = threading.Lock()
        self._token = self._refresh = ""
        self._asked = 0

    # Tokens

    def get_token(self, *, instead_of: str | None = None) -> str:
        with self._lock:
            self._asked += 1
            stale = is_mutant("forgets its token") and self._asked % 10 == 0
            again = is_mutant("renews for each request") and instead_of
            if self._token and self._token != instead_of and not stale and not again:
                return self._token
            if self._refresh and not is_mutant("signs in again"):
                self._keep_token(self._request_token({"grant_type": "refresh_token", "refresh_token": self._refresh}))
            elif self._refresh:
                self._keep_token(self._authorize())
            else:
                self._keep_token(self._request_client_token())
            return self._token

    def _request_client_token(self) -> dict:
        if not SECRET:
            return self._authorize()
        scope = SCOPE
        if is_mutant("asks for every scope"):
            scope += " user:read user:write tariff:read"
        return self._request_token({"grant_type": "client_credentials", "scope": scope})

    def _keep_token(self, issued: dict) -> None:
        self._token, self._refresh = issued["access_token"], issued.get("refresh_token", "")

    def _request_token(self, form: dict[str, str]) -> dict:
        response = self._http.post(f"{OAUTH}/token/", data=form, auth=(ID, SECRET))
        response.raise_for_status()
        return response.json()

    def sign_in(self) -> None:
        self._keep_token(self._authorize())

    def _authorize(self) -> dict:
        verifier, state = secrets.token_urlsafe(48), secrets.token_urlsafe(12)
        redirect = os.environ["EVCONFORM_REDIRECT_URI"]
        query = {"response_type": "code", "client_id": ID, "redirect_uri": redirect, "login_hint": "user_a"}
        query["scope"] = SCOPE
        if not is_mutant("no state"):
            query["state"] = state
        if not is_mutant("no code challenge"):
            digest = hashlib.sha256(verifier.encode()).digest()
            challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
            query |= {"code_challenge": challenge, "code_challenge_method": "S256"}
        back = self._http.get(f"{OAUTH}/authorize/?{urlencode(query)}")
        given = parse_qs(urlsplit(back.headers["location"]).query)
        if given.get("state") != [state] and not is_mutant("ignores state") and not is_mutant("no state"):
            raise RefusedError("another state came back")
        form = {"grant_type": "authorization_code", "code": given["code"][0], "redirect_uri": redirect}
        return self._request_token(form | ({} if is_mutant("no code challenge") else {"code_verifier": verifier}))

    def revoke(self) -> None:
        slash = "" if is_mutant("revokes without the slash") else "/"
        self._http.post(f"{OAUTH}/revoke_token{slash}", data={"token": self.get_token()}, auth=(ID, SECRET))

    # Requests

    def get(self, url: str, **query: str) -> httpx.Response:
        return self.send("GET", url + ("?" + urlencode(query) if query else ""))

    def send(self, method: str, url: str, json: object = None, headers: dict[str, str] | None = None) -> httpx.Response:
        renewed, number, hops = False, 0, 0
        token = self.get_token()
        while True:
            number += 1
            try:
                response = self._send_once(method, url, token, json, headers)
            except (httpx.TimeoutException, httpx.TransportError):
                if not self._may_repeat(method) or number >= TRIES:
                    raise
                self._pause(number)
                continue
            if (
                response.status_code == 401
                and (not renewed or is_mutant("refresh loop"))
                and not is_mutant("never renews")
            ):
                renewed = True
                if number > 40:
                    raise RefusedError("401")
                token = self.get_token(instead_of=token)
            elif response.status_code == 429 and number < TRIES:
                time.sleep(self._read_retry_after(response))
            elif response.status_code in {502, 503, 504} and self._may_repeat(method) and number < TRIES + 1:
                self._read_error(response)
                self._pause(number)
            elif response.is_redirect and method == "GET" and hops < 3:
                hops, url = hops + 1, urljoin(url, response.headers["location"])
            elif self._should_repeat_refused(response) and number < 3:
                time.sleep(0.05)
            else:
                return self._check_response(response)

    def _send_once(self, method, url, token, json, headers) -> httpx.Response:
        ours = url.startswith(BASE + "/") or is_mutant("token to other origins")
        sent = {"Authorization": f"Bearer {token}"} if ours else {}
        if not is_mutant("no version"):
            sent["EvEnergy-Version"] = "2"
        if is_mutant("token in the query"):
            url += ("&" if "?" in url else "?") + f"access_token={token}"
        return self._http.request(method, url, json=json, headers={**sent, **(headers or {})})

    def _may_repeat(self, method: str) -> bool:
        if is_mutant("posts again blindly"):
            return True
        return method == "GET" and not is_mutant("never repeats a read")

    def _pause(self, number: int) -> None:
        shortest = max(0.05, 0.15 * SCALE)
        gap = 0.4 if is_mutant("constant pauses") else 0.0 if is_mutant("no pauses") else shortest * 2**number
        time.sleep(gap)

    def _read_retry_after(self, response: httpx.Response) -> float:
        text = response.headers.get("retry-after", "1")
        if is_mutant("ignores Retry-After"):
            return 0.2
        if text.isdigit():
            return float(text) + 0.02
        if is_mutant("ignores a date in Retry-After"):
            return 0.2
        return max(0.0, parsedate_to_datetime(text).timestamp() - time.time()) + 0.1

    def _should_repeat_refused(self, response: httpx.Response) -> bool:
        if is_mutant("repeats what was refused with 400"):
            return response.status_code == 400
        if is_mutant("repeats what was refused with 409 or 422"):
            return response.status_code in {409, 422}
        return is_mutant("reads the words of a problem") and "rate limited" in response.text

    def _read_error(self, response: httpx.Response) -> None:
        if is_mutant("takes every error for JSON"):
            response.json()

    def _check_response(self, response: httpx.Response) -> httpx.Response:
        if response.is_error:
            problem = response.json() if "json" in response.headers.get("content-type", "") else {}
            kind = problem["type"] if is_mutant("needs a type") else problem.get("type", "about:blank")
            raise RefusedError(f"{response.status_code} {kind}")
        if response.headers.get("evenergy-version", "2") != "2" and not is_mutant("ignores the version"):
            raise RefusedError("a response of another version")
        self._slow_down(response)
        return response

    def _slow_down(self, response: httpx.Response) -> None:
        limit, left = (response.headers.get(f"x-ratelimit-{name}", "") for name in ("limit", "remaining"))
        if limit.isdigit() and left.isdigit() and int(left) < int(limit) / 3 and not is_mutant("keeps its pace"):
            time.sleep(0.25)


# The tasks of the integration


def find_next_link(response: httpx.Response) -> str:
    lines = response.headers.get_list("link")
    header = lines[0] if is_mutant("reads one Link line") and lines else ", ".join(lines)
    links = re.findall(r'<([^>]*)>((?:\s*;\s*[\w-]+=(?:"(?:[^"\\]|\\.)*"|[^",;\s]+))*)', header)
    if is_mutant("takes the last link"):
        links = [(links[-1][0], '; rel="next"')] if len(links) > 1 else links
    for target, parameters in links:
        if re.search(r'(?:^|;)\s*rel="?next"?\s*(?:;|$)', re.sub(r'title="(?:[^"\\]|\\.)*"', "", parameters)):
            return "" if target == "about:blank" else target
    return ""


def read_pages(client: Client):
    url = f"{BASE}/vehicles?page_size=" + ("100" if not is_mutant("pages too large") else "500")
    while url:
        response = client.get(url)
        items = response.json()
        if is_mutant("breaks on null"):
            next(iter({vehicle["vehicle_class"] for vehicle in items} - {None}), None).lower()
        yield [vehicle for vehicle in items if is_known(vehicle)]
        following = find_next_link(response)
        if is_mutant("builds its own cursor") and following:
            following = f"{BASE}/vehicles?page_size=20&page_after={items[-1]['id']}"
        if is_mutant("begins again at the end") and not following:
            client.get(f"{BASE}/vehicles?page_size=100")
        url = following if following.startswith("http") else ""


KEYS = {
    "id", "url", "trim", "user", "latest_status_log", "charging_sub_sessions", "integrated", "battery_size_watt_hours",
    "effective_battery_size_watt_hours", "maximum_charge_limit_percentage", "description", "disabled",
    "smart_charging_enabled", "vehicle_class", "state_of_charge", "connectors", "model", "battery_size",
}  # fmt: skip


def is_known(vehicle: dict) -> bool:
    if is_mutant("refuses unknown fields") and any("tomorrow" in key for key in vehicle):
        raise ValueError("unknown field")
    if is_mutant("drops unknown values") and vehicle.get("integrated") not in {"UNINTEGRATED", "ACTIVE", "INACTIVE"}:
        return False
    return not is_mutant("knows the form of ids") or bool(re.fullmatch(r"vhcl[A-Z\d]{26}", vehicle["id"]))


def list_vehicles(client: Client) -> None:
    for vehicles in read_pages(client):
        for vehicle in vehicles:
            print(vehicle["id"])


def read_vehicles(client: Client) -> None:
    for vehicle in [vehicle for vehicles in read_pages(client) for vehicle in vehicles]:
        client.get(vehicle["url"].replace("Ab~", "ab~") if is_mutant("lowers ids") else vehicle["url"])


def read_at_once(client: Client) -> None:
    urls = [vehicle["url"] for vehicles in read_pages(client) for vehicle in vehicles][:20]
    with ThreadPoolExecutor(20) as pool:
        list(pool.map(client.get, urls))


def read_session(client: Client) -> None:
    first = client.get(f"{BASE}/charging_sessions").json()[0]
    if is_mutant("expands what is not documented"):
        client._send_once("GET", first["url"] + "?expand=driver", client.get_token(), None, None)
    vehicle = client.get(first["url"], expand="vehicle").json()["vehicle"]
    if is_mutant("expects an object"):
        print(vehicle.get("id") if isinstance(vehicle, dict) else "")
    else:
        print((vehicle if isinstance(vehicle, dict) else client.get(vehicle).json())["id"])


def poll_sessions(client: Client) -> None:
    seen: set[str] | None = None
    while True:
        now, url = set(), f"{BASE}/charging_sessions"
        while url:
            response = client.get(url)
            now |= {session["id"] for session in response.json()}
            url = find_next_link(response)
        if is_mutant("waits for webhooks alone") or (seen is not None and now - seen):
            return
        seen = seen or now
        time.sleep(0.0 if is_mutant("polls without a pause") else 0.4)


def create_user(client: Client) -> None:
    print(client.send("POST", f"{BASE}/users", json={"email": "robin@example.com"}).json()["id"])


def add_vehicle(client: Client) -> None:
    model = client.get(f"{BASE}/vehicle_models").json()[0]
    user = os.environ["EVCONFORM_USER"]
    headers = {} if is_mutant("no user header") else {"EvEnergy-User": user}
    body = {"model": model["url"], "user": user.rpartition("/")[2] if is_mutant("refers by id") else user}
    client.send("POST", f"{BASE}/vehicles", json=body, headers=headers)


def change_vehicle(client: Client) -> None:
    first = client.get(f"{BASE}/vehicles").json()[0]
    client.send("PATCH", first["url"], json={"maximum_charge_limit_percentage": 80})


def sign_in(client: Client) -> None:
    client.sign_in()
    client.get(f"{BASE}/vehicles")


def revoke_token(client: Client) -> None:
    client.get(f"{BASE}/vehicles")
    client.revoke()


if __name__ == "__main__":
    try:
        globals()[os.environ["EVCONFORM_TASK"]](Client())
    except (RefusedError, httpx.HTTPError) as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        sys.exit(1)
