"""Access tokens, refresh tokens and authorization codes that are valid now."""

import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from conformance.mock_server import clock
from conformance.mock_server.identities import (
    APPLICATION,
    APPLICATION_SECRET,
    IDENTITIES,
    ServerIdentity,
    list_granted_scopes,
)

TOKEN_LIFETIME_S = 36_000  # seconds; the provider's guide, "Authentication"
CODE_LIFETIME_S = 60


@dataclass(frozen=True, slots=True)
class Grant:
    """The rights of a token. `user` is the id of the person it stands for, empty for an application alone."""

    application: str
    scopes: frozenset[str]
    user: str = ""
    expires: int = 0


@dataclass(frozen=True, slots=True)
class AuthorizationCode:
    """An authorization code on its way back to the application (RFC 6749, section 4.1; RFC 7636)."""

    grant: Grant
    redirect_uri: str
    challenge: str
    expires: int


class TokenStore:
    """The issued tokens and codes. `draw` makes a token; by default tokens are unguessable."""

    def __init__(
        self,
        scopes: frozenset[str],
        users: Callable[[int], str],
        now: Callable[[], int],
        draw: Callable[[], str] | None = None,
    ) -> None:
        self.scopes = scopes
        self.now = now
        self._users = users
        self.draw = draw or (lambda: secrets.token_urlsafe(24))
        self._access: dict[str, Grant] = {}
        self._refresh: dict[str, Grant] = {}
        self._bought: dict[str, tuple[str, ...]] = {}  # by refresh token: the access tokens of its authorization
        self._codes: dict[str, AuthorizationCode] = {}
        self.secrets = {identity.client_id: identity.client_secret for identity in IDENTITIES if identity.client_id}
        self.secrets[APPLICATION] = APPLICATION_SECRET
        for identity in IDENTITIES:
            self._access[identity.token] = self._build_standing_grant(identity)

    def _build_standing_grant(self, identity: ServerIdentity) -> Grant:
        user = "" if identity.user is None else self._users(identity.user)
        expires = self.now() - clock.HOUR if identity.expired else 1 << 62
        return Grant(identity.client_id or APPLICATION, list_granted_scopes(identity, self.scopes), user, expires)

    def find_grant(self, token: str) -> Grant | None:
        """Return the grant of an access token that is still valid."""
        grant = self._access.get(token)
        return grant if grant and grant.expires > self.now() else None

    def find_user(self, position: int) -> str:
        """Return the id of a user of the world by position."""
        return self._users(position)

    def list_allowed_scopes(self, client_id: str) -> frozenset[str]:
        """Return the scopes that an application may request."""
        identity = next((identity for identity in IDENTITIES if identity.client_id == client_id), None)
        return list_granted_scopes(identity, self.scopes) if identity else self.scopes

    def issue_tokens(self, application: str, scopes: frozenset[str], user: str = "") -> tuple[str, str]:
        """Issue an access token, and a refresh token where a person stands behind it (else empty)."""
        grant = Grant(application, scopes, user, self.now() + TOKEN_LIFETIME_S * clock.SECOND)
        access, refresh = self.draw(), self.draw() if user else ""
        self._access[access] = grant
        if refresh:
            self._refresh[refresh] = grant
            self._bought[refresh] = (access,)
        return access, refresh

    def find_refresh_grant(self, token: str) -> Grant | None:
        """Return the grant of a refresh token; a revoked one has none."""
        return self._refresh.get(token)

    def refresh_tokens(self, token: str, grant: Grant) -> tuple[str, str]:
        """Issue new tokens with a grant for a refresh token, which is used up."""
        self._refresh.pop(token, None)
        access, refresh = self.issue_tokens(grant.application, grant.scopes, grant.user)
        if refresh:
            self._bought[refresh] = (*self._bought.get(token, ()), access)
        return access, refresh

    def find_ending_tokens(self, token: str, application: str) -> tuple[str, ...]:
        """Return the tokens that end when the application revokes one (RFC 7009, section 2.1).

        With a refresh token end the access tokens of the same authorization; an unknown token is no error.
        """
        grant = self._access.get(token) or self._refresh.get(token)
        if grant is None or grant.application != application:
            return ()
        return (token, *(self._bought.get(token, ()) if token in self._refresh else ()))

    def end_tokens(self, tokens: Iterable[str]) -> None:
        """End access and refresh tokens at once."""
        for token in tokens:
            self._access.pop(token, None)
            self._refresh.pop(token, None)

    def issue_code(self, grant: Grant, redirect_uri: str, challenge: str) -> str:
        """Return a code that can be exchanged once within a minute."""
        code = self.draw()
        self._codes[code] = AuthorizationCode(
            grant, redirect_uri, challenge, self.now() + CODE_LIFETIME_S * clock.SECOND
        )
        return code

    def redeem_code(self, code: str) -> AuthorizationCode | None:
        """Return the code and forget it; None where it is unknown, used or older than a minute."""
        known_code = self._codes.pop(code, None)
        return known_code if known_code and known_code.expires > self.now() else None
