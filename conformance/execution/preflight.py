"""Preflight: the first requests to a target, which show that it is this API and accepts the credentials."""

from collections.abc import Iterator
from contextlib import suppress
from itertools import islice

from conformance.errors import CredentialsError, TargetError, UsageError
from conformance.evidence.stateless_mocks import (
    build_sample_requests,
    has_foreign_links,
    is_example,
    list_sample_reads,
)
from conformance.model import Exchange, Operation, Request, ResourceModel, Response, Role
from conformance.network.channel import Channel, NoResponseError, NotSentError
from conformance.network.repetition import send_until_answered
from conformance.tools.counts import parse_count

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_MAX_SAMPLES = 2  # lists read before credentials count as refused: a single operation may be broken


def check_target(channel: Channel, model: ResourceModel, base_url: str) -> tuple[int, int | None]:
    """Read lists until one responds with neither 401 nor 404.

    Returns the number of requests sent, and the number that the target says are left (None where it says nothing).
    Raises TargetError where there is no response, CredentialsError where lists respond with 401, UsageError where all
    respond with 404: the target is then another API, and every finding about it would be wrong.
    """
    sent, refused, last = 0, 0, ""
    left: int | None = None
    for operation in _sample_lists(model):
        try:
            response, tries = send_until_answered(channel, Request(operation.key, "GET", operation.path))
        except (NotSentError, NoResponseError) as error:
            raise TargetError(
                f"no response from {base_url}: {error}", hint="Check the address, network, proxy and TLS certificates"
            ) from error
        sent, left, last = sent + tries, parse_remaining(response), operation.key
        _check_redirect(response, base_url, last)
        if response.status not in {401, 404}:
            return sent, left
        refused += response.status == 401
        if refused == _MAX_SAMPLES:
            break
    if refused:
        raise CredentialsError(
            f"{base_url} refuses the credentials of the identity full (401 at {last})",
            hint="Set EVCONFORM_TOKEN, or identities in evconform.toml; `evconform doctor` checks them",
        )
    if sent:
        raise UsageError(
            f"{base_url} does not serve {model.title}: all {sent} lists respond with 404, the last one {last}",
            hint="Check that the base URL is complete, /v2 included",
        )
    return 0, left


def _check_redirect(response: Response, base_url: str, operation: str) -> None:
    """Raise UsageError where a list is redirected: the base URL is that of another server, or lacks https."""
    location = response.find_header("location") or ""
    if response.status in _REDIRECTS:
        is_upgrade = base_url.startswith("http://") and location.startswith("https://")
        raise UsageError(
            f"{base_url} redirects {operation} with {response.status} to {location or 'nowhere'}",
            hint="Write the base URL with https" if is_upgrade else "Name the base URL that it leads to",
        )


def detect_stateless_mock(channel: Channel, model: ResourceModel, base_url: str) -> tuple[int, bool]:
    """Read members that do not exist; return the number of requests sent, and whether the target is a stateless mock.

    It is one where each read shows a member with another id, and links lead to another host. The first refusal ends it,
    so that a server that holds data is sent one request.
    """
    sent, foreign = 0, False
    for operation in list_sample_reads(model):
        for request in build_sample_requests(operation, model, "full"):
            sent += 1
            try:
                exchange = Exchange("", request, "", 0.0, channel.send(request))
            except (NotSentError, NoResponseError):
                return sent, False
            if not is_example(exchange, operation, model):
                return sent, False
            foreign = foreign or has_foreign_links(exchange, operation, base_url)
    return sent, foreign


def fetch_remaining(channel: Channel, model: ResourceModel, identity: str) -> int | None:
    """Return how many requests the target says an identity has left, None where it says nothing. Sends one request."""
    for operation in islice(_sample_lists(model), 1):
        with suppress(NotSentError, NoResponseError):
            return parse_remaining(channel.send(Request(operation.key, "GET", operation.path, identity=identity)))
    return None


def choose_sample_lists(model: ResourceModel) -> list[Operation]:
    """Return the first lists that need a token and nothing else, at most two."""
    return list(islice(_sample_lists(model), _MAX_SAMPLES))


def _sample_lists(model: ResourceModel) -> Iterator[Operation]:
    """Yield the lists that need a token and nothing else, one of each resource group."""
    groups: set[str] = set()
    for operation in model.operations:
        needs_values = "{" in operation.path or any(p.required for p in operation.parameters) or operation.user_required
        if operation.role is Role.LIST and operation.is_secured and not needs_values and operation.group not in groups:
            groups.add(operation.group)
            yield operation


def parse_remaining(response: Response) -> int | None:
    """Return the value of `X-RateLimit-Remaining`, None where it is absent or not a whole number."""
    return parse_count((response.find_header("x-ratelimit-remaining") or "").strip())
