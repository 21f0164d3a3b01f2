"""W27 and W28: many deliveries at once, and large ones."""

from typing import Any

import msgspec

from conformance.certify.webhook_receivers import messages as m
from conformance.certify.webhook_receivers.definitions import ExpectedResponse, SendMode, Stimulus
from conformance.certify.webhook_receivers.messages import WRONG_MAC
from conformance.certify.webhook_receivers.stimuli.reasons import RETRIES
from conformance.model import Level

UPLOAD_BYTES = 50 * 1024 * 1024
_UNSIGNED_SIZES = (2_000, 150_000, 1_500_000, 8_000_000)
_ANYBODY = "Anybody can send such a body."
_ACCEPT_OR_4XX = ExpectedResponse.ACCEPT_OR_4XX
_UNUSUAL = {"level": Level.SHOULD, "loss": Level.SHOULD}  # what the provider does not send


def _upload(name: str, expected: ExpectedResponse, reason: str, **fields: Any) -> Stimulus:
    return Stimulus(name, "W28", expected, reason, mode=SendMode.UPLOAD, **fields)


def _pad(name: str, size: int) -> Stimulus:
    """Return a valid message of this many bytes."""
    reason = "Payloads of the provider are smaller."
    return Stimulus(name, "W28", ExpectedResponse.ACCEPT, reason, before=m.change_payload(m.pad_payload(size)))


def _upload_unsigned(size: int, *, is_chunked: bool) -> tuple[Stimulus, ...]:
    """Return large bodies without and with a wrong signature, in one framing."""
    words = f"{size:,} bytes{', chunked' if is_chunked else ''}"
    expected = ExpectedResponse.EARLY if size == UPLOAD_BYTES else ExpectedResponse.REFUSE
    fields = {"upload_bytes": size, "is_chunked": is_chunked, "effects": 0}
    forged = m.change_signatures(lambda _: f"v1,{WRONG_MAC}")
    return (
        _upload(f"{words}, unsigned", expected, _ANYBODY, after=m.drop_headers(), **fields),
        _upload(f"{words}, wrong signature", expected, _ANYBODY, after=forged, **fields),
    )


def _change_end(size: int) -> Stimulus:
    """Return a large body whose end the signature does not cover."""
    return _upload(
        f"{size:,} bytes, flipped near the end",
        ExpectedResponse.REFUSE,
        "The signature covers all raw bytes.",
        before=m.change_payload(m.pad_payload(size)),
        after=m.change_sent_body(m.flip_last_letter),
        effects=0,
    )


LOAD = (
    Stimulus(
        "a crowd",
        "W27",
        ExpectedResponse.ACCEPT,
        "A delivery without a 2xx within 15 s has failed.",
        mode=SendMode.CROWD,
    ),
    *(_pad(name, size) for name, size in (("8 KiB", 8_192), ("16 KiB", 16_384), ("20 KB", 20_000))),
    msgspec.structs.replace(_pad("70 KB", 70_000), expected=_ACCEPT_OR_4XX, **_UNUSUAL),
    _upload(
        "20 KB in chunks",
        _ACCEPT_OR_4XX,
        "A proxy may pass a body on in chunks.",
        before=m.change_payload(m.pad_payload(20_000)),
        is_chunked=True,
        **_UNUSUAL,
    ),
    _upload(
        "1 MB",
        ExpectedResponse.NOT_BREAK,
        RETRIES,
        before=m.change_payload(m.pad_payload(1_000_000)),
        loss=Level.SHOULD,
    ),
    *(_change_end(size) for size in (150_000, 1_500_000)),
    *(
        stimulus
        for is_chunked in (False, True)
        for size in (*_UNSIGNED_SIZES, UPLOAD_BYTES)
        for stimulus in _upload_unsigned(size, is_chunked=is_chunked)
    ),
)
