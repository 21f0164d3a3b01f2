"""From an opened run to one with credentials, and with a budget that its target can bear."""

import msgspec

from conformance.execution.budgets import affordable
from conformance.execution.channel import AGENT, Channel
from conformance.execution.opening import Opening
from conformance.execution.preflight import preflight
from conformance.execution.spec import RunSpec
from conformance.execution.store import Store, store_path
from conformance.targets.tokens import obtain


def connected(opening: Opening) -> RunSpec:
    """Wait for the target, get tokens, ask it once; raises TargetError and CredentialsError where it is closed."""
    spec, target = opening.spec, opening.reached()
    credentials, _ = obtain(opening.identities, target.token_url)
    spec = msgspec.structs.replace(spec, target=target, headers=credentials.headers, secrets=credentials.secrets)
    with Channel(target.base_url, spec.headers, agent=AGENT) as channel:
        asked, left = preflight(channel, opening.description.model, target.base_url)
    store = Store(store_path(spec.path))
    for _ in range(asked):
        store.spend("full", None)
    store.close()
    return msgspec.structs.replace(spec, budget=affordable(spec.budget, spec.profile, left))
