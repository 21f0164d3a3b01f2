"""Taking secrets out of an exchange before anything is written down."""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

import msgspec

from conformance.model import Exchange, Headers

_SECRET_HEADERS = frozenset({"authorization", "proxy-authorization", "cookie", "set-cookie"})
_MEMBERS = (
    b"access_token",
    b"refresh_token",
    b"id_token",
    b"client_secret",
    b"password",
    b"auth_code",
    b"code_verifier",
)
_SECRET_MEMBERS = re.compile(rb'("(?:%s)"\s*:\s*)"(?:[^"\\]|\\.)*"' % b"|".join(_MEMBERS))
_SECRET_FIELDS = re.compile(
    rb"((?:^|[&?])(?:access_token|refresh_token|client_secret|password|token|code|code_verifier)=)([^&\s#]+)"
)
_SHORTEST = 8  # a shorter secret would tear words out of ordinary text


class Redactor:
    """Replaces known secrets, and whatever stands where secrets stand, by `[redacted:NAME]`."""

    def __init__(self, secrets: Mapping[str, str]) -> None:
        longest = sorted(secrets.items(), key=lambda each: -len(each[1]))
        self._secrets = [(value, f"[redacted:{name}]") for name, value in longest if len(value) >= _SHORTEST]
        self._secret_bytes = [(value.encode(), shown.encode()) for value, shown in self._secrets]
        self._header = lru_cache(maxsize=4096)(self._clean_header)  # most headers of a run are the same

    def text(self, text: str) -> str:
        """A text without the known secrets."""
        for value, shown in self._secrets if text else ():
            text = text.replace(value, shown)
        return text

    def body(self, body: bytes, media_type: str, invented: tuple[str, ...] = ()) -> bytes:
        """A body without known secrets, tokens in JSON members and form fields; what was made up may stay."""
        if not body:
            return body
        for value, shown in self._secret_bytes:
            body = body.replace(value, shown)
        if media_type.endswith("json") and any(name in body for name in _MEMBERS):
            return _SECRET_MEMBERS.sub(rb'\1"[redacted]"', body)
        if media_type == "application/x-www-form-urlencoded":
            return _fields(body, invented)
        return body

    def headers(self, headers: Headers, invented: tuple[str, ...] = ()) -> Headers:
        """Headers without credentials; the scheme (`Bearer`) stays, since it is evidence."""
        return tuple((name, self._header(name, value, invented)) for name, value in headers)

    def exchange(self, exchange: Exchange) -> Exchange:
        """The whole exchange, fit to be logged."""
        request, response = exchange.request, exchange.response
        sent_type = next((v for n, v in request.headers if n.lower() == "content-type"), "").partition(";")[0].lower()
        clean = msgspec.structs.replace(
            request,
            target=self._url(request.target, request.invented),
            headers=self.headers(request.headers, request.invented),
            body=self.body(request.body, sent_type, request.invented),
        )
        if response is not None:
            response = msgspec.structs.replace(
                response, headers=self.headers(response.headers), body=self.body(response.body, response.media_type)
            )
        url, failure = self._url(exchange.url, request.invented), self.text(exchange.failure)
        return msgspec.structs.replace(exchange, request=clean, response=response, url=url, failure=failure)

    def _url(self, url: str, invented: tuple[str, ...]) -> str:
        clean = self.text(url)
        return _fields(clean.encode(), invented).decode() if "=" in clean else clean

    def _clean_header(self, name: str, value: str, invented: tuple[str, ...]) -> str:
        scheme, space, token = value.partition(" ")
        if name.lower() in _SECRET_HEADERS and not {value, token} & set(invented):
            return f"{scheme} [redacted]" if space and scheme.isalpha() else "[redacted]"
        return self.text(value)


def _fields(text: bytes, invented: tuple[str, ...]) -> bytes:
    """A query or form whose secret fields are taken out."""
    kept = {each.encode() for each in invented}
    return _SECRET_FIELDS.sub(lambda found: found[0] if found[2] in kept else found[1] + b"[redacted]", text)


def secrets_of(values: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Names and values without the empty ones."""
    return {name: value for name, value in values if value}
