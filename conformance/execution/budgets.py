"""Budgets: how many requests an identity may send in a run."""

from collections.abc import Mapping
from types import MappingProxyType

from conformance.model import Profile

DOCUMENTED_RATE_LIMIT = 1000
"""Requests an hour for an application and user (ev.energy documentation, "Rate limiting")."""
_DEFAULT: Mapping[Profile, int | None] = MappingProxyType(
    {Profile.SMOKE: 150, Profile.STANDARD: 1000, Profile.DEEP: None}
)


def compute_budget(requested: int | None, profile: Profile, left: int | None) -> int | None:
    """Return the budget of an identity in requests, None for no limit.

    That is the budget asked for (`requested`), else that of the profile, but no more than the target has left (`left`,
    None where unknown) minus a reserve of 2 %, at least 10 requests.
    """
    default = _DEFAULT[profile]
    if requested is not None or left is None:
        return requested if requested is not None else default
    available = max(left - max(10, left // 50), 1)
    return available if default is None else min(default, available)
