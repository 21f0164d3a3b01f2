"""Checks of identities before a run: a wrong identity would make a correct server look wrong.

`expired` must be refused with 401 and `noscope` with 403, `readonly` must have no scope to write, and no two identities
may share a token. What a token may do is read from the token itself where it is a JWT; nothing is written to find out.
"""

import re
from base64 import urlsafe_b64decode
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from difflib import get_close_matches

import msgspec

from conformance.errors import CredentialsError, HarnessError, UsageError
from conformance.execution.preflight import choose_sample_lists
from conformance.model import Headers, Operation, Request, ResourceModel
from conformance.network.channel import Channel, NoResponseError, NotSentError
from conformance.network.repetition import send_until_answered
from conformance.targets.config import IdentityConfig

_REFUSED = {"expired": 401, "noscope": 403}
"""Identities that may not read, and the status of the refusal (RFC 6750, section 3.1)."""
_JWT = re.compile(r"Bearer [A-Za-z0-9_-]+\.([A-Za-z0-9_-]+)\.[A-Za-z0-9_-]*")
_MUST_DIFFER = frozenset({"full", "readonly", "noscope", "expired", "user_a", "user_b"})


def find_wrong_names(
    identities: Iterable[str], seeds: Iterable[str], known: Collection[str], model: ResourceModel
) -> Iterator[HarnessError]:
    """Yield an error for each identity and each seed that nothing uses, with the name that was probably meant."""
    parameters = {p.name for operation in model.operations for p in operation.parameters}
    templates = {name for o in model.operations for name in re.findall(r"\{([^{}]+)\}", o.path)}
    for kind, names, allowed in (
        ("identity", identities, known),
        ("seed", seeds, {*parameters, *templates, "client_id"}),
    ):
        for name in names:
            if name not in allowed:
                close = get_close_matches(name, sorted(allowed), 1)
                meant = f"Did you mean {close[0]}? " if close else ""
                rest = (
                    f"One of: {', '.join(sorted(allowed))}" if kind == "identity" else "Seeds are named by parameters"
                )
                yield UsageError(f"{kind} {name!r} is unknown", hint=f"{meant}{rest}")


def find_shared_tokens(
    headers: Mapping[str, Headers], identities: Mapping[str, IdentityConfig]
) -> Iterator[HarnessError]:
    """Yield an error for identities that are configured with the same token: each would be judged as the other."""
    by_token: dict[Headers, list[str]] = defaultdict(list)
    for name, own in headers.items():
        if name in _MUST_DIFFER and own and identities[name].token:
            by_token[own].append(name)
    for names in by_token.values():
        if len(names) > 1:
            yield UsageError(
                f"the identities {', '.join(names[:-1])} and {names[-1]} have the same token",
                hint="Give each a token of its own, or leave one out: its requirements are then not tested",
            )


def find_excess_scopes(headers: Mapping[str, Headers], model: ResourceModel) -> Iterator[HarnessError]:
    """Yield an error where the token of `readonly` is a JWT that names scopes which only writes need."""
    reads = {scope for o in model.operations if o.is_safe for scope in o.scopes}
    writes = {scope for o in model.operations if not o.is_safe for scope in o.scopes} - reads
    excess = sorted(_read_scopes(headers.get("readonly", ())) & writes)
    if excess:
        yield CredentialsError(
            f"the token of readonly may write: it has the scope {', '.join(excess)}",
            hint="Configure a token with scopes to read alone, or leave readonly out",
        )


def _read_scopes(headers: Headers) -> frozenset[str]:
    """Return the scopes that a JWT names in `scope` or `scp` (RFC 9068, section 2.2.3); none for other tokens."""
    match = next(filter(None, (_JWT.fullmatch(value) for name, value in headers if name == "Authorization")), None)
    if match is None:
        return frozenset()
    try:
        claims = msgspec.json.decode(urlsafe_b64decode(match[1] + "=" * (-len(match[1]) % 4)))
    except (ValueError, msgspec.DecodeError):
        return frozenset()
    scopes = claims.get("scope") or claims.get("scp") if isinstance(claims, dict) else ()
    return frozenset(scopes.split() if isinstance(scopes, str) else scopes if isinstance(scopes, list) else ())


def find_accepted_identities(
    channel: Channel, model: ResourceModel, identities: Collection[str], sent: list[str]
) -> Iterator[HarnessError]:
    """Yield an error for an identity that reads what it must not; the name of each one that was tried goes to `sent`.

    A target that reads to anybody, without a token too, is at fault itself: the run judges that, and any other refusal
    than the documented one.
    """
    operation = next((o for o in choose_sample_lists(model) if o.scopes), None)
    if operation is None:
        return
    for name in (name for name in _REFUSED if name in identities):
        if not _can_read(channel, operation, name, sent) or _can_read(channel, operation, "", sent):
            continue
        wanted = "has expired" if name == "expired" else "has no scope"
        yield CredentialsError(
            f"the token of {name} is accepted: expected {_REFUSED[name]}, got 200 at {operation.key}",
            hint=f"Configure one that {wanted}, or leave {name} out; if it {wanted}, run with --trust-identities",
        )


def _can_read(channel: Channel, operation: Operation, identity: str, sent: list[str]) -> bool:
    """Return whether an identity can read a list."""
    try:
        response, tries = send_until_answered(channel, Request(operation.key, "GET", operation.path, identity=identity))
    except (NotSentError, NoResponseError):
        return False
    sent += [identity] * tries
    return response.status // 100 == 2
