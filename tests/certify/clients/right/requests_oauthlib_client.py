"""A right client on requests, requests-oauthlib and the Retry of urllib3. It does the task in EVCONFORM_TASK."""

import os
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

os.environ["OAUTHLIB_INSECURE_TRANSPORT"] = "1"  # the certification serves http on loopback

import requests
from oauthlib.oauth2 import BackendApplicationClient
from requests.adapters import HTTPAdapter
from requests.utils import parse_header_links
from requests_oauthlib import OAuth2Session
from urllib3.util.retry import Retry

BASE, TASK, USER = (os.environ[f"EVCONFORM_{name}"] for name in ("BASE_URL", "TASK", "USER"))
ID, SECRET = os.environ["EVCONFORM_CLIENT_ID"], os.environ["EVCONFORM_CLIENT_SECRET"]
SCOPES = {
    "read_session": ["charging_session:read", "vehicle:read"],
    "poll_sessions": ["charging_session:read"],
    "create_user": ["user:write"],
    "add_vehicle": ["vehicle:read", "vehicle:write"],
    "change_vehicle": ["vehicle:read", "vehicle:write"],
}
TIMEOUT_S = 6
READ_TRIES = 4


class PatientRetry(Retry):
    """Lets all threads wait when one is asked to."""

    resume_at = 0.0

    def sleep(self, response=None):
        """Sleep before the next try."""
        if response is not None and (wait := self.get_retry_after(response)):
            PatientRetry.resume_at = max(PatientRetry.resume_at, time.monotonic() + wait)
        super().sleep(response)
        wait_until_resumed()


def wait_until_resumed():
    """Wait as long as a Retry-After holds all requests back."""
    time.sleep(max(0.0, PatientRetry.resume_at - time.monotonic()))


RETRY = PatientRetry(total=4, backoff_factor=0.2, status_forcelist={429, 502, 503, 504}, allowed_methods={"GET"})


class RefusedError(Exception):
    """The API refuses a request, or responds with what this client was not built for."""


session = OAuth2Session(client=BackendApplicationClient(ID, scope=SCOPES.get(TASK, ["vehicle:read"])))
session.headers.update({"User-Agent": "example-requests/3.1", "EvEnergy-Version": "2"})
for scheme in ("http://", "https://"):
    session.mount(scheme, HTTPAdapter(max_retries=RETRY, pool_maxsize=20))
renewing = threading.Lock()


def renew_token(refused=""):
    """Get a token, unless another thread has replaced the refused one already."""
    with renewing:
        if not session.token or f"Bearer {session.token['access_token']}" == refused:
            session.fetch_token(
                os.environ["EVCONFORM_TOKEN_URL"], auth=requests.auth.HTTPBasicAuth(ID, SECRET), timeout=TIMEOUT_S
            )


def request(method, url, **options):
    """Send a request; repeat a read whose body breaks off, which the adapter does not do."""
    for number in range(1, READ_TRIES + 1):
        wait_until_resumed()
        try:
            return session.request(method, url, **options)
        except (requests.exceptions.ChunkedEncodingError, requests.ConnectionError):
            if method != "GET" or number == READ_TRIES:
                raise
            time.sleep(0.2 * 2**number)
    raise AssertionError("the last try returns or raises")


def send(method, url, **options):
    renew_token()
    options |= {"timeout": TIMEOUT_S, "withhold_token": not url.startswith(BASE + "/")}
    response = request(method, url, **options)
    if response.status_code == 401:
        renew_token(refused=response.request.headers["Authorization"])
        response = request(method, url, **options)
    if not response.ok:
        raise RefusedError(f"{method}: {response.status_code}")
    if response.headers.get("EvEnergy-Version", "2") != "2":
        raise RefusedError("a response of another version")
    limit, left = (response.headers.get(f"X-RateLimit-{name}", "") for name in ("Limit", "Remaining"))
    if limit.isdigit() and left.isdigit() and int(left) < int(limit) / 3:
        time.sleep(0.3)
    return response


def read_pages(path):
    url = BASE + path
    while url:
        response = send("GET", url)
        yield from response.json()
        links = parse_header_links(response.headers.get("Link", ""))
        url = next((link["url"] for link in links if "next" in link.get("rel", "").split()), "about:blank")
        url = "" if url == "about:blank" else url


def list_vehicles():
    for vehicle in read_pages("/vehicles"):
        print(vehicle["id"])


def read_vehicles():
    for vehicle in list(read_pages("/vehicles")):
        print(send("GET", vehicle["url"]).json()["id"])


def read_at_once():
    urls = [vehicle["url"] for vehicle in read_pages("/vehicles")][:20]
    with ThreadPoolExecutor(20) as pool:
        list(pool.map(lambda url: send("GET", url), urls))


def read_session():
    first = send("GET", BASE + "/charging_sessions").json()[0]
    vehicle = send("GET", first["url"], params={"expand": "vehicle"}).json()["vehicle"]
    print((send("GET", vehicle).json() if isinstance(vehicle, str) else vehicle)["id"])


def poll_sessions():
    known = {one["id"] for one in read_pages("/charging_sessions")}
    while True:
        time.sleep(1)
        if {one["id"] for one in read_pages("/charging_sessions")} - known:
            return


def create_user():
    print(send("POST", BASE + "/users", json={"email": "ada@example.com"}).json()["id"])


def add_vehicle():
    model = send("GET", BASE + "/vehicle_models").json()[-1]
    send("POST", BASE + "/vehicles", json={"model": model["url"], "user": USER}, headers={"EvEnergy-User": USER})


def change_vehicle():
    vehicle = send("GET", BASE + "/vehicles").json()[0]
    send("PATCH", vehicle["url"], json={"maximum_charge_limit_percentage": 80})


def revoke_token():
    send("GET", BASE + "/vehicles")
    form = {"token": session.token["access_token"], "client_id": ID, "client_secret": SECRET}
    url = os.environ["EVCONFORM_OAUTH_URL"] + "/revoke_token/"
    # A redirect would take the token of the form elsewhere
    session.post(url, data=form, timeout=TIMEOUT_S, withhold_token=True, allow_redirects=False).raise_for_status()


if __name__ == "__main__":
    try:
        globals()[TASK]()
    except (RefusedError, requests.RequestException) as error:
        sys.exit(f"{type(error).__name__}: {error}")
