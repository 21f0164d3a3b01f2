"""The redactor: takes secrets out of an exchange before it is written to the run log."""

import re
from collections.abc import Mapping
from functools import lru_cache

import msgspec

from conformance.model import Exchange, Headers, Noticed, Outcome, Response
from conformance.tools.secret_forms import SecretForms

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
_ISSUED_TOKENS = re.compile(rb'"(?:access_token|refresh_token|id_token)"\s*:\s*"([!-~]{12,}?)"')
_SECRET_FIELDS = re.compile(
    rb"((?:^|[&?])(?:access_token|refresh_token|client_secret|password|token|code|code_verifier)=)([^&\s#]+)"
)
_TEXTS = ("message", "expected", "actual", "pointer", "cause")
_MAX_CACHED_BYTES = 4096


class Redactor:
    """Replaces known secrets by `[redacted:NAME]` in whatever form, and unknown ones in usual places by `[redacted]`.

    `secrets` are values by name; tokens that a token endpoint issues are added. `invented` values are made up by a
    probe; they are no secrets and stay readable.
    """

    def __init__(self, secrets: Mapping[str, str]) -> None:
        self._learn(dict(secrets))

    def _learn(self, secrets: dict[str, str]) -> None:
        """Look for these secrets from now on."""
        self._secrets, self._forms = secrets, SecretForms(secrets)
        self._header = lru_cache(maxsize=4096)(self._redact_header)  # most headers of a run are the same
        self._text = lru_cache(maxsize=1024)(self._forms.replace_in_text)
        self._short_body = lru_cache(maxsize=1024)(self._forms.replace)  # the same resources are read again and again

    def redact_text(self, text: str) -> str:
        """Return a text without known secrets."""
        return self._text(text) if text else text

    def redact_outcome(self, outcome: Outcome) -> Outcome:
        """Return an outcome without known secrets in any of its texts."""
        if not (outcome.message or outcome.actual or outcome.pointer or outcome.cause):
            return outcome
        texts = {name: self.redact_text(getattr(outcome, name)) for name in _TEXTS}
        return msgspec.structs.replace(outcome, **texts)

    def redact_notice(self, notice: Noticed) -> Noticed:
        """Return a notice without known secrets."""
        return msgspec.structs.replace(notice, message=self.redact_text(notice.message))

    def redact_body(self, body: bytes, media_type: str, invented: tuple[str, ...] = ()) -> bytes:
        """Return a body without known secrets, and without secrets in JSON members and form fields."""
        if not body:
            return body
        body = self._short_body(body) if len(body) <= _MAX_CACHED_BYTES else self._forms.replace(body)
        if media_type.endswith("json") and any(name in body for name in _SECRET_NAMES):
            return _SECRET_MEMBERS.sub(rb'\1"[redacted]"', body)
        if media_type == "application/x-www-form-urlencoded":
            return _redact_fields(body, invented)
        return body

    def _learn_tokens(self, response: Response) -> None:
        """Learn the tokens that an endpoint outside the API issues: another response may show them."""
        issued = {match[1].decode() for match in _ISSUED_TOKENS.finditer(response.body)} - {*self._secrets.values()}
        if issued:
            count = len(self._secrets)
            self._learn(self._secrets | {f"issued.{count + i}": token for i, token in enumerate(sorted(issued))})

    def redact_headers(self, headers: Headers, invented: tuple[str, ...] = ()) -> Headers:
        """Return headers without credentials; the scheme (`Bearer`) stays, since it is evidence."""
        return tuple((self.redact_text(name), self._header(name, value, invented)) for name, value in headers)

    def redact_exchange(self, exchange: Exchange) -> Exchange:
        """Return an exchange without secrets in URL, headers, bodies and failure."""
        request, response = exchange.request, exchange.response
        if request.authority and response is not None:
            self._learn_tokens(response)
        media_type = next((v for n, v in request.headers if n.lower() == "content-type"), "").partition(";")[0].lower()
        url = self._redact_url(exchange.url, request.invented)
        is_clean = url == exchange.url and url.endswith(request.target)
        clean = msgspec.structs.replace(
            request,
            target=request.target if is_clean else self._redact_url(request.target, request.invented),
            headers=self.redact_headers(request.headers, request.invented),
            body=self.redact_body(request.body, media_type, request.invented),
        )
        if response is not None:
            response = msgspec.structs.replace(
                response,
                headers=self.redact_headers(response.headers),
                body=self.redact_body(response.body, response.media_type),
            )
        failure = self.redact_text(exchange.failure)
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
