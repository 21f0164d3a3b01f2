"""Thin driver of a generated client: its transport handles tokens, waits and retries. `python … FOLDER`."""

import importlib
import os
import pkgutil
import sys
import time
from email.utils import parsedate_to_datetime

import httpx

sys.path.insert(0, sys.argv[1])

import evclient.api
from evclient import (
    Client,
)

BASE = os.environ["EVCONFORM_BASE_URL"]


class Transport(httpx.HTTPTransport):
    """Transport that adds the token only for our base URL, renews it once, obeys Retry-After and repeats reads."""

    token = ""

    def renew(self) -> None:
        pair = os.environ["EVCONFORM_CLIENT_ID"], os.environ["EVCONFORM_CLIENT_SECRET"]
        form = {"grant_type": "client_credentials", "scope": "vehicle:read"}
        self.token = httpx.post(os.environ["EVCONFORM_TOKEN_URL"], data=form, auth=pair).json()["access_token"]

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.headers.update({"User-Agent": "example-generated/1.0", "EvEnergy-Version": "2"})
        renewed, number = False, 0
        while True:
            number += 1
            if str(request.url).startswith(BASE + "/"):
                if not self.token:
                    self.renew()
                request.headers["Authorization"] = f"Bearer {self.token}"
            try:
                response = super().handle_request(request)
            except httpx.TransportError:
                if request.method != "GET" or number > 4:
                    raise
                time.sleep(0.05 * 2**number)
                continue
            if response.status_code == 401 and not renewed:
                renewed = True
                self.renew()
            elif response.status_code == 429 and number < 5:
                time.sleep(read_retry_after(response))
            elif response.status_code >= 502 and request.method == "GET" and number < 6:
                time.sleep(0.05 * 2**number)
            else:
                return response


def read_retry_after(response: httpx.Response) -> float:
    text = response.headers["retry-after"]
    late = 0.05 if text.isdigit() else parsedate_to_datetime(text).timestamp() - time.time() + 0.1
    return max(0.0, late + float(text if text.isdigit() else 0))


def import_operation(ending: str):
    names = (info.name for info in pkgutil.walk_packages(evclient.api.__path__, "evclient.api."))
    return importlib.import_module(next(name for name in names if name.endswith("." + ending)))


def list_vehicles(client: Client) -> None:
    listing = import_operation("get_vehicles")
    response = listing.sync_detailed(client=client)
    while True:
        if response.status_code != 200:
            sys.exit(f"refused: {response.status_code}")
        for vehicle in response.parsed:
            print(vehicle.id)
        page = httpx.Response(200, headers=[("link", response.headers.get("link", ""))])
        following = page.links.get("next", {}).get("url", "about:blank")
        if following == "about:blank":
            return
        response = listing._build_response(client=client, response=client.get_httpx_client().get(following))


if __name__ == "__main__":
    verify = httpx.create_ssl_context()
    arguments = {"transport": Transport(verify=verify)}
    configured = Client(
        base_url=BASE, timeout=httpx.Timeout(6.0), httpx_args=arguments, raise_on_unexpected_status=False
    )
    list_vehicles(configured)
