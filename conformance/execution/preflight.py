"""The first question to a target: is anybody there, are we let in, is it this API, and how much may we ask?"""

from collections.abc import Iterator
from contextlib import suppress
from itertools import islice

from conformance.errors import CredentialsError, TargetError, UsageError
from conformance.model import Operation, Request, ResourceModel, Response, Role
from conformance.network.channel import Channel, NoAnswerError, NotSentError

_TRIED = 2  # lists asked before credentials count as refused: one operation may be broken by itself


def preflight(channel: Channel, model: ResourceModel, base_url: str) -> tuple[int, int | None]:
    """How many requests it took, and how many the target says are left (None where it does not say).

    Raises TargetError where nobody answers, CredentialsError where every list tried answers 401, UsageError where all
    lists of the API answer 404: then something else is asked, and all that it could be accused of would be wrong.
    """
    asked, refused, last = 0, 0, ""
    left: int | None = None
    for operation in _lists(model):
        try:
            response = channel.send(Request(operation.key, "GET", operation.path))
        except (NotSentError, NoAnswerError) as fault:
            raise TargetError(
                f"{base_url} does not answer: {fault}", hint="Check the address, network, proxy and certificates."
            ) from fault
        asked, left, last = asked + 1, remaining(response), operation.key
        if response.status not in {401, 404}:
            return asked, left
        refused += response.status == 401
        if refused == _TRIED:
            break
    if refused:
        raise CredentialsError(
            f"{base_url} refuses the credentials of the identity full (401 at {last})",
            hint="Set EVCONFORM_TOKEN, or identities in evconform.toml; `evconform doctor` tells more.",
        )
    if asked:
        raise UsageError(
            f"{base_url} does not serve {model.title}: all {asked} lists asked answer 404, as {last}",
            hint="Is the base URL complete, /v2 included?",
        )
    return 0, left


def left_to(channel: Channel, model: ResourceModel, identity: str) -> int | None:
    """How many requests the target says are left to an identity, None where it does not say."""
    for operation in islice(_lists(model), 1):
        with suppress(NotSentError, NoAnswerError):
            return remaining(channel.send(Request(operation.key, "GET", operation.path, identity=identity)))
    return None


def samples_of(model: ResourceModel) -> list[Operation]:
    """Lists that need a token and nothing else, of the first groups."""
    return list(islice(_lists(model), _TRIED))


def _lists(model: ResourceModel) -> Iterator[Operation]:
    """Lists that need a token and nothing else, one of each group."""
    found: set[str] = set()
    for operation in model.operations:
        plain = "{" not in operation.path and not any(p.required for p in operation.parameters)
        known = operation.group in found or operation.user_required
        if operation.role is Role.LIST and operation.secured and plain and not known:
            found.add(operation.group)
            yield operation


def remaining(response: Response) -> int | None:
    """What `X-RateLimit-Remaining` says, None where it is absent or no number."""
    text = (response.header("x-ratelimit-remaining") or "").strip()
    return int(text) if text.isdecimal() and text.isascii() else None
