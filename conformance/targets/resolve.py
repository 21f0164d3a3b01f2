"""From `--target NAME|URL` to a target and its credentials."""

import os
import re
from collections.abc import Mapping
from difflib import get_close_matches
from ipaddress import ip_address
from urllib.parse import urlsplit

import msgspec

from conformance.errors import UsageError
from conformance.model import Target, TargetKind
from conformance.safety.rules import RULES, kind_of
from conformance.targets.config import Config, Identity, TargetConfig, resolved

BUILTIN = "builtin"
TOKEN_VARIABLE = "EVCONFORM_TOKEN"  # noqa: S105 - a variable's name
_ADDRESS = re.compile(
    r"(https?://(?:[a-z0-9._-]+|\[[0-9a-f:.]+\])(?::[0-9]{1,5})?)(/[!$->@-\[\]-~]*)?", re.IGNORECASE | re.ASCII
)


_PLACES = tuple(kind.value for kind, rules in RULES.items() if rules.known)


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
    if wanted is None:
        wanted = _named(name, config)
        name = wanted.base_url or name
    stated = resolved(wanted.base_url, f"base_url of {name}", environment)
    base_url = _address(stated, f"the address of {name}") if stated else _known_address(name)
    kind = kind_of(name, base_url)
    identities = wanted.identities or _fallback(base_url, local, environment)
    token_url = resolved(wanted.token_url, f"token_url of {name}", environment)
    token_url = token_url and _address(token_url, f"the token_url of {name}", slash=True)
    token_url = token_url or f"{_origin(base_url)}/o/token/"
    target = Target(name, kind, base_url, token_url, tuple(identities), clients(identities), allowances(identities))
    return Resolved(target, msgspec.structs.replace(wanted, identities=dict(identities)))


def _named(name: str, config: Config) -> TargetConfig:
    """What is known of a target that has no table: by kind, or by the address that it is given with."""
    if name in _PLACES:
        return TargetConfig()
    if not name.lower().startswith(("http://", "https://")):
        raise UsageError(f"no target is called {name.rpartition('@')[2]!r}", hint=_known(config, name))
    address = _address(name, "the target")
    same = (each for each in config.targets.values() if each.base_url.rstrip("/").lower() == address.lower())
    return msgspec.structs.replace(next(same, TargetConfig()), base_url=address)


def _known_address(name: str) -> str:
    if name not in _PLACES:
        raise UsageError(f"[targets.{name}] has no base_url", hint='As in base_url = "https://host/v2".')
    return RULES[TargetKind(name)].known


def clients(identities: Mapping[str, Identity]) -> tuple[str, ...]:
    """The names of the identities that hold a client id and secret."""
    return tuple(name for name, each in identities.items() if each.client_id and each.client_secret)


def allowances(identities: Mapping[str, Identity]) -> dict[str, int]:
    """The requests an hour of the identities of which they are known."""
    return {name: each.allowance for name, each in identities.items() if each.allowance}


def _fallback(base_url: str, local: Mapping[str, Identity], environment: Mapping[str, str]) -> Mapping[str, Identity]:
    if environment.get(TOKEN_VARIABLE):
        return {"full": Identity(token=f"env:{TOKEN_VARIABLE}")}
    return local if loopback(base_url) else {}


def loopback(base_url: str) -> bool:
    """Whether an address is this machine's own."""
    host = urlsplit(base_url).hostname or ""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _origin(base_url: str) -> str:
    parts = urlsplit(base_url)
    return f"{parts.scheme}://{parts.netloc}"


def _address(url: str, what: str, *, slash: bool = False) -> str:
    """The address with scheme and host in lower case, without a last slash unless `slash`.

    Only plain ASCII hosts are taken: libraries turn others into hosts that no rule of safety has looked at. What is
    refused is not repeated, it may hold a password.
    """
    if "@" in url:
        raise UsageError(f"{what} carries credentials", hint="Put them into identities.")
    found = _ADDRESS.fullmatch(url)
    if not found or not _splits(url):
        raise UsageError(f"{what} is no plain URL", hint="As in https://host/v2, without a query.")
    path = found[2] or ""
    return found[1].lower() + (path if slash else path.rstrip("/"))


def _splits(url: str) -> bool:
    try:
        return urlsplit(url).port != 0
    except ValueError:
        return False


def _known(config: Config, name: str) -> str:
    known = tuple(dict.fromkeys((*config.targets, BUILTIN, *_PLACES)))
    near = get_close_matches(name, known, 1)
    meant = f"Did you mean {near[0]}? " if near else ""
    return f"{meant}One of {', '.join(known)}, or a URL."
