"""Creations of a run, which it may therefore delete again."""

import re
import time
from collections.abc import Callable
from urllib.parse import urlsplit

import msgspec

from conformance.model import Response
from conformance.safety.paths import is_plain_name
from conformance.tools.ulid import read_time_ms

_NAMES = re.compile(rb'"(?:id|url)"\s*:\s*"(?:[^"]*/)?([A-Za-z0-9._~-]+)/?"')
_MAX_AGE_MS = 36 * 3_600_000  # of a new id: the clock of a server may stand at the beginning of the day


def find_created_path(method: str, path: str, response: Response) -> str:
    """Return the path of the resource that was created directly below the path of the request, else an empty text.

    Only 201 says that a thing is new (RFC 9110, section 15.3.2): a server that returns 200 may show what was there
    before. The address stands in the body's `url`, else in `Location`, and its last segment has one reading only.
    """
    if method != "POST" or response.status != 201:
        return ""
    try:
        body = msgspec.json.decode(response.body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        body = None
    url = body.get("url") if isinstance(body, dict) else None
    try:
        address = urlsplit(url if isinstance(url, str) and url else response.find_header("location") or "").path
    except ValueError:
        return ""
    parent, _, name = address.rstrip("/").rpartition("/")
    return address if is_plain_name(name) and parent == path.rstrip("/") else ""


class Creations:
    """The paths that a run created. A server names them, so each must be credible.

    A name that was seen in an earlier response, or that a second creation gives again, is none; neither is an id whose
    time (of a ULID) lies before the run. `clock` is in seconds since 1970.
    """

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._paths: set[str] = set()
        self._seen: set[bytes] = set()

    def __contains__(self, path: str) -> bool:
        return path in self._paths

    def observe(self, method: str, path: str, response: Response) -> None:
        """Learn from a response: the names that it shows, and what it says was created."""
        created = find_created_path(method, path, response)
        name = created.rstrip("/").rpartition("/")[2].encode()
        if created and name not in self._seen and self._is_recent(name.decode()):
            self._paths.add(created.rstrip("/").casefold())
        self._seen.update(_NAMES.findall(response.body))

    def _is_recent(self, name: str) -> bool:
        """Return whether an id may be new; an id that holds no time may be."""
        born = read_time_ms(name[-26:])
        return born is None or born >= self._clock() * 1000 - _MAX_AGE_MS
