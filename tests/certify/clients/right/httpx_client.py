"""A right client on the asynchronous client of httpx, everything else by hand. It does the task in EVCONFORM_TASK."""

import asyncio
import os
import random
import re
import sys
import time
from datetime import datetime
from email.utils import parsedate_to_datetime

import httpx

ENVIRONMENT = {name.removeprefix("EVCONFORM_"): value for name, value in os.environ.items() if "EVCONFORM_" in name}
BASE, TASK = ENVIRONMENT["BASE_URL"], ENVIRONMENT["TASK"]
ALL_SCOPES = "vehicle:read vehicle:write charging_session:read user:write"  # one set for the whole integration
LINK = re.compile(r'<([^>]*)>((?:[^,"]|"(?:[^"\\]|\\.)*")*)')
RELATION = re.compile(r';\s*rel\s*=\s*(?:"([^"]*)"|([^\s;,"]+))', re.IGNORECASE)
TITLE = re.compile(r';\s*(?!rel\b)[\w*-]+\s*=\s*"(?:[^"\\]|\\.)*"', re.IGNORECASE)
TRIES = 5


class GivenUpError(Exception):
    """What this client cannot go on with."""


class Api:
    """The API, with one token for all coroutines."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self.http, self.token, self.lock = http, "", asyncio.Lock()
        self.resume_at = 0.0  # no request before it, after a 429

    async def renew(self, refused: str) -> None:
        async with self.lock:
            if self.token != refused:
                return
            form = {"grant_type": "client_credentials", "scope": ALL_SCOPES}
            form |= {"client_id": ENVIRONMENT["CLIENT_ID"], "client_secret": ENVIRONMENT["CLIENT_SECRET"]}
            response = await self.http.post(ENVIRONMENT["TOKEN_URL"], data=form)
            if response.status_code != 200:
                raise GivenUpError(f"no token: {response.status_code}")
            self.token = response.json()["access_token"]

    async def send(self, method: str, url: str, **options) -> httpx.Response:
        if not self.token:
            await self.renew("")
        renewed, further = False, options.pop("headers", {})
        for number in range(1, TRIES + 1):
            await asyncio.sleep(max(0.0, self.resume_at - time.monotonic()))
            token = self.token
            own = {"Authorization": f"Bearer {token}"} if url.startswith(f"{BASE}/") else {}
            try:
                response = await self.http.request(method, url, headers={**further, **own}, **options)
            except httpx.TransportError as error:
                if method != "GET" or number == TRIES:
                    raise GivenUpError(repr(error)) from error
                await back_off(number)
                continue
            if response.status_code == 401 and not renewed:
                renewed = True
                await self.renew(token)
            elif response.status_code == 429 and number < TRIES:
                self.resume_at = max(self.resume_at, time.monotonic() + read_wait(response))
            elif response.status_code in {500, 502, 503, 504} and method == "GET" and number < TRIES:
                await back_off(number)
            else:
                return await check(response)
        raise GivenUpError("too many tries")


async def back_off(number: int) -> None:
    await asyncio.sleep(0.25 * 2 ** (number - 1) * random.uniform(0.9, 1.1))  # noqa: S311 - jitter, no secret


def read_wait(response: httpx.Response) -> float:
    text = response.headers.get("retry-after", "1")
    if text.isdigit():
        return float(text) + 0.1
    until: datetime = parsedate_to_datetime(text)
    wait = (until - datetime.now(until.tzinfo)).total_seconds()
    if wait > 900:
        raise GivenUpError(f"the API asks for a wait of {wait:.0f} s")
    return max(0.0, wait) + 0.1


async def check(response: httpx.Response) -> httpx.Response:
    if response.is_redirect:
        raise GivenUpError("an unexpected redirect")
    if response.is_error:
        raise GivenUpError(f"refused with {response.status_code}")
    if response.headers.get("evenergy-version", "2") != "2":
        raise GivenUpError("another version of the API")
    if "x-ratelimit-remaining" in response.headers:
        share = int(response.headers["x-ratelimit-remaining"]) / int(response.headers["x-ratelimit-limit"])
        await asyncio.sleep(max(0.0, 0.5 - share) * 0.8)
    return response


async def read_pages(api: Api, path: str):
    url = BASE + path
    while url and url != "about:blank":
        response = await api.send("GET", url)
        for item in response.json():
            yield item
        url = find_next(", ".join(response.headers.get_list("link")))


def find_next(header: str) -> str:
    for target, parameters in LINK.findall(header):
        relation = RELATION.search(TITLE.sub("", parameters))
        if relation and "next" in (relation[1] or relation[2]).lower().split():
            return target
    return ""


async def list_vehicles(api: Api) -> None:
    async for vehicle in read_pages(api, "/vehicles?page_size=50"):
        print(vehicle["id"])


async def read_vehicles(api: Api) -> None:
    for url in [vehicle["url"] async for vehicle in read_pages(api, "/vehicles?page_size=50")]:
        print((await api.send("GET", url)).json()["id"])


async def read_at_once(api: Api) -> None:
    urls = [vehicle["url"] async for vehicle in read_pages(api, "/vehicles?page_size=50")]
    await asyncio.gather(*(api.send("GET", url) for url in urls[:20]))


async def read_session(api: Api) -> None:
    session = (await api.send("GET", f"{BASE}/charging_sessions")).json()[0]
    vehicle = (await api.send("GET", session["url"], params={"expand": "vehicle"})).json()["vehicle"]
    if isinstance(vehicle, str):
        vehicle = (await api.send("GET", vehicle)).json()
    print(vehicle["id"])


async def poll_sessions(api: Api) -> None:
    known = None
    while True:
        ids = {session["id"] async for session in read_pages(api, "/charging_sessions")}
        if known is not None and ids - known:
            return
        known = ids
        await asyncio.sleep(1)


async def create_user(api: Api) -> None:
    print((await api.send("POST", f"{BASE}/users", json={"email": "grace@example.com"})).json()["id"])


async def add_vehicle(api: Api) -> None:
    models = (await api.send("GET", f"{BASE}/vehicle_models")).json()
    user = ENVIRONMENT["USER"]
    body = {"model": models[0]["url"], "user": user}
    await api.send("POST", f"{BASE}/vehicles", json=body, headers={"EvEnergy-User": user.rpartition("/")[2]})


async def change_vehicle(api: Api) -> None:
    vehicle = (await api.send("GET", f"{BASE}/vehicles")).json()[0]
    await api.send("PATCH", vehicle["url"], json={"maximum_charge_limit_percentage": 80})


async def revoke_token(api: Api) -> None:
    await api.send("GET", f"{BASE}/vehicles")
    pair = ENVIRONMENT["CLIENT_ID"], ENVIRONMENT["CLIENT_SECRET"]
    await api.http.post(f"{ENVIRONMENT['OAUTH_URL']}/revoke_token/", data={"token": api.token}, auth=pair)


async def main() -> None:
    headers = {"User-Agent": "example-async/0.9 (fleet@example.com)", "EvEnergy-Version": "2"}
    async with httpx.AsyncClient(headers=headers, timeout=httpx.Timeout(5.0, pool=30.0)) as http:
        await globals()[TASK](Api(http))


if __name__ == "__main__":
    try:
        asyncio.run(main())
    except GivenUpError as reason:
        sys.exit(f"given up: {reason}")
