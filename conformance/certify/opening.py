"""What `certify` and `webhooks` need before they begin: keys, an API to ask."""

import os
from pathlib import Path

from conformance.certify.provider import Api
from conformance.errors import UsageError
from conformance.execution.opening import published
from conformance.model import Target, TargetKind
from conformance.targets import config as configuration
from conformance.targets.config import resolved
from conformance.targets.resolve import resolve
from conformance.targets.tokens import obtain
from conformance.webhooks.signing import Key

_READERS = ("readonly", "full")


def key_of(secret: str, name: str = "--secret") -> Key:
    """The key of a secret, or of the environment variable that `env:NAME` names. Raises UsageError."""
    return Key(resolved(secret, name, os.environ), name=name)


def api_of(name: str, path: Path | None) -> Api:
    """The API by configured name or URL, with credentials that may read; raises UsageError and TargetError."""
    found = resolve(name, configuration.load(path), local=published())
    identity = next((each for each in _READERS if each in found.target.identities), "")
    if not identity:
        raise UsageError(
            f"--target {name} has no identity that may read", hint="Set EVCONFORM_TOKEN, or configure one."
        )
    credentials, _ = obtain({identity: found.config.identities[identity]}, found.target.token_url)
    return Api(found.target, credentials.headers, credentials.secrets, identity)


def sender_target(origin: str) -> Target:
    """The provider's sender as reports name it; `origin` is where its deliveries came to, or the capture."""
    return Target("webhook sender", TargetKind.URL, origin)


def receiver_target(endpoint: str) -> Target:
    """A partner's receiver as reports name it."""
    return Target("webhook receiver", TargetKind.URL, endpoint)
