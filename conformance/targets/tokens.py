"""From configured credentials to request headers: client credentials buy a token (RFC 6749, section 4.4)."""

from base64 import b64encode
from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import quote_plus

import httpx
import msgspec

from conformance.errors import TargetError, UsageError
from conformance.model import Headers
from conformance.model.target import CLIENT
from conformance.targets.config import Identity, resolved


class _Token(msgspec.Struct):
    access_token: Annotated[str, msgspec.Meta(min_length=1)]


class Credentials(msgspec.Struct, frozen=True):
    """What goes on the wire for each identity. Never logged; `secrets` are what redaction looks for."""

    headers: dict[str, Headers]
    secrets: dict[str, str]

    def __repr__(self) -> str:  # a traceback must not show a secret
        return f"Credentials({', '.join(self.headers)})"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        return [("identities", list(self.headers))]


def obtain(
    identities: Mapping[str, Identity], token_url: str, client: httpx.Client | None = None
) -> tuple[Credentials, int]:
    """Headers of every identity, and how many token requests that took.

    Raises UsageError for an unset variable or an identity without credentials, TargetError where the token endpoint
    refuses or cannot be reached.
    """
    headers: dict[str, Headers] = {}
    secrets: dict[str, str] = {}
    asked = 0
    for name, identity in identities.items():
        token = resolved(identity.token, f"the token of {name}")
        client_id = resolved(identity.client_id, f"the client id of {name}")
        secret = resolved(identity.client_secret, f"the client secret of {name}")
        login: Headers = (("Authorization", f"Basic {_basic(client_id, secret)}"),)
        if not token and client_id:
            asked += 1
            scope = resolved(identity.scope, f"the scope of {name}")
            token = _buy(name, login, scope, token_url, client)
        if not token:
            raise UsageError(f"the identity {name} has no credentials", hint="Give it a token, or a client_id.")
        headers[name] = (("Authorization", f"Bearer {token}"),)
        secrets[f"{name}.token"] = token
        if secret:
            secrets[f"{name}.client_secret"] = secret
            headers[name + CLIENT] = login
            secrets[f"{name}.basic"] = _basic(client_id, secret)
    return Credentials(headers, secrets), asked


def _basic(client_id: str, secret: str) -> str:
    """A client's login, form-encoded before it is joined (RFC 6749, section 2.3.1)."""
    return b64encode(f"{quote_plus(client_id)}:{quote_plus(secret)}".encode()).decode()


def _buy(name: str, login: Headers, scope: str, token_url: str, client: httpx.Client | None) -> str:
    form = {"grant_type": "client_credentials"} | ({"scope": scope} if scope else {})
    try:
        post = client.post if client else httpx.post
        answer = post(token_url, data=form, headers=login, timeout=30)
    except (httpx.HTTPError, httpx.InvalidURL) as fault:
        raise TargetError(
            f"the token endpoint {token_url} cannot be reached: {fault}", hint="Check token_url and the network."
        ) from fault
    if answer.status_code != 200:
        raise TargetError(
            f"the token endpoint {token_url} refuses the identity {name} with {answer.status_code}",
            hint="Check client_id and client_secret; `evconform doctor` tells more.",
        )
    try:
        return msgspec.json.decode(answer.content, type=_Token).access_token
    except (msgspec.MsgspecError, UnicodeDecodeError) as fault:
        raise TargetError(
            f"the token endpoint {token_url} answers no token for {name}: {fault}", hint="Check token_url."
        ) from fault
