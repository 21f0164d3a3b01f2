"""Misbehaving clients: `python hostile.py BEHAVIOUR`."""

import base64
import contextlib
import os
import subprocess
import sys
import time
import urllib.request

BASE = os.environ["EVCONFORM_BASE_URL"]


def send_get(url: str) -> None:
    with contextlib.suppress(OSError):
        urllib.request.urlopen(url, timeout=5).close()  # noqa: S310 - the URL of the scenario


def crashes() -> None:
    os.abort()


def fails() -> None:
    raise RuntimeError(f"the secret is {os.environ['EVCONFORM_CLIENT_SECRET']}")


def debugs() -> None:
    pair = f"{os.environ['EVCONFORM_CLIENT_ID']}:{os.environ['EVCONFORM_CLIENT_SECRET']}"
    sys.stdout.write(f"> Authorization: Basic {base64.b64encode(pair.encode()).decode()}\n")


def hangs() -> None:
    time.sleep(600)


def floods() -> None:
    for _ in range(10_000):
        send_get(f"{BASE}/vehicles")


def detaches() -> None:
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True)
    sys.stdout.write(f"{child.pid}\n")


def strays() -> None:
    origin = "/".join(BASE.split("/")[:3])
    send_get(f"{origin}/v2/vehicles")


def wrong_port() -> None:
    send_get("http://127.0.0.1:9/v2/vehicles")


def talks() -> None:
    sys.stdout.write("x" * 10_000_000)


if __name__ == "__main__":
    globals()[sys.argv[1]]()
