"""Ways in which a server may read a URL; the rules apply to each of them. Pure."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

_MAX_DECODINGS = 3  # rounds of percent-decoding that a lenient server may make


class UrlPlace(NamedTuple):
    """A URL without query: its origin as (scheme, host, port), and the ways to read its path."""

    origin: tuple[str, str, int | None]
    paths: tuple[str, ...]


@lru_cache(maxsize=1024)  # half of the requests of a run repeat a URL
def read_place(url: str) -> UrlPlace:
    """Return the place of a URL."""
    parts = urlsplit(url)
    port = parts.port or {"http": 80, "https": 443}.get(parts.scheme)
    origin = (parts.scheme, (parts.hostname or "").rstrip("."), port)
    return UrlPlace(origin, tuple(dict.fromkeys(_list_readings(parts.path))))


def compile_template(template: str) -> re.Pattern[str]:
    """Return a pattern of the readings of all paths that fit a path template of a description."""
    path = simplify_path(re.split(r"[?#]", template)[0], resolve=True)
    literal = (re.escape(part) for part in re.split(r"\{[^}]*\}", path))
    return re.compile("[^/]+".join(literal))


def simplify_path(path: str, *, resolve: bool) -> str:
    """Return a path in lower case without empty segments, segment parameters and a last slash.

    With `resolve` dot segments are resolved (RFC 3986, section 5.2.4).
    """
    segments: list[str] = []
    for segment in path.replace("\\", "/").casefold().split("/"):
        name = segment.partition(";")[0].strip()
        if resolve and name == "..":
            segments = segments[:-1]
        elif name and not (resolve and name == "."):
            segments.append(name)
    return "/" + "/".join(segments)


def is_below(path: str, folder: str) -> bool:
    """Return whether a simplified path is a folder or lies in it."""
    return path == folder or path.startswith(folder + "/")


def is_plain_name(name: str) -> bool:
    """Return whether a path segment has one reading only: letters, digits and marks that nobody decodes."""
    return bool(re.fullmatch(r"[A-Za-z0-9_~-][A-Za-z0-9._~-]*", name))


def _list_readings(path: str) -> Iterator[str]:
    """Yield the paths that a server may read: as it stands, decoded, without parameters, dot segments resolved."""
    for rounds in range(_MAX_DECODINGS + 1):
        yield simplify_path(path, resolve=False)
        yield simplify_path(path, resolve=True)
        decoded = unquote(path)
        if decoded == path or rounds == _MAX_DECODINGS:
            return
        path = decoded
