"""The download of a description: once, within limits, and only if it changed."""

from typing import NamedTuple, cast
from urllib.parse import urlsplit

import httpx

from conformance import __version__
from conformance.description.sources import MAX_BYTES
from conformance.errors import DescriptionError, TargetError, UsageError
from conformance.network.body_reader import Deadline, read_body
from conformance.network.environment import explain_settings
from conformance.tools.secret_forms import SecretForms
from conformance.tools.url_secrets import find_url_secrets, hide_url_secrets

PUBLISHED = "https://developers.ev.energy/_spec/ev.energy-API-v2.yaml"
_TIMEOUT_S = 30.0  # without a byte
_TOTAL_S = 300.0
_MAX_REDIRECTS = 5


class DownloadResult(NamedTuple):
    """The response of a server; `data` is None if nothing changed.

    `etag` and `last_modified` are validators (RFC 9110, section 8.8).
    """

    data: bytes | None
    etag: str
    last_modified: str


def redact_url(url: str) -> str:
    """Return a URL without user and query, which may hold secrets."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname or ''}{f':{parts.port}' if parts.port else ''}{parts.path}"


def download(url: str, *, etag: str = "", last_modified: str = "", limit: int = MAX_BYTES) -> DownloadResult:
    """Request a URL, through the proxies of the environment, with the known validators as conditions.

    Source: RFC 9110, section 13. Raises UsageError for anything but a web address, TargetError if there is no usable
    response, DescriptionError for one of more than `limit` bytes.
    """
    if not _is_web_address(url):
        shown = hide_url_secrets(url)
        raise UsageError(f"{shown!r} is not a web address", hint="Give --url an http or https address")
    conditions = {"If-None-Match": etag, "If-Modified-Since": "" if etag else last_modified}
    own = {"User-Agent": f"evconform/{__version__}", "Accept-Encoding": "gzip, deflate"}
    headers = {**own, **{name: value for name, value in conditions.items() if value}}
    try:
        with explain_settings():
            client = httpx.Client(timeout=_TIMEOUT_S, follow_redirects=True, max_redirects=_MAX_REDIRECTS)
        with client, client.stream("GET", url, headers=headers) as response:
            return _read_response(response, url, conditional=bool(etag or last_modified), limit=limit)
    except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
        reason = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
        reason = SecretForms(find_url_secrets(url, "url")).replace_in_text(reason.replace(url, redact_url(url)))
        raise TargetError(
            f"{redact_url(url)} cannot be fetched: {reason}",
            hint="Check the address, the network, and the proxies in HTTPS_PROXY and NO_PROXY",
        ) from None


def _is_web_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _read_response(response: httpx.Response, url: str, *, conditional: bool, limit: int) -> DownloadResult:
    """Read the response up to the limit; a redirect must not leave TLS."""
    if url.startswith("https:") and response.url.scheme != "https":
        raise TargetError(
            f"{redact_url(url)} redirects to {redact_url(str(response.url))}, which does not use TLS",
            hint="Name the final address with --url",
        )
    validators = response.headers.get("etag", ""), response.headers.get("last-modified", "")
    if response.status_code == 304 and conditional:
        return DownloadResult(None, *validators)
    if response.status_code != 200:
        raise TargetError(
            f"{redact_url(url)} returned status {response.status_code}, expected 200",
            hint="Check the address with a browser, or name another --url",
        )
    pieces = cast("httpx.SyncByteStream", response.stream)
    data, is_cut = read_body(pieces, response.headers.get("content-encoding", ""), limit, Deadline(_TOTAL_S))
    if is_cut:
        raise DescriptionError(
            f"{redact_url(url)} has more than {limit} bytes", hint="Check that this is an OpenAPI description"
        )
    return DownloadResult(data, *validators)
