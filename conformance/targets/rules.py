"""The rules of safety of each kind of target. Real cars and chargers hang on live: what is off here stays off."""

from types import MappingProxyType

import msgspec

from conformance.errors import UsageError
from conformance.model import Target, TargetKind


class Rules(msgspec.Struct, frozen=True):
    """What a kind of target allows at all; the user must still ask for it. `known` is its public base URL."""

    writes: bool
    hardware: bool
    known: str = ""
    token_url: str = ""
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
            token_url="https://api.ev.energy/o/token/",  # noqa: S106 - an address
            why="the sandbox shares its address with live: a wrong credential would write to real vehicles",
        ),
        TargetKind.STAGING: Rules(
            writes=True,
            hardware=True,
            known="https://api-staging.ev.energy/v2",
            token_url="https://api-staging.ev.energy/o/token/",  # noqa: S106 - an address
        ),
        TargetKind.LIVE: Rules(
            writes=False,
            hardware=False,
            known="https://api.ev.energy/v2",
            token_url="https://api.ev.energy/o/token/",  # noqa: S106 - an address
            why="real vehicles and chargers hang on live",
        ),
        TargetKind.URL: Rules(writes=True, hardware=True),
    }
)


def kind_of(name: str, base_url: str) -> TargetKind:
    """The kind of a target: by its name where that is a kind, else by its address; live wins over everything."""
    if name == TargetKind.SANDBOX:
        return TargetKind.SANDBOX
    if base_url.rstrip("/").startswith(RULES[TargetKind.LIVE].known.removesuffix("/v2")):
        return TargetKind.LIVE
    for kind in (TargetKind.MOCK, TargetKind.STAGING):
        if name == kind or base_url.startswith(RULES[kind].known.removesuffix("/v2")):
            return kind
    return TargetKind.LIVE if name == TargetKind.LIVE else TargetKind.URL


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
