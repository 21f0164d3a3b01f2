"""From an opened run to one with credentials, and with a budget that its target can bear."""

import math
from collections.abc import Iterable, Mapping

import msgspec

from conformance.execution.budgets import affordable
from conformance.execution.opening import Opening
from conformance.execution.preflight import left_to, preflight
from conformance.execution.spec import RunSpec
from conformance.execution.store import Store, store_path
from conformance.model import ResourceModel
from conformance.network.channel import AGENT, Channel
from conformance.safety.gate import Gate
from conformance.targets.tokens import obtain


def connected(opening: Opening) -> RunSpec:
    """Wait for the target, get tokens, ask it once; raises TargetError and CredentialsError where it is closed."""
    spec, target = opening.spec, opening.reached()
    credentials, _ = obtain(opening.identities, target.token_url)
    spec = msgspec.structs.replace(spec, target=target, headers=credentials.headers, secrets=credentials.secrets)
    with Channel(target.base_url, spec.headers, Gate(target), agent=AGENT) as channel:
        asked, left = preflight(channel, opening.description.model, target.base_url)
    _charge(spec, ["full"] * asked)
    return msgspec.structs.replace(spec, budget=affordable(spec.budget, spec.profile, left))


def limited(spec: RunSpec, model: ResourceModel, cost: Mapping[str, int]) -> RunSpec:
    """A run that knows what its other identities have left, those that are to send requests by its first plan.

    They may have sent some in this hour before. A known allowance is planned with as it is, and what expired has none.
    """
    others = {*spec.target.identities} & {*cost} - {"full", "expired", *spec.target.allowances}
    with Channel(spec.target.base_url, spec.headers, Gate(spec.target), agent=AGENT) as channel:
        left = {name: left_to(channel, model, name) for name in sorted(others)}
    _charge(spec, left)
    limits = {name: affordable(None, spec.profile, count) for name, count in left.items()}
    less = {name: each for name, each in limits.items() if each is not None and each < (spec.budget or math.inf)}
    return msgspec.structs.replace(spec, left=less)


def _charge(spec: RunSpec, identities: Iterable[str]) -> None:
    store = Store(store_path(spec.path))
    for name in identities:
        store.spend(name, None)
    store.close()
