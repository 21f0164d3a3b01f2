"""Preflight: the first requests to a target, which show that it is this API and accepts the credentials."""

from collections.abc import Iterator
from contextlib import suppress
from itertools import islice

from conformance.errors import CredentialsError, TargetError, UsageError
from conformance.model import Operation, Request, ResourceModel, Response, Role
from conformance.network.channel import Channel, NoAnswerError, NotSentError

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
            response = channel.send(Request(operation.key, "GET", operation.path))
        except (NotSentError, NoAnswerError) as error:
            raise TargetError(
                f"no response from {base_url}: {error}", hint="Check the address, network, proxy and TLS certificates"
            ) from error
        sent, left, last = sent + 1, parse_remaining(response), operation.key
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


def fetch_remaining(channel: Channel, model: ResourceModel, identity: str) -> int | None:
    """Return how many requests the target says an identity has left, None where it says nothing. Sends one request."""
    for operation in islice(_sample_lists(model), 1):
        with suppress(NotSentError, NoAnswerError):
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
    text = (response.find_header("x-ratelimit-remaining") or "").strip()
    return int(text) if text.isdecimal() and text.isascii() else None
