"""Inputs of `certify` and `webhooks`: keys, and an API to send requests to."""

import os
from collections.abc import Sequence
from pathlib import Path

from conformance.errors import UsageError
from conformance.execution.setup import get_builtin_identities
from conformance.model import Operation, Target, TargetKind
from conformance.safety.gate import Gate
from conformance.targets import config as configuration
from conformance.targets.config import resolve_variable
from conformance.targets.resolver import resolve_target
from conformance.targets.tokens import obtain_credentials
from conformance.webhooks.delivery_run import ProviderApi
from conformance.webhooks.signatures import WebhookKey

_READERS = ("readonly", "full")


def load_key(secret: str, name: str = "--secret") -> WebhookKey:
    """Return the key of a secret, or of the environment variable that `env:NAME` names; raises UsageError."""
    return WebhookKey(resolve_secret(secret, name), name=name)


def resolve_secret(secret: str, name: str = "--secret") -> str:
    """Return a secret, or the content of the environment variable that `env:NAME` names; raises UsageError."""
    return resolve_variable(secret, name, os.environ)


def resolve_api(name: str, path: Path | None, operations: Sequence[Operation]) -> ProviderApi:
    """Return the API by configured name or URL, with credentials that may read; `operations` are its description's.

    Raises UsageError and TargetError.
    """
    resolved_target = resolve_target(name, configuration.load_config(path), builtin_identities=get_builtin_identities())
    identity = next((reader for reader in _READERS if reader in resolved_target.target.identities), "")
    if not identity:
        raise UsageError(
            f"--target {name} has no identity that may read", hint="Set EVCONFORM_TOKEN, or configure an identity"
        )
    target, identities = resolved_target.target, resolved_target.config.identities
    credentials, _ = obtain_credentials({identity: identities[identity]}, target, Gate(target, operations))
    return ProviderApi(target, credentials.headers, credentials.secrets, identity)


def build_sender_target(origin: str) -> Target:
    """Return the provider's sender as reports name it; `origin` is where deliveries arrive, or the capture."""
    return Target("webhook sender", TargetKind.URL, origin)
