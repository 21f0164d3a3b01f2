"""The target of a run, its identities and limits, and the depth of the run."""

from enum import StrEnum

import msgspec

DISPOSABLE = "disposable"
"""The identity whose token others may see: it is sent where servers write tokens into their logs."""
CLIENT = "#client"  # suffix of an identity's name: send its client id and secret instead of its token


EXAMPLES_REMARK = "The target returns examples: requirements that need state are not observable here"
"""What reports, the terminal and reasons say of a stateless mock."""


class TargetKind:
    """The kinds of target that code names; each, and any further one, is a file of `conformance.safety.kinds`."""

    BUILTIN = "builtin"
    MOCK = "mock"
    SANDBOX = "sandbox"
    STAGING = "staging"
    LIVE = "live"
    URL = "url"


class Target(msgspec.Struct, frozen=True, omit_defaults=True):
    """The API under test, without any secret.

    `base_url` has no trailing slash and includes `/v2`. `identities` are the names of the configured credentials.
    `clients` are those of them that hold a client id and secret: a request as NAME + CLIENT carries these (HTTP Basic).
    `allowances` are their rate limits in requests an hour, if known to be low.
    `answers_from_examples` is true of a stateless mock: what needs state cannot be observed there.
    `may_write` and `may_touch_hardware` are true if the user opted in, and both the kind of target and the
    configuration allow it. The configuration forbids what `locks_writes` and `locks_hardware` say.
    """

    name: str
    kind: str
    base_url: str
    token_url: str = ""
    identities: tuple[str, ...] = ()
    clients: tuple[str, ...] = ()
    allowances: dict[str, int] = {}
    may_write: bool = False
    may_touch_hardware: bool = False
    answers_from_examples: bool = False
    locks_writes: bool = False
    locks_hardware: bool = False


class Profile(StrEnum):
    """The depth of a run."""

    SMOKE = "smoke"
    STANDARD = "standard"
    DEEP = "deep"
