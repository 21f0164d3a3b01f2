"""Requests that ask to be taken for other requests: method overrides, and tokens in URLs. Pure."""

import re
from collections.abc import Iterator
from urllib.parse import unquote_plus, urlsplit

from conformance.model import Headers

_HEADERS = re.compile(
    r"(x-)?(http-)?(method-?override|method|tunneled-method|original-method)|x-(original|rewrite)-url"
)
_PARAMETERS = re.compile(r"[_$]?(x-)?(http-?)?method(-?override)?")
_METHOD = re.compile(r"[A-Z]{3,10}")
_CREDENTIALS = frozenset({"authorization", "cookie", "proxy-authorization"})
_TOKEN = "access_token"  # noqa: S105 - a name (RFC 6750, section 2.3)


def list_overrides(url: str, headers: Headers) -> tuple[str, ...]:
    """Return the methods that a request names as overrides, in upper case; REWRITE for another URL."""
    named = [value for name, value in headers if _HEADERS.fullmatch(_normalize(name))]
    asked = [value for name, value in _list_parameters(url) if _PARAMETERS.fullmatch(_normalize(name))]
    methods = [value.strip().upper() for value in asked if _METHOD.fullmatch(value.strip().upper())]
    return (*(value.strip().upper() if "/" not in value else "REWRITE" for value in named), *methods)


def has_credentials(url: str, headers: Headers) -> bool:
    """Return whether a request carries credentials: in a header, in its query, in its fragment or before its host."""
    named = any(_normalize(name) in _CREDENTIALS for name, _ in headers)
    asked = any(name.strip().lower() == _TOKEN for name, _ in _list_parameters(url))
    return named or asked or "@" in urlsplit(url).netloc


def _normalize(name: str) -> str:
    return name.strip().lower().replace("_", "-") if not name.startswith("_") else name.strip().lower()


def _list_parameters(url: str) -> Iterator[tuple[str, str]]:
    """Yield the parameters of the query and the fragment as any server may split them."""
    parts = urlsplit(url)
    for pair in re.split(r"[&;]", f"{parts.query}&{parts.fragment}"):
        name, _, value = pair.partition("=")
        yield unquote_plus(name), unquote_plus(value)
