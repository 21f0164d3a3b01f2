"""How to see a finding again: the request as a curl command and as a Python script, without any secret."""

import base64
import re
import shlex
from collections.abc import Iterator
from typing import NamedTuple

from conformance.model import Exchange, Request

_SECRET_HEADERS = frozenset({"authorization", "proxy-authorization", "cookie"})
_MADE_BY_CLIENT = frozenset({"host", "content-length", "connection", "transfer-encoding"})
_PROBE_VALUE = "EVCONFORM_PROBE_VALUE"  # a credential that a probe made up; the log does not tell it
_INLINE = 8192  # bytes of a body that a command line can carry without becoming unreadable


class _Header(NamedTuple):
    """A header to send; where `variable` names an environment variable, its value follows `value`."""

    name: str
    value: str
    variable: str = ""


def placeholder(identity: str) -> str:
    """The environment variable that holds the token of an identity: `EVCONFORM_TOKEN`, `EVCONFORM_TOKEN_READONLY`."""
    suffix = re.sub(r"\W", "_", identity, flags=re.ASCII).upper()
    return "EVCONFORM_TOKEN" if identity in {"", "full"} else f"EVCONFORM_TOKEN_{suffix}"


def curl(exchange: Exchange) -> str:
    """One POSIX shell command that sends the same request; the token comes from the environment."""
    request = exchange.request
    method = ["-I"] if request.method == "HEAD" else ["-X", shlex.quote(request.method)]
    parts = ["curl", "-sS", "-i", "-g", "--path-as-is", *method, shlex.quote(exchange.url)]
    for header in _headers(request):
        parts += ["-H", _curl_header(header)]
    if not request.body:
        return " ".join(parts)
    if not any(name.lower() == "content-type" for name, _ in request.headers):
        parts += ["-H", "Content-Type:"]  # curl would invent one
    text = _text(request.body)
    if text is not None and len(request.body) <= _INLINE:
        return " ".join([*parts, "--data-raw", shlex.quote(text)])
    encoded = base64.b64encode(request.body).decode()
    return f"printf %s {encoded} | base64 -d | {' '.join(parts)} --data-binary @-"


def python(exchange: Exchange) -> str:
    """A script with httpx that sends the same request and prints what comes back."""
    request = exchange.request
    headers = list(_headers(request))
    secret = any(header.variable for header in headers)
    lines = ["import os", "", "import httpx", ""] if secret else ["import httpx", ""]
    lines += ["response = httpx.request(", f"    {request.method!r},", f"    {exchange.url!r},"]
    if headers:
        lines += ["    headers={", *(f"        {each.name!r}: {_python_value(each)}," for each in headers), "    },"]
    if request.body:
        lines += [f"    content={request.body!r},"]
    return "\n".join([*lines, ")", "print(response.status_code, response.headers)", "print(response.text)"])


def _curl_header(header: _Header) -> str:
    if header.variable:
        return f'"{header.name}: {header.value}${header.variable}"'
    return shlex.quote(f"{header.name}: {header.value}" if header.value else f"{header.name};")  # `name:` would drop it


def _python_value(header: _Header) -> str:
    return f'f"{header.value}{{os.environ[{header.variable!r}]}}"' if header.variable else repr(header.value)


def _headers(request: Request) -> Iterator[_Header]:
    """The headers to repeat. What stands where secrets stand is the reader's to bring, the probe's own values too."""
    if request.identity and not any(name.lower() == "authorization" for name, _ in request.headers):
        yield _Header("Authorization", "Bearer ", placeholder(request.identity))
    for name, value in request.headers:
        if name.lower() in _SECRET_HEADERS:
            scheme, space, _ = value.partition(" ")
            yield _Header(name, f"{scheme} " if space and scheme.isalpha() else "", _PROBE_VALUE)
        elif name.lower() not in _MADE_BY_CLIENT:
            yield _Header(name, value)


def _text(body: bytes) -> str | None:
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return None
    return None if "\0" in text else text
