"""What stands between somebody and a run: checked in the order in which it would fail, three requests at most."""

from collections.abc import Iterator
from pathlib import Path

import msgspec

from conformance.description import load
from conformance.errors import HarnessError
from conformance.execution.opening import published
from conformance.execution.preflight import remaining, samples_of
from conformance.model import Headers, Operation, Request, ResourceModel
from conformance.network.channel import AGENT, Channel, NoAnswerError, NotSentError
from conformance.safety.gate import Gate
from conformance.targets import config as configuration
from conformance.targets.resolve import BUILTIN, Resolved, resolve
from conformance.targets.tokens import obtain


class Finding(msgspec.Struct, frozen=True):
    """One thing checked: whether it is well, what was seen, and how to mend it."""

    good: bool
    text: str
    mend: str = ""


def diagnose(name: str, config: Path | None, description: Path | None) -> Iterator[Finding]:
    """Check description, configuration, credentials (a token request at most) and the target (two reads at most)."""
    try:
        model = load(description).model
        yield Finding(True, f"description: {model.title} {model.version}, {len(model.operations)} operations")
        if name == BUILTIN:
            yield Finding(True, "target: the built-in server, started by each run; nothing to configure")
            return
        found = resolve(name, configuration.load(config), local=published())
    except HarnessError as fault:
        yield Finding(False, fault.message, fault.hint)
        return
    yield Finding(True, f"target: {found.target.name} ({found.target.kind}) at {found.target.base_url}")
    yield from _credentials(found, model)


def _credentials(found: Resolved, model: ResourceModel) -> Iterator[Finding]:
    identities = found.config.identities
    if not identities:
        yield Finding(False, "no identity is configured", "Set EVCONFORM_TOKEN, or add [targets.NAME.identities.full].")
        return
    first = "full" if "full" in identities else next(iter(identities))
    try:  # one token at most: the others are bought the same way
        credentials, asked = obtain({first: identities[first]}, found.target.token_url)
    except HarnessError as fault:
        yield Finding(False, fault.message, fault.hint)
        return
    bought = " (bought with client credentials)" if asked else ""
    yield Finding(True, f"identities: {', '.join(identities)}; {first} has a token{bought}")
    yield from _reachable(found, credentials.headers, first, model)


def _reachable(found: Resolved, headers: dict[str, Headers], identity: str, model: ResourceModel) -> Iterator[Finding]:
    with Channel(found.target.base_url, headers, Gate(found.target), agent=AGENT) as channel:
        for operation in samples_of(model):
            try:
                response = channel.send(Request(operation.key, "GET", operation.path, identity=identity))
            except (NotSentError, NoAnswerError) as fault:
                yield Finding(
                    False, f"{operation.key}: {fault}", "Check base_url, the network, the proxy, certificates."
                )
                return
            yield _read(operation, response.status, remaining(response))


def _read(operation: Operation, status: int, left: int | None) -> Finding:
    if 200 <= status < 300:
        return Finding(
            True, f"{operation.key}: {status}" + (f", {left} requests left this hour" if left is not None else "")
        )
    mends = {
        401: "The token is not accepted: expired, or for another environment?",
        403: f"The token lacks a scope: {' '.join(operation.scopes)}.",
        404: "Is the base URL complete, /v2 included?",
        429: "The allowance is spent: wait, or use another identity.",
    }
    return Finding(False, f"{operation.key}: {status}", mends.get(status, "The target does not answer as documented."))
