"""Credentials and allowances of a run: tokens, and budgets within the target's rate limits."""

import math
from collections.abc import Iterable, Mapping

import msgspec

from conformance.errors import HarnessError
from conformance.execution.budgets import compute_budget, compute_kept_for_generated
from conformance.execution.concurrency import choose_concurrency
from conformance.execution.identity_checks import (
    find_accepted_identities,
    find_excess_scopes,
    find_shared_tokens,
    find_wrong_names,
)
from conformance.execution.pace import build_pace
from conformance.execution.preflight import check_target, detect_stateless_mock, fetch_remaining
from conformance.execution.setup import RunSetup, list_known_identities
from conformance.execution.spec import RunSpec
from conformance.execution.store import SharedStore, get_store_path
from conformance.model import ResourceModel, TargetKind
from conformance.network.channel import AGENT, Channel
from conformance.safety.gate import Gate
from conformance.targets.tokens import obtain_credentials
from conformance.tools.secret_forms import SecretForms


def connect(opening: RunSetup) -> RunSpec:
    """Wait for the target, obtain tokens and check the target with its first requests; return the run with both.

    Raises TargetError where the target cannot be reached, CredentialsError where it refuses the credentials, and
    UsageError where it serves another API or an identity is not configured properly.
    """
    spec, target = opening.spec, opening.wait_for_target()
    gate = Gate(target, opening.description.model.operations)
    model = opening.description.model
    is_trusted = opening.trusts_identities
    if not is_trusted:
        _raise_first(find_wrong_names(opening.identities, spec.seeds, list_known_identities(), model))
    credentials, _ = obtain_credentials(opening.identities, target, gate)
    if not is_trusted:
        _raise_first(find_shared_tokens(credentials.headers, opening.identities))
        _raise_first(find_excess_scopes(credentials.headers, model))
    spec = msgspec.structs.replace(spec, target=target, headers=credentials.headers, secrets=credentials.secrets)
    forms = SecretForms(spec.secrets)
    with Channel(target.base_url, spec.headers, gate, agent=AGENT) as channel, forms.hide_in_errors():
        sent, left = check_target(channel, model, target.base_url)
        samples, is_mock = 0, target.kind == TargetKind.MOCK
        if target.kind not in {TargetKind.BUILTIN, TargetKind.MOCK}:
            samples, is_mock = detect_stateless_mock(channel, model, target.base_url)
        tried: list[str] = []
        if not is_trusted and not is_mock:
            _raise_first(find_accepted_identities(channel, model, target.identities, tried))
        latency_s = 0.0 if target.kind == TargetKind.BUILTIN else channel.shortest_s
    _charge(spec, ["full"] * (sent + samples) + tried)
    target = msgspec.structs.replace(target, answers_from_examples=is_mock)
    operations = len(opening.description.model.operations)
    kept = compute_kept_for_generated(
        spec.profile, spec.budget, operations, has_builtin_server=opening.has_builtin_server
    )
    return msgspec.structs.replace(
        spec,
        target=target,
        budget=compute_budget(spec.budget, spec.profile, left, kept),
        kept_for_generated=kept,
        latency_s=latency_s,
        concurrency=choose_concurrency(opening.concurrency, target, latency_s),
    )


def _raise_first(errors: Iterable[HarnessError]) -> None:
    for error in errors:
        raise error


def limit_budgets(spec: RunSpec, model: ResourceModel, cost: Mapping[str, int]) -> RunSpec:
    """Return the run with the budgets of the other identities that its first plan (`cost`) sends requests as.

    They may have sent requests earlier in this hour, so each sends one request that reads its allowance. Identities
    with a configured allowance are left out, and so is `expired`, which has none.
    """
    identities = {*spec.target.identities} & {*cost} - {"full", "expired", *spec.target.allowances}
    with Channel(spec.target.base_url, spec.headers, Gate(spec.target, model.operations), agent=AGENT) as channel:
        left = {name: fetch_remaining(channel, model, name) for name in sorted(identities)}
    _charge(spec, left)
    kept = spec.kept_for_generated
    limits = {name: compute_budget(None, spec.profile, count, kept) for name, count in left.items()}
    lower = {name: limit for name, limit in limits.items() if limit is not None and limit < (spec.budget or math.inf)}
    spec = msgspec.structs.replace(spec, lower_budgets=lower)
    _charge_hour(spec)
    return spec


def _charge_hour(spec: RunSpec) -> None:
    """Count what identities had sent in this hour before a run that spreads over several."""
    store = SharedStore(get_store_path(spec.path))
    if pace := build_pace(spec, store):
        for name, limit in spec.lower_budgets.items():
            pace.charge(name, max(0, pace.limit - limit))
    store.close()


def _charge(spec: RunSpec, identities: Iterable[str]) -> None:
    store = SharedStore(get_store_path(spec.path))
    for name in identities:
        store.try_spend(name, None)
    store.close()
