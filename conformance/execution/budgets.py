"""Budgets: how many requests an identity may send in a run."""

from collections.abc import Mapping
from types import MappingProxyType

from conformance.model import Profile

DOCUMENTED_RATE_LIMIT = 1000
"""Requests an hour for an application and user (ev.energy documentation, "Rate limiting")."""
_DEFAULT: Mapping[Profile, int | None] = MappingProxyType(
    {Profile.SMOKE: 150, Profile.STANDARD: 1000, Profile.DEEP: None}
)
_KEPT_FOR_GENERATED = 2
"""Requests for each operation that an identity may send on top on the built-in server, for generated cases alone."""


def compute_kept_for_generated(
    profile: Profile, requested: int | None, operations: int, *, has_builtin_server: bool
) -> int:
    """Return the part of each budget that is kept for generated requests: on the built-in server, with its defaults.

    Its rate limit is ours to set; everywhere else generated requests get what the probes leave.
    """
    is_ours = has_builtin_server and profile is Profile.STANDARD and requested is None
    return _KEPT_FOR_GENERATED * operations if is_ours else 0


def compute_budget(requested: int | None, profile: Profile, left: int | None, kept: int = 0) -> int | None:
    """Return the budget of an identity in requests, None for no limit.

    That is the `requested` budget, else that of the profile and what is `kept` for generated requests, but
    no more than the target has left (`left`, None where unknown) minus a reserve of 2 %, at least 10 requests.
    """
    default = _DEFAULT[profile]
    default = default if default is None else default + kept
    if requested is not None or left is None:
        return requested if requested is not None else default
    available = max(left - max(10, left // 50), 1)
    return available if default is None else min(default, available)
