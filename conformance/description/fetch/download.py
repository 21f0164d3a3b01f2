"""Downloading a description: once, within limits, and only if it is not what is known already."""

from typing import NamedTuple
from urllib.parse import urlsplit

import httpx

from conformance import __version__
from conformance.description.sources import MAX_BYTES
from conformance.errors import DescriptionError, TargetError, UsageError

PUBLISHED = "https://developers.ev.energy/_spec/ev.energy-API-v2.yaml"
_SECONDS = 30.0
_REDIRECTS = 5


class Downloaded(NamedTuple):
    """What a server answered; `data` is None where it said that nothing changed. Validators as in RFC 9110, 8.8."""

    data: bytes | None
    etag: str
    last_modified: str


def shown(url: str) -> str:
    """A URL without user and query, which may hold secrets."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname or ''}{f':{parts.port}' if parts.port else ''}{parts.path}"


def download(url: str, *, etag: str = "", last_modified: str = "", limit: int = MAX_BYTES) -> Downloaded:
    """Ask for a URL, through the proxies of the environment, with what is known as conditions (RFC 9110, section 13).

    Raises UsageError for what is no web address, TargetError where no answer can be had, DescriptionError for one of
    more than `limit` bytes.
    """
    if urlsplit(url).scheme not in {"http", "https"} or not urlsplit(url).hostname:
        raise UsageError(f"{url!r} is no web address", hint="Give --url an http or https address.")
    conditions = {"If-None-Match": etag, "If-Modified-Since": "" if etag else last_modified}
    headers = {"User-Agent": f"evconform/{__version__}", **{name: value for name, value in conditions.items() if value}}
    try:
        with (
            httpx.Client(timeout=_SECONDS, follow_redirects=True, max_redirects=_REDIRECTS) as client,
            client.stream("GET", url, headers=headers) as response,
        ):
            return _read(response, url, conditional=bool(etag or last_modified), limit=limit)
    except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as fault:
        why = f"{type(fault).__name__}: {fault}" if str(fault) else type(fault).__name__
        raise TargetError(
            f"{shown(url)} cannot be fetched: {why.replace(url, shown(url))}",
            hint="Check the address, the network, and the proxies in HTTPS_PROXY and NO_PROXY.",
        ) from None


def _read(response: httpx.Response, url: str, *, conditional: bool, limit: int) -> Downloaded:
    """The answer, read as far as the limit; a redirect may not lead out of TLS."""
    if url.startswith("https:") and response.url.scheme != "https":
        raise TargetError(
            f"{shown(url)} leads to {shown(str(response.url))}, out of TLS", hint="Name the final address with --url."
        )
    validators = response.headers.get("etag", ""), response.headers.get("last-modified", "")
    if response.status_code == 304 and conditional:
        return Downloaded(None, *validators)
    if response.status_code != 200:
        raise TargetError(
            f"{shown(url)} answers {response.status_code}",
            hint="Check the address with a browser, or name another --url.",
        )
    data = bytearray()
    for part in response.iter_bytes():
        data += part
        if len(data) > limit:
            raise DescriptionError(
                f"{shown(url)} has more than {limit} bytes.", hint="Check that this is an OpenAPI description."
            )
    return Downloaded(bytes(data), *validators)
