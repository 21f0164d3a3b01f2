"""URLs and command lines as they may be shown to others: without what is often secret in them. Pure."""

import re
import shlex
from collections.abc import Iterable
from urllib.parse import parse_qsl, urlsplit

_SIGNING_SECRET = re.compile(r"whsec_[^\s']+")
_USER = re.compile(r"(?<=://)[^/?#\s]*@")
_QUERY_VALUE = re.compile(r"(?<==)[^&#;\s]*")
_URL = re.compile(r"[a-z][a-z0-9+.-]*://\S*", re.IGNORECASE)


def hide_url_secrets(url: str) -> str:
    """Return a URL with `…` for its user and password, the values of its query, and its fragment."""
    head, mark, rest = url.partition("?")
    query, fragment_mark, fragment = rest.partition("#") if mark else ("", *head.partition("#")[1:])
    head = head.partition("#")[0]
    query = _QUERY_VALUE.sub("…", query) if "=" in query else "…" if query else ""
    return _USER.sub("…@", head) + mark + query + fragment_mark + ("…" if fragment else "")


def find_url_secrets(url: str, name: str) -> dict[str, str]:
    """Return what may be secret in a URL, by names that begin with `name`: password, query, and values in the query."""
    parts = urlsplit(url)
    secrets = {f"{name}.password": parts.password or "", f"{name}.query": parts.query}
    secrets |= {f"{name}.{key}": value for key, value in parse_qsl(parts.query)}
    return {key: value for key, value in secrets.items() if value}


def describe_command(program: str, arguments: Iterable[str]) -> str:
    """Return a command for a shell, without signing secrets and what is often secret in URLs."""
    shown = (_URL.sub(lambda match: hide_url_secrets(match[0]), argument) for argument in arguments)
    return _SIGNING_SECRET.sub("whsec_…", shlex.join([program, *shown]))
