"""Diagnosis of a setup: what a run needs, checked in the order in which it would fail, with at most three requests."""

import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from email.utils import parsedate_to_datetime
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from conformance.description import load_description
from conformance.errors import HarnessError
from conformance.execution.identity_checks import (
    find_accepted_identities,
    find_excess_scopes,
    find_shared_tokens,
    find_wrong_names,
)
from conformance.execution.preflight import choose_sample_lists, parse_remaining
from conformance.execution.setup import get_builtin_identities, list_known_identities
from conformance.model import Headers, Operation, Request, ResourceModel, Response
from conformance.network.channel import AGENT, Channel, NoResponseError, NotSentError
from conformance.safety.gate import Gate
from conformance.targets import config as configuration
from conformance.targets.resolver import BUILTIN, ResolvedTarget, resolve_target
from conformance.targets.tokens import obtain_credentials
from conformance.tools.secret_forms import SecretForms

MAX_CLOCK_DIFFERENCE_S = 60
"""Seconds that two clocks may be apart before times are judged wrongly."""


class Diagnosis(msgspec.Struct, frozen=True):
    """The result of one check: whether it is good, what was seen, and how to fix it."""

    is_good: bool
    message: str
    hint: str = ""


def diagnose(name: str, config: Path | None, description: Path | None) -> Iterator[Diagnosis]:
    """Check description, configuration, credentials and target, with at most three requests of each identity."""
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
    yield from _report(find_wrong_names(identities, resolved.config.seeds, list_known_identities(), model))
    try:
        credentials, token_requests = obtain_credentials(
            identities, resolved.target, Gate(resolved.target, model.operations)
        )
    except HarnessError as error:
        yield Diagnosis(False, error.message, error.hint)
        return
    origin = f" ({token_requests} obtained with client credentials)" if token_requests else ""
    yield Diagnosis(True, f"identities: {', '.join(identities)}; each has a token{origin}")
    hide = SecretForms(credentials.secrets).replace_in_text
    for finding in (
        *_report(find_shared_tokens(credentials.headers, identities)),
        *_report(find_excess_scopes(credentials.headers, model)),
        *_check_target(
            resolved, credentials.headers, "full" if "full" in identities else next(iter(identities)), model
        ),
    ):
        yield msgspec.structs.replace(finding, message=hide(finding.message))


def _report(errors: Iterable[HarnessError]) -> Iterator[Diagnosis]:
    """Yield a diagnosis for each error."""
    for error in errors:
        yield Diagnosis(False, error.message, error.hint)


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
            yield _judge_read(operation, response.status, parse_remaining(response), suggest_base(resolved, model))
            yield from _compare_clocks(response, time.time())
        yield from _report(find_accepted_identities(channel, model, headers, []))


def suggest_base(resolved: ResolvedTarget, model: ResourceModel) -> str:
    """Return the base URL with the path of the description where it has none, else empty."""
    has_path = bool(urlsplit(resolved.target.base_url).path.strip("/"))
    return "" if has_path or not model.base_path.strip("/") else resolved.target.base_url + model.base_path


def _compare_clocks(response: Response, now: float) -> Iterator[Diagnosis]:
    """Yield a diagnosis where the clocks of target and harness are apart (RFC 9110, section 6.6.1)."""
    with suppress(TypeError, ValueError):
        ahead = parsedate_to_datetime(response.find_header("date") or "").timestamp() - now
        if abs(ahead) > MAX_CLOCK_DIFFERENCE_S:
            way = "ahead of" if ahead > 0 else "behind"
            message = f"the clock of the target is {abs(ahead):,.0f} s {way} the clock of this machine"
            yield Diagnosis(False, message, "Set both by NTP; requirements on times would be judged wrongly")


def _judge_read(operation: Operation, status: int, requests_left: int | None, suggestion: str) -> Diagnosis:
    if 200 <= status < 300:
        allowance = f", {requests_left} requests left this hour" if requests_left is not None else ""
        return Diagnosis(True, f"{operation.key}: {status}{allowance}")
    hints = {
        301: "The address has moved; write the base URL with https, or name the one that it leads to",
        401: "The token is refused; check that it has not expired and belongs to this environment",
        403: f"The token needs the scopes: {' '.join(operation.scopes)}",
        404: f"Did you mean {suggestion}?" if suggestion else "Check that the base URL is complete, /v2 included",
        429: "The hourly rate limit is reached; wait, or use another identity",
    }
    fails = "The server or a gateway before it fails; its log says why"
    usual = fails if status >= 500 else "Expected 200; check that the base URL is that of the API"
    return Diagnosis(False, f"{operation.key}: {status}", hints.get(status, usual))
