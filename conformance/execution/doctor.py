"""Diagnosis of a setup: what a run needs, checked in the order in which it would fail, with at most three requests."""

from collections.abc import Iterator
from pathlib import Path

import msgspec

from conformance.description import load
from conformance.errors import HarnessError
from conformance.execution.preflight import remaining, samples_of
from conformance.execution.setup import published
from conformance.model import Headers, Operation, Request, ResourceModel
from conformance.network.channel import AGENT, Channel, NoAnswerError, NotSentError
from conformance.safety.gate import Gate
from conformance.targets import config as configuration
from conformance.targets.resolver import BUILTIN, Resolved, resolve
from conformance.targets.tokens import obtain


class Finding(msgspec.Struct, frozen=True):
    """The result of one check: whether it is good, what was seen, and how to fix it."""

    good: bool
    text: str
    mend: str = ""


def diagnose(name: str, config: Path | None, description: Path | None) -> Iterator[Finding]:
    """Check description, configuration, credentials (at most one token request) and target (at most two reads)."""
    try:
        model = load(description).model
        yield Finding(True, f"description: {model.title} {model.version}, {len(model.operations)} operations")
        if name == BUILTIN:
            yield Finding(True, "target: the built-in server, started by each run; nothing to configure")
            return
        resolved = resolve(name, configuration.load(config), local=published())
    except HarnessError as error:
        yield Finding(False, error.message, error.hint)
        return
    yield Finding(True, f"target: {resolved.target.name} ({resolved.target.kind}) at {resolved.target.base_url}")
    yield from _check_credentials(resolved, model)


def _check_credentials(resolved: Resolved, model: ResourceModel) -> Iterator[Finding]:
    identities = resolved.config.identities
    if not identities:
        yield Finding(False, "no identity is configured", "Set EVCONFORM_TOKEN, or add [targets.NAME.identities.full]")
        return
    first = "full" if "full" in identities else next(iter(identities))
    try:  # one token is enough: the others are obtained the same way
        credentials, token_requests = obtain({first: identities[first]}, resolved.target.token_url)
    except HarnessError as error:
        yield Finding(False, error.message, error.hint)
        return
    origin = " (obtained with client credentials)" if token_requests else ""
    yield Finding(True, f"identities: {', '.join(identities)}; {first} has a token{origin}")
    yield from _check_target(resolved, credentials.headers, first, model)


def _check_target(
    resolved: Resolved, headers: dict[str, Headers], identity: str, model: ResourceModel
) -> Iterator[Finding]:
    with Channel(resolved.target.base_url, headers, Gate(resolved.target), agent=AGENT) as channel:
        for operation in samples_of(model):
            try:
                response = channel.send(Request(operation.key, "GET", operation.path, identity=identity))
            except (NotSentError, NoAnswerError) as error:
                yield Finding(
                    False, f"{operation.key}: {error}", "Check base_url, the network, the proxy and TLS certificates"
                )
                return
            yield _judge_read(operation, response.status, remaining(response))


def _judge_read(operation: Operation, status: int, requests_left: int | None) -> Finding:
    if 200 <= status < 300:
        allowance = f", {requests_left} requests left this hour" if requests_left is not None else ""
        return Finding(True, f"{operation.key}: {status}{allowance}")
    hints = {
        401: "The token is refused; check that it has not expired and belongs to this environment",
        403: f"The token needs the scopes: {' '.join(operation.scopes)}",
        404: "Check that the base URL is complete, /v2 included",
        429: "The hourly rate limit is reached; wait, or use another identity",
    }
    return Finding(
        False,
        f"{operation.key}: {status}",
        hints.get(status, "Expected 200; check that the base URL is that of the API"),
    )
