"""How to see a finding again: the request as a curl command and as a Python script, without any secret."""

import base64
import re
import shlex
from collections.abc import Iterator

from conformance.model import Exchange, Request

_SECRET_HEADERS = frozenset({"authorization", "proxy-authorization", "cookie"})
_MADE_BY_CLIENT = frozenset({"host", "content-length", "connection", "transfer-encoding"})
_INLINE = 8192  # bytes of a body that a command line can carry without becoming unreadable


def placeholder(identity: str) -> str:
    """The environment variable that holds the token of an identity: `EVCONFORM_TOKEN`, `EVCONFORM_TOKEN_READONLY`."""
    suffix = re.sub(r"\W", "_", identity, flags=re.ASCII).upper()
    return "EVCONFORM_TOKEN" if identity in {"", "full"} else f"EVCONFORM_TOKEN_{suffix}"


def curl(exchange: Exchange) -> str:
    """One POSIX shell command that sends the same request; the token comes from the environment."""
    request = exchange.request
    method = ["-I"] if request.method == "HEAD" else ["-X", shlex.quote(request.method)]
    parts = ["curl", "-sS", "-i", "-g", "--path-as-is", *method, shlex.quote(exchange.url)]
    for name, value in _headers(request):
        parts += ["-H", _curl_header(name, value, request)]
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
    secret = any(value is None for _, value in _headers(request))
    lines = ["import os", "", "import httpx", ""] if secret else ["import httpx", ""]
    lines += ["response = httpx.request(", f"    {request.method!r},", f"    {exchange.url!r},"]
    headers = [f"        {name!r}: {_python_value(value, request)}," for name, value in _headers(request)]
    if headers:
        lines += ["    headers={", *headers, "    },"]
    if request.body:
        lines += [f"    content={request.body!r},"]
    return "\n".join([*lines, ")", "print(response.status_code, response.headers)", "print(response.text)"])


def _curl_header(name: str, value: str | None, request: Request) -> str:
    if value is None:
        return f'"{name}: Bearer ${placeholder(request.identity)}"'
    return shlex.quote(f"{name}: {value}" if value else f"{name};")  # `name:` would take the header away


def _python_value(value: str | None, request: Request) -> str:
    return repr(value) if value is not None else f'f"Bearer {{os.environ[{placeholder(request.identity)!r}]}}"'


def _headers(request: Request) -> Iterator[tuple[str, str | None]]:
    """The headers to repeat; None stands for a secret that the reader has to bring."""
    names = {name.lower() for name, _ in request.headers}
    if request.identity and "authorization" not in names:
        yield "Authorization", None
    for name, value in request.headers:
        if name.lower() in _SECRET_HEADERS:
            yield name, None
        elif name.lower() not in _MADE_BY_CLIENT:
            yield name, value


def _text(body: bytes) -> str | None:
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return None
    return None if "\0" in text else text
