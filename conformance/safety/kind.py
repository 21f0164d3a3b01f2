"""The rules of a kind of target."""

import msgspec


class Rules(msgspec.Struct, frozen=True):
    """The rules of a kind of target: the effects that it allows at all; the user must still opt in.

    `known` is its public base URL, empty where it has none; with `owns_host` every address on that host is of the kind.
    `token_in_url` says whether the token of any identity may stand in a URL, and thus in access logs.
    `why` says why writes are never allowed, `note` what is at stake; both stand in docs/safety.md.
    """

    name: str
    writes: bool
    hardware: bool
    note: str
    known: str = ""
    owns_host: bool = False
    why: str = ""
    token_in_url: bool = True
