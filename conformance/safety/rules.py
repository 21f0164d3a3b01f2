"""The safety rules of each kind of target. No flag can allow what they forbid."""

import re
from collections.abc import Mapping
from types import MappingProxyType
from urllib.parse import urlsplit

import msgspec

from conformance.errors import UsageError
from conformance.model import Effect, Target, TargetKind
from conformance.model.target import DISPOSABLE
from conformance.safety import kinds
from conformance.safety.kind import Rules
from conformance.tools.registry import collect_members

WRITES_OFF = "writes are off (--allow-writes, where the target allows it)"
"""Why an unsafe method may not be sent where nobody allowed it."""
RISKS: MappingProxyType[Effect, str] = MappingProxyType(
    {
        Effect.HARDWARE: "moves hardware",
        Effect.MONEY: "moves money",
        Effect.IRREVERSIBLE: "cannot be undone",
    }
)
"""Effects that also need --allow-hardware, in words that follow "the operation"."""


def _collect_kinds() -> Mapping[str, Rules]:
    return MappingProxyType({rules.name: rules for rules in collect_members(kinds, "KINDS", Rules)})


RULES: Mapping[str, Rules] = _collect_kinds()
"""The rules of each kind of target, by name."""
_PROVIDER = "ev.energy"


def kind_of(name: str, base_url: str) -> str:
    """Return the kind of a target: by its name where that is a kind, else by the host of its absolute address.

    Every host of the provider that is not known to be another one is live, whatever the target is called: a kind that
    forbids writes is never exchanged for one that allows them.
    """
    name = name.strip().lower()
    if name in RULES and not RULES[name].writes:
        return name
    parts = urlsplit(base_url)
    host = (parts.hostname or "").rstrip(".")
    if not host.isascii():  # a library may turn it into a host that no rule has looked at
        return TargetKind.LIVE
    known = next((rules.name for rules in RULES.values() if rules.writes and _is_at(base_url, rules)), "")
    if known:
        return known
    if host == _PROVIDER or host.endswith(f".{_PROVIDER}"):
        return TargetKind.LIVE
    return name if name in RULES and name != TargetKind.BUILTIN else TargetKind.URL


def _is_at(base_url: str, rules: Rules) -> bool:
    """Return whether an address is the public one of a kind, or lies below it."""
    if not rules.known:
        return False
    parts, known = urlsplit(base_url), urlsplit(rules.known)
    if rules.owns_host:
        return (parts.hostname or "").rstrip(".") == known.hostname
    plain = not re.search(r"[%\\;]|/\.{1,2}(/|$)", parts.path)
    return plain and f"{base_url}/".lower().startswith(f"{rules.known}/")


def permit(target: Target, *, writes: bool, hardware: bool) -> Target:
    """Return the target with what was opted into.

    Raises:
        UsageError: the kind of the target or the configuration forbids that, or a flag is missing beside another one.
    """
    rules = RULES[target.kind]
    if hardware and not writes:
        raise UsageError("--allow-hardware also needs --allow-writes", hint="Give both, or neither")
    if (writes and not rules.writes) or (hardware and not rules.hardware):
        name = target.name if target.name == target.kind else f"{target.name}, whose address is that of {target.kind}"
        raise UsageError(
            f"writes are never allowed on {name}: {rules.why}",
            hint="Test requirements that need writes on another target, or on the built-in server",
        )
    for flag, is_asked, is_locked in (
        ("writes", writes, target.locks_writes),
        ("hardware", hardware, target.locks_hardware),
    ):
        if is_asked and is_locked:
            raise UsageError(
                f"--allow-{flag} is refused for {target.name}: the configuration has {flag} = false there",
                hint="Run without the flag, or ask the author of the configuration",
            )
    return msgspec.structs.replace(target, may_write=writes, may_touch_hardware=hardware)


def find_refusal(target: Target, effect: Effect) -> str:
    """Return why a request with that effect may not be sent to a target; empty where it may.

    The rules of the kind come first, so that a target that claims a permission its kind forbids gains nothing.
    """
    rules = RULES[target.kind]
    if effect is Effect.NONE:
        return ""
    if not rules.writes:
        return f"only GET, HEAD and OPTIONS are ever sent to {target.kind}: {rules.why}"
    if not target.may_write or target.locks_writes:
        return WRITES_OFF
    if effect in RISKS and (target.locks_hardware or not (rules.hardware and target.may_touch_hardware)):
        return f"the operation {RISKS[effect]} (--allow-hardware beside --allow-writes)"
    return ""


def find_exposure(target: Target) -> str:
    """Return why no token may stand in a URL for a target; empty where one may.

    A URL stays in the access logs of servers and gateways, where others read it.
    """
    if RULES[target.kind].token_in_url or DISPOSABLE in target.identities:
        return ""
    return f"a token in a URL stays in access logs of {target.kind}: configure the identity {DISPOSABLE} for it"
