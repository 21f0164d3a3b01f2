"""Resolution of `--target NAME|URL` to a target and its identities."""

import os
import re
from collections.abc import Mapping
from difflib import get_close_matches
from ipaddress import ip_address
from urllib.parse import urlsplit

import msgspec

from conformance.errors import UsageError
from conformance.model import Target
from conformance.safety.rules import RULES, kind_of
from conformance.targets.config import Config, IdentityConfig, TargetConfig, resolve_variable

BUILTIN = "builtin"
TOKEN_VARIABLE = "EVCONFORM_TOKEN"  # noqa: S105 - a variable's name
_ODD_PATH = re.compile(r"[%\\;]|//|/\.{1,2}(/|$)")
_URL = re.compile(
    r"(https?://(?:[a-z0-9._-]+|\[[0-9a-f:.]+\])(?::[0-9]{1,5})?)(/[!$->@-\[\]-~]*)?", re.IGNORECASE | re.ASCII
)


_KINDS_WITH_URL = tuple(kind for kind, rules in RULES.items() if rules.known)


class ResolvedTarget(msgspec.Struct, frozen=True):
    """A target with its configuration, in which `identities` are those that the run uses."""

    target: Target
    config: TargetConfig


def resolve_target(
    name: str,
    config: Config,
    *,
    builtin_identities: Mapping[str, IdentityConfig],
    environment: Mapping[str, str] = os.environ,
) -> ResolvedTarget:
    """Resolve a target by configured name, by kind, or by URL.

    `builtin_identities` are the published identities of the built-in server: a loopback URL without other credentials
    gets them. Raises UsageError where the name is unknown or the URL is not valid.
    """
    config_of_target = config.targets.get(name)
    if config_of_target is None:
        config_of_target = _configure_unnamed(name, config)
        name = config_of_target.base_url or name
    configured_url = resolve_variable(config_of_target.base_url, f"base_url of {name}", environment)
    base_url = _normalize_url(configured_url, f"the base_url of {name}") if configured_url else _public_url(name)
    kind = kind_of(name, base_url)
    identities = config_of_target.identities or _default_identities(base_url, builtin_identities, environment)
    token_url = resolve_variable(config_of_target.token_url, f"token_url of {name}", environment)
    token_url = token_url and _normalize_url(token_url, f"the token_url of {name}", keep_slash=True)
    token_url = token_url or f"{_origin(base_url)}/o/token/"
    target = Target(
        name,
        kind,
        base_url,
        token_url,
        tuple(identities),
        list_client_identities(identities),
        list_allowances(identities),
        locks_writes=not config_of_target.writes,
        locks_hardware=not config_of_target.hardware,
    )
    return ResolvedTarget(target, msgspec.structs.replace(config_of_target, identities=dict(identities)))


def _configure_unnamed(name: str, config: Config) -> TargetConfig:
    """Return the configuration of a target without a table of its name: a kind, or a URL that a table may have."""
    if name in _KINDS_WITH_URL:
        return TargetConfig()
    if not name.lower().startswith(("http://", "https://")):
        raise UsageError(f"no target is called {name.rpartition('@')[2]!r}", hint=_suggest_name(config, name))
    url = _normalize_url(name, "the target")
    same_url = (target for target in config.targets.values() if target.base_url.rstrip("/").lower() == url.lower())
    return msgspec.structs.replace(next(same_url, TargetConfig()), base_url=url)


def _public_url(name: str) -> str:
    """Return the public base URL of a kind of target; raises UsageError for a table without base_url."""
    if name not in _KINDS_WITH_URL:
        raise UsageError(f"[targets.{name}] has no base_url", hint='For example base_url = "https://host/v2"')
    return RULES[name].known


def list_client_identities(identities: Mapping[str, IdentityConfig]) -> tuple[str, ...]:
    """Return the names of the identities with a client id and secret."""
    return tuple(name for name, identity in identities.items() if identity.client_id and identity.client_secret)


def list_allowances(identities: Mapping[str, IdentityConfig]) -> dict[str, int]:
    """Return the configured allowances, in requests an hour by identity."""
    return {name: identity.allowance for name, identity in identities.items() if identity.allowance}


def _default_identities(
    base_url: str, local: Mapping[str, IdentityConfig], environment: Mapping[str, str]
) -> Mapping[str, IdentityConfig]:
    """Return the identities of a target without configured ones: those of the environment, or `local` on loopback.

    `EVCONFORM_TOKEN` is the token of `full`, `EVCONFORM_TOKEN_READONLY` that of `readonly`, and so on.
    """
    if environment.get(TOKEN_VARIABLE):
        others = {name: f"{TOKEN_VARIABLE}_{name.upper()}" for name in local if name != "full"}
        given = {"full": TOKEN_VARIABLE, **{name: text for name, text in others.items() if environment.get(text)}}
        return {name: IdentityConfig(token=f"env:{text}") for name, text in given.items()}
    return local if is_loopback(base_url) else {}


def is_loopback(base_url: str) -> bool:
    """Return whether the host of a URL is this machine."""
    host = urlsplit(base_url).hostname or ""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _origin(base_url: str) -> str:
    parts = urlsplit(base_url)
    return f"{parts.scheme}://{parts.netloc}"


def _normalize_url(url: str, name: str, *, keep_slash: bool = False) -> str:
    """Return a URL with scheme and host in lower case, and without a trailing slash unless `keep_slash`.

    Only ASCII hosts are accepted: HTTP libraries convert others to hosts that the safety rules have not seen. Messages
    do not repeat the URL, as it may contain a password. Raises UsageError.
    """
    if "@" in url:
        raise UsageError(f"{name} contains credentials", hint="Put them into identities")
    match = _URL.fullmatch(url)
    if not match or not _has_valid_port(url):
        raise UsageError(f"{name} is not a valid URL", hint="For example https://host/v2, without a query")
    path = match[2] or ""
    if _ODD_PATH.search(path):
        raise UsageError(
            f"{name} must have a plain path", hint="Without dot segments, percent-encoding and ; as in /v2"
        )
    return match[1].lower() + (path if keep_slash else path.rstrip("/"))


def _has_valid_port(url: str) -> bool:
    """Return whether a URL can be split and its port, where it has one, is valid."""
    try:
        return urlsplit(url).port != 0
    except ValueError:
        return False


def _suggest_name(config: Config, name: str) -> str:
    """Return a hint with the names of all targets, and the one that was probably meant."""
    names = tuple(dict.fromkeys((*config.targets, BUILTIN, *_KINDS_WITH_URL)))
    close = get_close_matches(name, names, 1)
    question = f"Did you mean {close[0]}? " if close else ""
    return f"{question}One of {', '.join(names)}, or a URL"
