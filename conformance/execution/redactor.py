"""The redactor: takes secrets out of an exchange before it is written to the run log."""

import re
from collections.abc import Mapping
from functools import lru_cache

import msgspec

from conformance.model import Exchange, Headers

_SECRET_HEADERS = frozenset({"authorization", "proxy-authorization", "cookie", "set-cookie"})
_SECRET_NAMES = (
    b"access_token",
    b"refresh_token",
    b"id_token",
    b"client_secret",
    b"password",
    b"auth_code",
    b"code_verifier",
)
_SECRET_MEMBERS = re.compile(rb'("(?:%s)"\s*:\s*)"(?:[^"\\]|\\.)*"' % b"|".join(_SECRET_NAMES))
_SECRET_FIELDS = re.compile(
    rb"((?:^|[&?])(?:access_token|refresh_token|client_secret|password|token|code|code_verifier)=)([^&\s#]+)"
)
_MIN_SECRET_LENGTH = 8  # a shorter one could be part of ordinary text


class Redactor:
    """Replaces known secrets by `[redacted:NAME]`, and unknown ones in the usual places by `[redacted]`.

    `secrets` are values by name. `invented` values are made up by a probe; they are no secrets and stay readable.
    """

    def __init__(self, secrets: Mapping[str, str]) -> None:
        longest_first = sorted(secrets.items(), key=lambda secret: -len(secret[1]))
        self._secrets = [
            (value, f"[redacted:{name}]") for name, value in longest_first if len(value) >= _MIN_SECRET_LENGTH
        ]
        self._secret_bytes = [(value.encode(), mark.encode()) for value, mark in self._secrets]
        self._header = lru_cache(maxsize=4096)(self._redact_header)  # most headers of a run are the same

    def redact_text(self, text: str) -> str:
        """Return a text without known secrets."""
        for value, mark in self._secrets if text else ():
            text = text.replace(value, mark)
        return text

    def redact_body(self, body: bytes, media_type: str, invented: tuple[str, ...] = ()) -> bytes:
        """Return a body without known secrets, and without secrets in JSON members and form fields."""
        if not body:
            return body
        for value, mark in self._secret_bytes:
            body = body.replace(value, mark)
        if media_type.endswith("json") and any(name in body for name in _SECRET_NAMES):
            return _SECRET_MEMBERS.sub(rb'\1"[redacted]"', body)
        if media_type == "application/x-www-form-urlencoded":
            return _redact_fields(body, invented)
        return body

    def redact_headers(self, headers: Headers, invented: tuple[str, ...] = ()) -> Headers:
        """Return headers without credentials; the scheme (`Bearer`) stays, since it is evidence."""
        return tuple((name, self._header(name, value, invented)) for name, value in headers)

    def redact_exchange(self, exchange: Exchange) -> Exchange:
        """Return an exchange without secrets in URL, headers, bodies and failure."""
        request, response = exchange.request, exchange.response
        media_type = next((v for n, v in request.headers if n.lower() == "content-type"), "").partition(";")[0].lower()
        clean = msgspec.structs.replace(
            request,
            target=self._redact_url(request.target, request.invented),
            headers=self.redact_headers(request.headers, request.invented),
            body=self.redact_body(request.body, media_type, request.invented),
        )
        if response is not None:
            response = msgspec.structs.replace(
                response,
                headers=self.redact_headers(response.headers),
                body=self.redact_body(response.body, response.media_type),
            )
        url, failure = self._redact_url(exchange.url, request.invented), self.redact_text(exchange.failure)
        return msgspec.structs.replace(exchange, request=clean, response=response, url=url, failure=failure)

    def _redact_url(self, url: str, invented: tuple[str, ...]) -> str:
        clean = self.redact_text(url)
        return _redact_fields(clean.encode(), invented).decode() if "=" in clean else clean

    def _redact_header(self, name: str, value: str, invented: tuple[str, ...]) -> str:
        scheme, space, token = value.partition(" ")
        if name.lower() in _SECRET_HEADERS and not {value, token} & set(invented):
            if name.lower() == "set-cookie" and "=" in value:
                return f"{self.redact_text(value.partition('=')[0])}=[redacted]"  # the name is evidence
            return f"{scheme} [redacted]" if space and scheme.isalpha() else "[redacted]"
        return self.redact_text(value)


def _redact_fields(text: bytes, invented: tuple[str, ...]) -> bytes:
    """Return a URL or form without the values of its secret fields."""
    allowed = {value.encode() for value in invented}
    return _SECRET_FIELDS.sub(lambda match: match[0] if match[2] in allowed else match[1] + b"[redacted]", text)
