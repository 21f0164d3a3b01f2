"""How many requests each identity may send."""

from collections.abc import Mapping
from types import MappingProxyType

from conformance.model import Profile

_DEFAULT: Mapping[Profile, int | None] = MappingProxyType(
    {Profile.SMOKE: 150, Profile.STANDARD: 1000, Profile.DEEP: None}
)


def affordable(wanted: int | None, profile: Profile, left: int | None) -> int | None:
    """The budget: what was asked for; else the profile's, at most what the target has left less a reserve of 2 %."""
    default = _DEFAULT[profile]
    if wanted is not None or left is None:
        return wanted if wanted is not None else default
    spare = max(left - max(10, left // 50), 1)
    return spare if default is None else min(default, spare)
