"""What is tested, as whom, and how much it may be asked."""

from enum import StrEnum

import msgspec

CLIENT = "#client"  # after the name of an identity: its client id and secret in place of its token


class TargetKind(StrEnum):
    """The sorts of target; each has its own rules of safety."""

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
    `allowances` are their requests an hour, where these are known to be few.
    `may_write` and `may_touch_hardware` are what was opted into and the kind allows.
    """

    name: str
    kind: TargetKind
    base_url: str
    token_url: str = ""
    identities: tuple[str, ...] = ()
    clients: tuple[str, ...] = ()
    allowances: dict[str, int] = {}
    may_write: bool = False
    may_touch_hardware: bool = False


class Profile(StrEnum):
    """How deep a run goes."""

    SMOKE = "smoke"
    STANDARD = "standard"
    DEEP = "deep"
