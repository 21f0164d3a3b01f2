"""From `--target NAME|URL` to a target and its credentials."""

import os
from collections.abc import Mapping
from urllib.parse import urlsplit

import msgspec

from conformance.errors import UsageError
from conformance.model import Target, TargetKind
from conformance.targets.config import Config, Identity, TargetConfig, resolved
from conformance.targets.rules import RULES, kind_of

BUILTIN = "builtin"
TOKEN_VARIABLE = "EVCONFORM_TOKEN"  # noqa: S105 - a variable's name


class Resolved(msgspec.Struct, frozen=True):
    """A target, whose credentials it has and what the configuration says beside."""

    target: Target
    config: TargetConfig


def resolve(
    name: str,
    config: Config,
    *,
    local: Mapping[str, Identity],
    environment: Mapping[str, str] = os.environ,
) -> Resolved:
    """A target by configured name, by kind, or by URL.

    `local` are the published identities of the built-in server: a loopback URL without other credentials gets them.
    Raises UsageError where the name is unknown or the URL is none.
    """
    wanted = config.targets.get(name)
    if wanted is None and not name.startswith(("http://", "https://")):
        if name not in set(TargetKind) - {TargetKind.BUILTIN, TargetKind.URL}:
            raise UsageError(f"no target is called {name!r}", hint=_known(config))
        wanted = TargetConfig()
    elif wanted is None:
        same = (each for each in config.targets.values() if each.base_url.rstrip("/") == name.rstrip("/"))
        wanted = next(same, TargetConfig(base_url=name))
    base_url = resolved(wanted.base_url, f"base_url of {name}", environment).rstrip("/")
    kind = kind_of(name, base_url) if base_url else TargetKind(name)
    base_url = base_url or RULES[kind].known
    _checked(name, base_url)
    identities = wanted.identities or _fallback(base_url, local, environment)
    token_url = wanted.token_url or RULES[kind].token_url or f"{_origin(base_url)}/o/token/"
    target = Target(name, kind, base_url, token_url, tuple(identities))
    return Resolved(target, msgspec.structs.replace(wanted, identities=dict(identities)))


def _fallback(base_url: str, local: Mapping[str, Identity], environment: Mapping[str, str]) -> Mapping[str, Identity]:
    if environment.get(TOKEN_VARIABLE):
        return {"full": Identity(token=f"env:{TOKEN_VARIABLE}")}
    return local if loopback(base_url) else {}


def loopback(base_url: str) -> bool:
    """Whether an address is this machine's own."""
    host = urlsplit(base_url).hostname or ""
    return host in {"localhost", "::1"} or host.startswith("127.")


def _origin(base_url: str) -> str:
    parts = urlsplit(base_url)
    return f"{parts.scheme}://{parts.netloc}"


def _checked(name: str, base_url: str) -> None:
    try:
        parts = urlsplit(base_url)
        _ = parts.port
    except ValueError as fault:
        raise UsageError(f"the address of {name} is no URL: {fault}", hint="As in https://host/v2.") from fault
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
        raise UsageError(f"the address of {name} is no base URL: {base_url!r}", hint="As in https://host/v2.")
    if parts.username or parts.password:
        raise UsageError(f"the address of {name} carries a password", hint="Put credentials into identities.")


def _known(config: Config) -> str:
    names = [*config.targets, *(kind for kind in TargetKind if kind is not TargetKind.URL)]
    return f"One of {', '.join(dict.fromkeys(names))}, or a URL."
