"""Diagnosis of a setup: what a run needs, checked in the order in which it would fail, with at most three requests."""

from collections.abc import Iterator
from pathlib import Path

import msgspec

from conformance.description import load_description
from conformance.errors import HarnessError
from conformance.execution.preflight import choose_sample_lists, parse_remaining
from conformance.execution.setup import get_builtin_identities
from conformance.model import Headers, Operation, Request, ResourceModel
from conformance.network.channel import AGENT, Channel, NoResponseError, NotSentError
from conformance.safety.gate import Gate
from conformance.targets import config as configuration
from conformance.targets.resolver import BUILTIN, ResolvedTarget, resolve_target
from conformance.targets.tokens import obtain_credentials
from conformance.tools.secret_forms import SecretForms


class Diagnosis(msgspec.Struct, frozen=True):
    """The result of one check: whether it is good, what was seen, and how to fix it."""

    is_good: bool
    message: str
    hint: str = ""


def diagnose(name: str, config: Path | None, description: Path | None) -> Iterator[Diagnosis]:
    """Check description, configuration, credentials (at most one token request) and target (at most two reads)."""
    try:
        model = load_description(description).model
        yield Diagnosis(True, f"description: {model.title} {model.version}, {len(model.operations)} operations")
        if name == BUILTIN:
            yield Diagnosis(True, "target: the built-in server, started by each run; nothing to configure")
            return
        resolved = resolve_target(name, configuration.load_config(config), builtin_identities=get_builtin_identities())
    except HarnessError as error:
        yield Diagnosis(False, error.message, error.hint)
        return
    yield Diagnosis(True, f"target: {resolved.target.name} ({resolved.target.kind}) at {resolved.target.base_url}")
    yield from _check_credentials(resolved, model)


def _check_credentials(resolved: ResolvedTarget, model: ResourceModel) -> Iterator[Diagnosis]:
    identities = resolved.config.identities
    if not identities:
        yield Diagnosis(
            False, "no identity is configured", "Set EVCONFORM_TOKEN, or add [targets.NAME.identities.full]"
        )
        return
    first = "full" if "full" in identities else next(iter(identities))
    try:  # one token is enough: the others are obtained the same way
        credentials, token_requests = obtain_credentials(
            {first: identities[first]}, resolved.target, Gate(resolved.target, model.operations)
        )
    except HarnessError as error:
        yield Diagnosis(False, error.message, error.hint)
        return
    origin = " (obtained with client credentials)" if token_requests else ""
    yield Diagnosis(True, f"identities: {', '.join(identities)}; {first} has a token{origin}")
    hide = SecretForms(credentials.secrets).replace_in_text
    for finding in _check_target(resolved, credentials.headers, first, model):
        yield msgspec.structs.replace(finding, message=hide(finding.message))


def _check_target(
    resolved: ResolvedTarget, headers: dict[str, Headers], identity: str, model: ResourceModel
) -> Iterator[Diagnosis]:
    with Channel(resolved.target.base_url, headers, Gate(resolved.target, model.operations), agent=AGENT) as channel:
        for operation in choose_sample_lists(model):
            try:
                response = channel.send(Request(operation.key, "GET", operation.path, identity=identity))
            except (NotSentError, NoResponseError) as error:
                yield Diagnosis(
                    False, f"{operation.key}: {error}", "Check base_url, the network, the proxy and TLS certificates"
                )
                return
            yield _judge_read(operation, response.status, parse_remaining(response))


def _judge_read(operation: Operation, status: int, requests_left: int | None) -> Diagnosis:
    if 200 <= status < 300:
        allowance = f", {requests_left} requests left this hour" if requests_left is not None else ""
        return Diagnosis(True, f"{operation.key}: {status}{allowance}")
    hints = {
        301: "The address has moved; write the base URL with https, or name the one that it leads to",
        401: "The token is refused; check that it has not expired and belongs to this environment",
        403: f"The token needs the scopes: {' '.join(operation.scopes)}",
        404: "Check that the base URL is complete, /v2 included",
        429: "The hourly rate limit is reached; wait, or use another identity",
    }
    fails = "The server or a gateway before it fails; its log says why"
    usual = fails if status >= 500 else "Expected 200; check that the base URL is that of the API"
    return Diagnosis(False, f"{operation.key}: {status}", hints.get(status, usual))
