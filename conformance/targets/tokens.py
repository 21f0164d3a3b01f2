"""Request headers of identities; client credentials are exchanged for a token (RFC 6749, section 4.4)."""

from base64 import b64encode
from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import quote_plus, urlencode, urlsplit

import httpx
import msgspec

from conformance.errors import CredentialsError, TargetError, UsageError
from conformance.model import Headers, Request, Response, Target
from conformance.model.target import CLIENT
from conformance.network.channel import AGENT, Channel, NoResponseError, NotSentError
from conformance.network.repetition import send_until_answered
from conformance.safety.gate import ForbiddenRequestError, Gate
from conformance.targets.config import IdentityConfig, resolve_variable
from conformance.tools.secret_forms import SecretForms

_ELSEWHERE = frozenset({301, 302, 303, 307, 308, 404, 405})  # no token endpoint is served there
_FORM = ("Content-Type", "application/x-www-form-urlencoded")


class _Token(msgspec.Struct):
    access_token: Annotated[str, msgspec.Meta(min_length=1)]


class Credentials(msgspec.Struct, frozen=True):
    """The request headers of each identity, and the secrets to redact, by name. Never logged."""

    headers: dict[str, Headers]
    secrets: dict[str, str]

    def __repr__(self) -> str:  # a traceback must not show a secret
        return f"Credentials({', '.join(self.headers)})"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        return [("identities", list(self.headers))]


def obtain_credentials(
    identities: Mapping[str, IdentityConfig], target: Target, gate: Gate, transport: httpx.BaseTransport | None = None
) -> tuple[Credentials, int]:
    """Return the credentials of all identities, and the number of token requests sent for them.

    Token requests pass the gate of the target like any other. `transport` replaces the network in tests.

    Raises:
        UsageError: a variable is unset, an identity has no credentials, or no token endpoint is served at the URL.
        CredentialsError: the token endpoint refuses an identity.
        TargetError: the token endpoint cannot be reached, or fails.
    """
    headers: dict[str, Headers] = {}
    secrets: dict[str, str] = {}
    sent = 0
    for name, identity in identities.items():
        token = _read_token(identity.token, name)
        client_id = resolve_variable(identity.client_id, f"the client id of {name}")
        secret = resolve_variable(identity.client_secret, f"the client secret of {name}")
        login: Headers = (("Authorization", f"Basic {_build_basic_header(client_id, secret)}"),)
        if not token and client_id:
            sent += 1
            scope = resolve_variable(identity.scope, f"the scope of {name}")
            known = SecretForms(
                {f"{name}.client_secret": secret, f"{name}.basic": _build_basic_header(client_id, secret)}
            )
            with known.hide_in_errors():
                token = _request_token(name, (*login, _FORM), scope, target, gate, transport)
        if not token:
            raise UsageError(f"the identity {name} has no credentials", hint="Give it a token, or a client_id")
        headers[name] = (("Authorization", f"Bearer {token}"),)
        secrets[f"{name}.token"] = token
        if secret:
            secrets[f"{name}.client_secret"] = secret
            headers[name + CLIENT] = login
            secrets[f"{name}.basic"] = _build_basic_header(client_id, secret)
    return Credentials(headers, secrets), sent


def _read_token(value: str, name: str) -> str:
    """Return the configured token of an identity; raises UsageError where it is not set or cannot stand in a header."""
    token = resolve_variable(value, f"the token of {name}")
    if token and not _is_header_safe(token):
        source = value.removeprefix("env:") if value.startswith("env:") else "the configuration"
        raise UsageError(
            f"the token of {name} in {source} has a character that no token has: a space, a line break or a letter "
            "outside ASCII",
            hint="Set the token alone, without a line break at its end",
        )
    return token


def _is_header_safe(token: str) -> bool:
    """Return whether a token consists of visible ASCII, as credentials in a header must (RFC 6750, section 2.1).

    >>> _is_header_safe("abc.def~"), _is_header_safe("abc def")
    (True, False)
    """
    return all("!" <= character <= "~" for character in token)


def _build_basic_header(client_id: str, secret: str) -> str:
    """Return the Basic credentials of a client, each part form-encoded (RFC 6749, section 2.3.1)."""
    return b64encode(f"{quote_plus(client_id)}:{quote_plus(secret)}".encode()).decode()


def _request_token(  # noqa: PLR0913 - whose token, by which form, through which gate
    name: str, headers: Headers, scope: str, target: Target, gate: Gate, transport: httpx.BaseTransport | None
) -> str:
    """Obtain the access token of an identity (RFC 6749, section 4.4)."""
    form = {"grant_type": "client_credentials"} | ({"scope": scope} if scope else {})
    token_url = target.token_url
    if "://" not in token_url:
        raise TargetError(f"the token endpoint {token_url} cannot be reached: not a URL", hint="Check token_url")
    try:
        parts = urlsplit(token_url)
        authority = f"{parts.scheme}://{parts.netloc}"
        body = urlencode(form).encode()
        request = Request("*", "POST", parts.path, headers, body, identity="", authority=authority)
        with Channel(target.base_url, {}, gate, agent=AGENT, transport=transport) as channel:
            response, _ = send_until_answered(channel, request)
    except ForbiddenRequestError as error:
        raise UsageError(
            f"no token is requested at {token_url}: it is an operation of the API", hint="Correct token_url"
        ) from error
    except (NotSentError, NoResponseError, ValueError) as error:
        raise TargetError(
            f"the token endpoint {token_url} cannot be reached: {error}", hint="Check token_url and the network"
        ) from error
    _check_token_status(name, response, token_url)
    try:
        token = msgspec.json.decode(response.body, type=_Token).access_token
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise TargetError(
            f"the token endpoint {token_url} responds without a token for {name}: {error}", hint="Check token_url"
        ) from error
    if not _is_header_safe(token):
        raise TargetError(
            f"the token endpoint {token_url} responds with a token for {name} that cannot stand in a header",
            hint="Report it to the provider: a token is visible ASCII (RFC 6750, section 2.1)",
        )
    return token


def _check_token_status(name: str, response: Response, token_url: str) -> None:
    """Raise the error that the status of a token response calls for, nothing for 200."""
    if response.status in _ELSEWHERE:
        location = response.find_header("location")
        raise UsageError(
            f"the token endpoint {token_url} responds with {response.status}" + (f" to {location}" if location else ""),
            hint="Check token_url: no token endpoint is served there",
        )
    if response.status in {400, 401, 403}:
        raise CredentialsError(
            f"the token endpoint {token_url} refuses the identity {name} with {response.status}",
            hint="Check client_id and client_secret; `evconform doctor` checks them too",
        )
    if response.status != 200:
        raise TargetError(
            f"the token endpoint {token_url} responds with {response.status} to the identity {name}",
            hint="Try again later, or ask the provider: the credentials were not judged",
        )
