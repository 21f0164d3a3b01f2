"""The rules of safety of each kind of target. Real cars and chargers hang on live: what is off here stays off."""

from types import MappingProxyType
from urllib.parse import urlsplit

import msgspec

from conformance.errors import UsageError
from conformance.model import Target, TargetKind


class Rules(msgspec.Struct, frozen=True):
    """What a kind of target allows at all; the user must still ask for it. `known` is its public base URL."""

    writes: bool
    hardware: bool
    known: str = ""
    why: str = ""


RULES: MappingProxyType[TargetKind, Rules] = MappingProxyType(
    {
        TargetKind.BUILTIN: Rules(writes=True, hardware=True),
        TargetKind.MOCK: Rules(
            writes=False,
            hardware=False,
            known="https://developers.ev.energy/_mock/ev.energy-api-v2",
            why="the hosted mock keeps no state, so a write proves nothing",
        ),
        TargetKind.SANDBOX: Rules(
            writes=False,
            hardware=False,
            known="https://api.ev.energy/v2",
            why="the sandbox shares its address with live: a wrong credential would write to real vehicles",
        ),
        TargetKind.STAGING: Rules(
            writes=True,
            hardware=True,
            known="https://api-staging.ev.energy/v2",
        ),
        TargetKind.LIVE: Rules(
            writes=False,
            hardware=False,
            known="https://api.ev.energy/v2",
            why="real vehicles and chargers hang on live",
        ),
        TargetKind.URL: Rules(writes=True, hardware=True),
    }
)


_PROVIDER = "ev.energy"
_STAGING = urlsplit(RULES[TargetKind.STAGING].known).hostname
_MOCK = RULES[TargetKind.MOCK].known


def kind_of(name: str, base_url: str) -> TargetKind:
    """The kind of a target: by its name where that is a kind, else by the host of its absolute address.

    Every host of the provider that is not known to be another one is live, and a kind that forbids writes is never
    exchanged for one that allows them.
    """
    host = (urlsplit(base_url).hostname or "").rstrip(".")
    if name in {TargetKind.SANDBOX, TargetKind.LIVE}:
        return TargetKind(name)
    if name == TargetKind.MOCK or f"{base_url}/".lower().startswith(f"{_MOCK}/"):
        return TargetKind.MOCK
    if host == _STAGING:
        return TargetKind.STAGING
    if host == _PROVIDER or host.endswith(f".{_PROVIDER}"):
        return TargetKind.LIVE
    return TargetKind.STAGING if name == TargetKind.STAGING else TargetKind.URL


def permit(target: Target, *, writes: bool, hardware: bool) -> Target:
    """The target with what was asked for; raises UsageError where its kind forbids that."""
    rules = RULES[target.kind]
    if hardware and not writes:
        raise UsageError("--allow-hardware needs --allow-writes beside it", hint="Give both, or neither.")
    if (writes and not rules.writes) or (hardware and not rules.hardware):
        raise UsageError(
            f"writes are never allowed on {target.name}: {rules.why}",
            hint="Use staging or the built-in server for requirements that write.",
        )
    return msgspec.structs.replace(target, may_write=writes, may_touch_hardware=hardware)
