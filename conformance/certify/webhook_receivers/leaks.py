"""What the response to a refused message reveals: the secret, the MAC that would have been right, a stack trace."""

from collections.abc import Iterable
from functools import lru_cache

from conformance.certify.assessments import has_stack_trace
from conformance.certify.webhook_receivers.messages import DeliveryDraft
from conformance.model import Response
from conformance.webhooks.byte_forms import write_bytes
from conformance.webhooks.signatures import WebhookKey

_PART, _STRIDE = 16, 4  # every excerpt of 19 characters contains one of the parts
_MAX_HASHED_BYTES = 2_000_000


def find_leak(response: Response, message: DeliveryDraft, keys: Iterable[WebhookKey], *, padding: int = 0) -> str:
    """Return what a response reveals, empty if nothing.

    A secret or MAC is found in every usual form of writing bytes, also where it is cut. A value that the request
    contained is an echo, and reveals nothing. `padding` is the number of spaces that were sent after the body.
    """
    visible = "\n".join((response.body.decode("latin-1"), *(f"{name}: {value}" for name, value in response.headers)))
    sent = "\n".join((*(value for _, value in message.headers), message.body.decode("latin-1")))
    listed = tuple(keys)
    if any(_is_visible(_list_parts(key.secret_bytes), visible, sent) for key in listed):
        return "the secret"
    if len(message.body) + padding <= _MAX_HASHED_BYTES:
        macs = (key.compute_digest(message.id, message.stamp, message.body + b" " * padding) for key in listed[:1])
        if any(_is_visible(_list_parts(mac), visible, sent) for mac in macs):
            return "the MAC that would have been right"
    return "a stack trace" if has_stack_trace(response.body) else ""


@lru_cache(maxsize=16)
def _list_parts(content: bytes) -> tuple[str, ...]:
    """Return overlapping parts of all texts of some bytes."""
    return tuple(
        text[start : start + _PART]
        for text in write_bytes(content).values()
        for start in range(0, max(len(text) - _PART, 0) + 1, _STRIDE)
    )


def _is_visible(parts: tuple[str, ...], visible: str, sent: str) -> bool:
    """Return whether a text shows one of the parts that was not sent."""
    return any(part in visible and part not in sent for part in parts)
