"""The rules of safety of each kind of target. Real cars and chargers hang on live: what is off here stays off."""

from types import MappingProxyType
from urllib.parse import unquote, urlsplit

import msgspec

from conformance.errors import UsageError
from conformance.model import Effect, Target, TargetKind

WRITES_OFF = "writes are off (--allow-writes, where the target allows it)"
"""Why an unsafe method may not be sent where nobody allowed it."""
RISKS: MappingProxyType[Effect, str] = MappingProxyType(
    {
        Effect.HARDWARE: "moves hardware",
        Effect.MONEY: "moves money",
        Effect.IRREVERSIBLE: "cannot be undone",
    }
)
"""Effects that need --allow-hardware beside --allow-writes, in words that follow "the operation"."""


class Rules(msgspec.Struct, frozen=True):
    """What a kind of target allows at all; the user must still opt in.

    `known` is its public base URL, empty where it has none. `why` says why writes are never allowed, `note` what is
    at stake; both stand in docs/safety.md.
    """

    writes: bool
    hardware: bool
    note: str
    known: str = ""
    why: str = ""


RULES: MappingProxyType[TargetKind, Rules] = MappingProxyType(
    {
        TargetKind.BUILTIN: Rules(
            writes=True, hardware=True, note="the built-in server: started for the run, its data is made up"
        ),
        TargetKind.MOCK: Rules(
            writes=True,
            hardware=True,
            known="https://developers.ev.energy/_mock/ev.energy-api-v2",
            note=(
                "the hosted mock, or any stateless mock: nothing there is real, "
                "so a write does no harm and proves little"
            ),
        ),
        TargetKind.SANDBOX: Rules(
            writes=False,
            hardware=False,
            known="https://api.ev.energy/v2",
            note="dummy data behind the address of live",
            why="the sandbox shares its address with live: a wrong credential would write to real vehicles",
        ),
        TargetKind.STAGING: Rules(
            writes=True,
            hardware=True,
            known="https://api-staging.ev.energy/v2",
            note="the provider's own test system: test data, and perhaps test hardware",
        ),
        TargetKind.LIVE: Rules(
            writes=False,
            hardware=False,
            known="https://api.ev.energy/v2",
            note="production: real vehicles, chargers, people and money",
            why="real vehicles and chargers hang on live",
        ),
        TargetKind.URL: Rules(
            writes=True, hardware=True, note="any other address: whoever names it knows what hangs on it"
        ),
    }
)


_PROVIDER = "ev.energy"
_STAGING = urlsplit(RULES[TargetKind.STAGING].known).hostname
_MOCK = RULES[TargetKind.MOCK].known


def kind_of(name: str, base_url: str) -> TargetKind:
    """Return the kind of a target: by its name where that is a kind, else by the host of its absolute address.

    Every host of the provider that is not known to be another one is live, whatever the target is called: a kind that
    forbids writes is never exchanged for one that allows them.
    """
    parts = urlsplit(base_url)
    host = (parts.hostname or "").rstrip(".")
    dotted = any(unquote(segment) in {".", ".."} for segment in parts.path.split("/"))
    if name in {TargetKind.SANDBOX, TargetKind.LIVE}:
        return TargetKind(name)
    if f"{base_url}/".lower().startswith(f"{_MOCK}/") and not dotted:
        return TargetKind.MOCK
    if host == _STAGING:
        return TargetKind.STAGING
    if host == _PROVIDER or host.endswith(f".{_PROVIDER}"):
        return TargetKind.LIVE
    return TargetKind(name) if name in {TargetKind.STAGING, TargetKind.MOCK} else TargetKind.URL


def permit(target: Target, *, writes: bool, hardware: bool) -> Target:
    """Return the target with what was opted into.

    Raises:
        UsageError: the kind of the target forbids that, or a flag is missing beside another one.
    """
    rules = RULES[target.kind]
    if hardware and not writes:
        raise UsageError("--allow-hardware needs --allow-writes beside it", hint="Give both, or neither.")
    if (writes and not rules.writes) or (hardware and not rules.hardware):
        raise UsageError(
            f"writes are never allowed on {target.name}: {rules.why}",
            hint="Use staging or the built-in server for requirements that write.",
        )
    return msgspec.structs.replace(target, may_write=writes, may_touch_hardware=hardware)


def refusal_of(target: Target, effect: Effect) -> str:
    """Return why a request with that effect may not be sent to a target; empty where it may.

    The rules of the kind come first, so that a target that claims a permission its kind forbids gains nothing.
    """
    rules = RULES[target.kind]
    if effect is Effect.NONE:
        return ""
    if not rules.writes:
        return f"only GET, HEAD and OPTIONS are ever sent to {target.kind}: {rules.why}"
    if not target.may_write:
        return WRITES_OFF
    if effect in RISKS and not (rules.hardware and target.may_touch_hardware):
        return f"the operation {RISKS[effect]} (--allow-hardware beside --allow-writes)"
    return ""
