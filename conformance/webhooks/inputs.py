"""Inputs of `certify` and `webhooks`: keys, and an API to send requests to."""

import os
from pathlib import Path

from conformance.errors import UsageError
from conformance.execution.setup import published
from conformance.model import Target, TargetKind
from conformance.targets import config as configuration
from conformance.targets.config import resolved
from conformance.targets.resolver import resolve
from conformance.targets.tokens import obtain
from conformance.webhooks.delivery_run import Api
from conformance.webhooks.signatures import Key

_READERS = ("readonly", "full")


def key_of(secret: str, name: str = "--secret") -> Key:
    """Return the key of a secret, or of the environment variable that `env:NAME` names; raises UsageError."""
    return Key(resolved(secret, name, os.environ), name=name)


def api_of(name: str, path: Path | None) -> Api:
    """Return the API by configured name or URL, with credentials that may read.

    Raises UsageError and TargetError.
    """
    resolved_target = resolve(name, configuration.load(path), local=published())
    identity = next((reader for reader in _READERS if reader in resolved_target.target.identities), "")
    if not identity:
        raise UsageError(
            f"--target {name} has no identity that may read", hint="Set EVCONFORM_TOKEN, or configure an identity"
        )
    credentials, _ = obtain({identity: resolved_target.config.identities[identity]}, resolved_target.target.token_url)
    return Api(resolved_target.target, credentials.headers, credentials.secrets, identity)


def sender_target(origin: str) -> Target:
    """Return the provider's sender as reports name it; `origin` is where deliveries arrive, or the capture."""
    return Target("webhook sender", TargetKind.URL, origin)
