"""The first question to a target: is anybody there, are we let in, and how much may we ask?"""

from conformance.errors import CredentialsError, TargetError
from conformance.execution.channel import Channel, NoAnswerError, NotSentError
from conformance.model import Operation, Request, ResourceModel, Response, Role

_TRIED = 2  # lists asked before credentials count as refused: one operation may be broken by itself


def preflight(channel: Channel, model: ResourceModel, base_url: str) -> tuple[int, int | None]:
    """How many requests it took, and how many the target says are left (None where it does not say).

    Raises TargetError where nobody answers, CredentialsError where every list tried answers 401.
    """
    left: int | None = None
    samples = samples_of(model)
    for asked, operation in enumerate(samples, 1):
        try:
            response = channel.send(Request(operation.key, "GET", operation.path))
        except (NotSentError, NoAnswerError) as fault:
            raise TargetError(
                f"{base_url} does not answer: {fault}", hint="Check the address, network, proxy and certificates."
            ) from fault
        left = remaining(response)
        if response.status != 401:
            return asked, left
    if samples:
        raise CredentialsError(
            f"{base_url} refuses the credentials of the identity full (401 at {samples[-1].key})",
            hint="Set EVCONFORM_TOKEN, or identities in evconform.toml; `evconform doctor` tells more.",
        )
    return 0, left


def samples_of(model: ResourceModel) -> list[Operation]:
    """Lists that need a token and nothing else, one of each of the first groups."""
    found: dict[str, Operation] = {}
    for operation in model.operations:
        plain = "{" not in operation.path and not any(p.required for p in operation.parameters)
        if operation.role is Role.LIST and operation.secured and plain and not operation.user_required:
            found.setdefault(operation.group, operation)
    return list(found.values())[:_TRIED]


def remaining(response: Response) -> int | None:
    """What `X-RateLimit-Remaining` says, None where it is absent or no number."""
    text = (response.header("x-ratelimit-remaining") or "").strip()
    return int(text) if text.isdecimal() and text.isascii() else None
