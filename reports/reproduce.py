"""How to see a finding again: the request as a curl command and as a Python script, without any secret.

Where a credential stood there is an environment variable, and `variables` says what belongs into it. A token that a
probe made up is no secret: it is repeated as it was sent.
"""

import base64
import re
import shlex
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import msgspec

from conformance.model import Exchange, Request
from conformance.model.target import CLIENT

_SECRET_HEADERS = frozenset({"authorization", "proxy-authorization", "cookie"})
_MADE_BY_CLIENT = frozenset({"host", "content-length", "connection", "transfer-encoding"})
_REDACTED = re.compile(r"\[redacted(?::([^\]]+))?\]")
_INLINE = 8192  # bytes of a body that a command line can carry without becoming unreadable
_PLAIN = re.compile(r"[\w :;,./?&=%@+-]*", re.ASCII)  # what double quotes leave as it is


class Variable(NamedTuple):
    """An environment variable that whoever repeats a request sets, and what belongs into it."""

    name: str
    what: str


Text = tuple[str | Variable, ...]
"""A text with variables in it."""


class _Parts(msgspec.Struct, frozen=True):
    """A request to repeat; `login` is user and password of HTTP Basic."""

    method: str
    url: Text
    headers: tuple[tuple[str, Text], ...]
    body: bytes
    text: Text
    login: tuple[Variable, ...] = ()

    @property
    def variables(self) -> tuple[Variable, ...]:
        texts = (self.url, *(value for _, value in self.headers), self.text, self.login)
        return tuple(dict.fromkeys(each for text in texts for each in text if isinstance(each, Variable)))


def variables(exchange: Exchange) -> tuple[Variable, ...]:
    """What must be set before the request can be repeated; names are unique."""
    return _parts(exchange).variables


def token_of(identity: str) -> Variable:
    """What holds the token of an identity: `EVCONFORM_TOKEN`, `EVCONFORM_TOKEN_READONLY`."""
    return _of(identity, "TOKEN", "the token of the identity {}")


def curl(exchange: Exchange) -> str:
    """One POSIX shell command that sends the same request."""
    parts = _parts(exchange)
    method = ["-I"] if parts.method == "HEAD" else ["-X", shlex.quote(parts.method)]
    words = ["curl", "-sS", "-i", "-g", "--path-as-is", *method, _shell(parts.url)]
    if parts.login:
        words += ["-u", _shell((parts.login[0], ":", parts.login[1]))]
    for name, value in parts.headers:
        words += ["-H", _shell((f"{name}: ", *value) if value else (f"{name};",))]  # `name:` would drop it
    if not parts.body:
        return " ".join(words)
    if not any(name.lower() == "content-type" for name, _ in parts.headers):
        words += ["-H", "Content-Type:"]  # curl would invent one
    if parts.text:
        return " ".join([*words, "--data-raw", _shell(parts.text)])
    encoded = base64.b64encode(parts.body).decode()
    return f"printf %s {encoded} | base64 -d | {' '.join(words)} --data-binary @-"


def python(exchange: Exchange) -> str:
    """A script with httpx that sends the same request and prints what comes back."""
    parts = _parts(exchange)
    lines = ["import os", "", "import httpx", ""] if parts.variables else ["import httpx", ""]
    lines += ["response = httpx.request(", f"    {parts.method!r},", f"    {_expression(parts.url)},"]
    if parts.login:
        lines += [f"    auth=({', '.join(_expression((each,)) for each in parts.login)}),"]
    if parts.headers:
        told = (f"        {name!r}: {_expression(value)}," for name, value in parts.headers)
        lines += ["    headers={", *told, "    },"]
    if parts.body:
        filled = any(isinstance(each, Variable) for each in parts.text)
        lines += [f"    content=({_expression(parts.text)}).encode()," if filled else f"    content={parts.body!r},"]
    return "\n".join([*lines, ")", "print(response.status_code, response.headers)", "print(response.text)"])


def _parts(exchange: Exchange) -> _Parts:
    request = exchange.request
    own = {name.lower() for name, _ in request.headers}
    client = request.identity.endswith(CLIENT) and "authorization" not in own
    text = _filled(_decoded(request.body), request)
    short = len(request.body) <= _INLINE or any(isinstance(each, Variable) for each in text)
    return _Parts(
        request.method,
        _filled(exchange.url, request),
        (*(() if client else _lent(request, own)), *_own(request)),
        request.body,
        text if short else (),
        _login(request.identity) if client else (),
    )


def _lent(request: Request, own: Iterable[str]) -> Iterator[tuple[str, Text]]:
    """The token of the identity, where the request carried it."""
    if not request.identity:
        return
    token = token_of(request.identity)
    if request.token_in == "cookie":  # noqa: S105 - a place
        yield "Cookie", ("access_token=", token)
    elif request.token_in != "query" and "authorization" not in own:  # noqa: S105 - a place
        yield "Authorization", ("Token " if request.token_in else "Bearer ", token)


def _own(request: Request) -> Iterator[tuple[str, Text]]:
    """The headers of the request itself; of credentials that nobody made up, the scheme alone."""
    for name, value in request.headers:
        if name.lower() in _MADE_BY_CLIENT:
            continue
        scheme, space, token = value.partition(" ")
        if name.lower() not in _SECRET_HEADERS or {value, token} & set(request.invented):
            yield name, _filled(value, request)
        else:
            yield name, (*((f"{scheme} ",) if space and scheme.isalpha() else ()), _UNKNOWN)


def _filled(text: str, request: Request) -> Text:
    """The text with variables where something was taken out."""
    pieces = _REDACTED.split(text)  # text, name, text, name … text
    found: list[str | Variable] = []
    for index, piece in enumerate(pieces):
        if index % 2:
            found.append(_taken(piece or "", request))
        elif piece:
            found.append(piece)
    return tuple(found)


def _taken(name: str, request: Request) -> Variable:
    """What stood where the record names a secret, or names none."""
    identity, _, kind = name.rpartition(".")
    if kind == "token":
        return token_of(identity)
    if kind == "client_secret":
        return _login(identity)[1]
    return token_of(request.identity) if request.token_in == "query" else _UNKNOWN  # noqa: S105 - a place


_UNKNOWN = Variable("EVCONFORM_CREDENTIAL", "the credential that was sent there: the record does not keep it")


def _login(identity: str) -> tuple[Variable, Variable]:
    name = identity.removesuffix(CLIENT)
    return (
        _of(name, "CLIENT_ID", "the client id of the identity {}"),
        _of(name, "CLIENT_SECRET", "the client secret of the identity {}"),
    )


def _of(identity: str, kind: str, what: str) -> Variable:
    suffix = "" if identity in {"", "full"} else "_" + re.sub(r"\W", "_", identity, flags=re.ASCII).upper()
    return Variable(f"EVCONFORM_{kind}{suffix}", what.format(identity or "full"))


def _shell(text: Text) -> str:
    """One word of a POSIX shell."""
    if not any(isinstance(each, Variable) for each in text):
        return shlex.quote("".join(map(str, text)))
    if all(_PLAIN.fullmatch(each) for each in text if isinstance(each, str)):
        return '"' + "".join(f"${{{each.name}}}" if isinstance(each, Variable) else each for each in text) + '"'
    return "".join(f'"${{{each.name}}}"' if isinstance(each, Variable) else shlex.quote(each) for each in text)


def _expression(text: Text) -> str:
    """A Python expression for the text."""
    pieces = (f"os.environ[{each.name!r}]" if isinstance(each, Variable) else repr(each) for each in text)
    return " + ".join(pieces) or "''"


def _decoded(body: bytes) -> str:
    """The body as text; nothing where it is none that a command line can carry."""
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return ""
    return "" if "\0" in text else text
