"""The identities that may call the built-in server: applications and tokens that every world knows, for any seed.

They protect made-up data on loopback only. `users` are positions in the world's list of users.
"""

from collections.abc import Iterable
from dataclasses import dataclass

APPLICATION = "evconform-app"  # the application through which people sign in
APPLICATION_SECRET = "evconform-app-secret"  # noqa: S105


@dataclass(frozen=True, slots=True)
class ServerIdentity:
    """An application, or a person behind one. `scopes` is `all`, `read` or `none`; `user` a position, None for no user.

    `allowance` is requests an hour where the server's limit is too large to be spent in a test; 0 leaves that limit.
    """

    name: str
    about: str
    scopes: str
    client_id: str = ""
    client_secret: str = ""
    token: str = ""
    user: int | None = None
    expired: bool = False
    allowance: int = 0


IDENTITIES: tuple[ServerIdentity, ...] = (
    ServerIdentity("full", "client credentials with every scope", "all", "evconform-full", "full-secret", "token-full"),
    ServerIdentity(
        "readonly",
        "client credentials with the reading scopes",
        "read",
        "evconform-readonly",
        "readonly-secret",
        "token-readonly",
    ),
    ServerIdentity(
        "noscope",
        "client credentials without any scope",
        "none",
        "evconform-noscope",
        "noscope-secret",
        "token-noscope",
    ),
    ServerIdentity(
        "expired",
        "a token that expired an hour before the server started",
        "all",
        token="token-expired",  # noqa: S106
        expired=True,
    ),
    ServerIdentity("user_a", "the first user of the world", "all", token="token-user-a", user=0),  # noqa: S106
    ServerIdentity("user_b", "the second user of the world", "all", token="token-user-b", user=1),  # noqa: S106
    ServerIdentity(
        "limited",
        "client credentials with every scope and an allowance that is soon spent",
        "all",
        "evconform-limited",
        "limited-secret",
        "token-limited",
        allowance=20,
    ),
)
IDENTITIES_BY_NAME = {identity.name: identity for identity in IDENTITIES}
ALLOWANCES_BY_CLIENT = {identity.client_id: identity.allowance for identity in IDENTITIES if identity.allowance}


def list_granted_scopes(identity: ServerIdentity, scopes: Iterable[str]) -> frozenset[str]:
    """Return the scopes of an identity, out of all that the description uses."""
    if identity.scopes == "none":
        return frozenset()
    return frozenset(scope for scope in scopes if identity.scopes == "all" or scope.endswith(":read"))
