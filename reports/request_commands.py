"""Commands that repeat a request: curl and Python, without any secret.

An environment variable takes the place of a credential, and `variables` says what it holds. A token that a probe
invented is not a secret: it is repeated as it was sent.
"""

import base64
import re
import shlex
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

import msgspec

from conformance.model import Exchange, Headers, Request
from conformance.model.target import CLIENT

_SECRET_HEADERS = frozenset({"authorization", "proxy-authorization", "cookie"})
_MADE_BY_CLIENT = frozenset({"host", "content-length", "connection", "transfer-encoding"})
_REDACTED = re.compile(r"\[redacted(?::([^\]]+))?\]")
_INLINE = 8192  # bytes of a body that a command line can carry without becoming unreadable
_PLAIN = re.compile(r"[\w :;,./?&=%@+-]*", re.ASCII)  # characters that double quotes leave unchanged


class Variable(NamedTuple):
    """An environment variable to set before a request is repeated, and its meaning."""

    name: str
    meaning: str


VariableText = tuple[str | Variable, ...]
"""A text with variables in it."""


Substitution = tuple[str, Variable]
"""A literal text, and the variable that takes its place."""


class RequestParts(msgspec.Struct, frozen=True):
    """A request to repeat; `login` is user and password of HTTP Basic."""

    method: str
    url: VariableText
    headers: tuple[tuple[str, VariableText], ...]
    body: bytes
    text: VariableText
    login: tuple[Variable, ...] = ()

    @property
    def variables(self) -> tuple[Variable, ...]:
        """Return the variables in it, each once."""
        texts = (self.url, *(value for _, value in self.headers), self.text, self.login)
        return tuple(dict.fromkeys(piece for text in texts for piece in text if isinstance(piece, Variable)))


def list_variables(exchange: Exchange) -> tuple[Variable, ...]:
    """Return the environment variables to set before the request can be repeated; names are unique."""
    return take_apart(exchange).variables


def token_variable(identity: str) -> Variable:
    """Return the variable for the token of an identity: `EVCONFORM_TOKEN`, `EVCONFORM_TOKEN_READONLY`."""
    return _name_variable(identity, "TOKEN", "the token of the identity {}")


def write_curl(exchange: Exchange) -> str:
    """Return a POSIX shell command that sends the same request and prints the response."""
    return write_curl_command(take_apart(exchange), ("-sS", "-i"))


def write_curl_command(parts: RequestParts, options: Iterable[str]) -> str:
    """Return a POSIX shell command that sends a request with curl; `options` are words for the shell."""
    method = ["-I"] if parts.method == "HEAD" else ["-X", shlex.quote(parts.method)]
    words = ["curl", *options, "-g", "--path-as-is", *method, quote_for_shell(parts.url)]
    if parts.login:
        words += ["-u", quote_for_shell((parts.login[0], ":", parts.login[1]))]
    for name, value in parts.headers:
        words += [
            "-H",
            quote_for_shell((f"{name}: ", *value) if value else (f"{name};",)),
        ]  # `name:` would remove the header
    if not parts.body:
        return " ".join(words)
    if not any(name.lower() == "content-type" for name, _ in parts.headers):
        words += ["-H", "Content-Type:"]  # without it curl would add its own
    if parts.text:
        return " ".join([*words, "--data-raw", quote_for_shell(parts.text)])
    encoded = base64.b64encode(parts.body).decode()
    return f"printf %s {encoded} | base64 -d | {' '.join(words)} --data-binary @-"


def write_python(exchange: Exchange) -> str:
    """Return a script with httpx that sends the same request and prints the response."""
    parts = take_apart(exchange)
    imports = ["import os", "", "import httpx", ""] if parts.variables else ["import httpx", ""]
    call = f"response = {write_python_call(parts)}"
    return "\n".join([*imports, call, "print(response.status_code, response.headers)", "print(response.text)"])


def write_python_call(parts: RequestParts) -> str:
    """Return a Python expression that sends a request with httpx."""
    lines = ["httpx.request(", f"    {parts.method!r},", f"    {write_expression(parts.url)},"]
    if parts.login:
        lines += [f"    auth=({', '.join(write_expression((variable,)) for variable in parts.login)}),"]
    headers = [(name, value) for name, value in parts.headers if name.lower() != "transfer-encoding"]
    if headers:
        header_lines = (f"        {name!r}: {write_expression(value)}," for name, value in headers)
        lines += ["    headers={", *header_lines, "    },"]
    if parts.body:
        filled = any(isinstance(piece, Variable) for piece in parts.text)
        body = f"({write_expression(parts.text)}).encode()" if filled else f"{parts.body!r}"
        is_chunked = len(headers) < len(parts.headers)  # httpx sends in chunks what it gets in parts
        lines += [f"    content=iter([{body}])," if is_chunked else f"    content={body},"]
    return "\n".join([*lines, ")"])


def take_apart(exchange: Exchange, substitutions: Sequence[Substitution] = ()) -> RequestParts:
    """Return the parts of a request, with variables in place of credentials and of the texts in `substitutions`."""
    parts = _take_apart(exchange)
    if not substitutions:
        return parts
    return msgspec.structs.replace(
        parts,
        url=_substitute(parts.url, substitutions),
        headers=tuple((name, _substitute(value, substitutions)) for name, value in parts.headers),
        text=_substitute(parts.text, substitutions),
    )


def _substitute(text: VariableText, substitutions: Sequence[Substitution]) -> VariableText:
    """Return the text with variables in place of literals; of several that fit at a place the first counts."""
    variables = dict(reversed(substitutions))
    pattern = re.compile("|".join(re.escape(literal) for literal, _ in substitutions))

    def split(piece: str) -> Iterator[str | Variable]:
        end = 0
        for match in pattern.finditer(piece):
            yield from ((piece[end : match.start()],) if match.start() > end else ())
            yield variables[match[0]]
            end = match.end()
        yield from ((piece[end:],) if end < len(piece) else ())

    return tuple(part for piece in text for part in ((piece,) if isinstance(piece, Variable) else split(piece)))


@lru_cache(maxsize=1)  # a report needs the parts of each request for two commands and the variables in them
def _take_apart(exchange: Exchange) -> RequestParts:
    request = exchange.request
    own = {name.lower() for name, _ in request.headers}
    client = request.identity.endswith(CLIENT) and "authorization" not in own
    text = _fill_in(_decode_text(request.body), request)
    short = len(request.body) <= _INLINE or any(isinstance(piece, Variable) for piece in text)
    return RequestParts(
        request.method,
        _fill_in(exchange.url, request),
        (*(() if client else _token_header(request, own)), *_own_headers(request, exchange.sent_headers)),
        request.body,
        text if short else (),
        _client_credentials(request.identity) if client else (),
    )


_SCHEMES = {"scheme": "Token", "lower-case": "bearer", "upper-case": "BEARER"}


def _token_header(request: Request, own: Iterable[str]) -> Iterator[tuple[str, VariableText]]:
    """Yield the header with the token of the identity, if the request carried it in a header."""
    if not request.identity:
        return
    token = token_variable(request.identity)
    if request.token_in == "cookie":  # noqa: S105 - a place, not a secret
        yield "Cookie", ("access_token=", token)
    elif request.token_in != "query" and "authorization" not in own:  # noqa: S105 - a place, not a secret
        yield "Authorization", (f"{_SCHEMES.get(request.token_in, 'Bearer')} ", token)


def _own_headers(request: Request, headers: Headers) -> Iterator[tuple[str, VariableText]]:
    """Yield the headers of the request itself; of real credentials only the scheme."""
    for name, value in headers:
        if name.lower() in _MADE_BY_CLIENT:
            continue
        scheme, space, token = value.partition(" ")
        if name.lower() not in _SECRET_HEADERS or {value, token} & set(request.invented):
            yield name, _fill_in(value, request)
        else:
            yield name, (*((f"{scheme} ",) if space and scheme.isalpha() else ()), UNKNOWN_CREDENTIAL)


def _fill_in(text: str, request: Request) -> VariableText:
    """Return the text with variables in place of redacted values."""
    pieces = _REDACTED.split(text)  # text, name, text, name … text
    text_pieces: list[str | Variable] = []
    for index, piece in enumerate(pieces):
        if index % 2:
            text_pieces.append(_variable_for(piece or "", request))
        elif piece:
            text_pieces.append(piece)
    return tuple(text_pieces)


def _variable_for(name: str, request: Request) -> Variable:
    """Return the variable for a redacted secret, from its name in the run log."""
    identity, _, kind = name.rpartition(".")
    if kind == "token":
        return token_variable(identity)
    if kind == "client_secret":
        return _client_credentials(identity)[1]
    return token_variable(request.identity) if request.token_in == "query" else UNKNOWN_CREDENTIAL  # noqa: S105 - a place, not a secret


UNKNOWN_CREDENTIAL = Variable("EVCONFORM_CREDENTIAL", "the credential that was sent; the run log does not hold it")


def _client_credentials(identity: str) -> tuple[Variable, Variable]:
    name = identity.removesuffix(CLIENT)
    return (
        _name_variable(name, "CLIENT_ID", "the client id of the identity {}"),
        _name_variable(name, "CLIENT_SECRET", "the client secret of the identity {}"),
    )


def _name_variable(identity: str, kind: str, meaning: str) -> Variable:
    suffix = "" if identity in {"", "full"} else "_" + re.sub(r"\W", "_", identity, flags=re.ASCII).upper()
    return Variable(f"EVCONFORM_{kind}{suffix}", meaning.format(identity or "full"))


def quote_for_shell(text: VariableText) -> str:
    """Quote a text as one word of a POSIX shell."""
    if not any(isinstance(piece, Variable) for piece in text):
        return shlex.quote("".join(map(str, text)))
    if all(_PLAIN.fullmatch(piece) for piece in text if isinstance(piece, str)):
        return '"' + "".join(f"${{{piece.name}}}" if isinstance(piece, Variable) else piece for piece in text) + '"'
    return "".join(f'"${{{piece.name}}}"' if isinstance(piece, Variable) else shlex.quote(piece) for piece in text)


def write_expression(text: VariableText) -> str:
    """Return a Python expression for the text."""
    pieces = (f"os.environ[{piece.name!r}]" if isinstance(piece, Variable) else repr(piece) for piece in text)
    return " + ".join(pieces) or "''"


def _decode_text(body: bytes) -> str:
    """Return the body as text, empty where a command line cannot carry it."""
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return ""
    return "" if "\0" in text else text
