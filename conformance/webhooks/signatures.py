"""Signatures of webhooks as Svix and Standard Webhooks define them.

The signed text is `id.timestamp.body`, the algorithm HMAC-SHA256, and the key is the base64 after `whsec_`. The header
holds `v1,<base64>`; during a key rotation it holds several signatures, separated by spaces (Standard Webhooks,
"Signature scheme").
"""

import base64
import binascii
import hashlib
import hmac
from datetime import UTC, datetime
from typing import Self

from standardwebhooks import Webhook

from conformance.errors import UsageError
from conformance.model import Headers
from conformance.webhooks.byte_forms import write_bytes

PREFIX = "whsec_"
TOLERANCE_S = 300
"""How far a timestamp may be from the clock, in seconds (Standard Webhooks, "Verifying signatures")."""
_TIMES = range(253_402_300_800)  # seconds up to the year 9999
_SIZES = range(24, 65)  # bytes of a key (Standard Webhooks, "Signature scheme")


class WebhookKey:
    """The key of an endpoint, from its secret `whsec_…`.

    Raises UsageError, without the secret in it, if it is not a webhook secret.
    """

    def __init__(self, secret: str, *, name: str = "--secret") -> None:
        self._set_key(_decode_secret(secret, name))

    @classmethod
    def from_bytes(cls, key: bytes) -> Self:
        """Return the key of any bytes, also of so few that no endpoint has it."""
        made = cls.__new__(cls)
        made._set_key(key)  # noqa: SLF001 - its own
        return made

    def _set_key(self, key: bytes) -> None:
        self._key, self._webhook = key, Webhook(key) if key else None

    def __repr__(self) -> str:
        return "Key(…)"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, WebhookKey) and hmac.compare_digest(self._key, other._key)

    def __hash__(self) -> int:
        return hash(self._key)

    @property
    def secret_bytes(self) -> bytes:
        """Return the bytes that sign."""
        return self._key

    @property
    def secrets(self) -> dict[str, str]:
        """Return the texts to redact, by the name to show instead: the key as programs write bytes."""
        return {f"webhook-key-{form}": text for form, text in write_bytes(self._key).items()}

    def sign(self, message: str, timestamp: str, body: bytes) -> str:
        """Return the signature `v1,<base64>`.

        The library signs if it can: it accepts only text, and only whole seconds.
        """
        try:
            seconds, text = int(timestamp), body.decode()
        except ValueError:
            seconds, text = -1, ""
        if str(seconds) != timestamp or seconds not in _TIMES or self._webhook is None:
            return "v1," + self.compute_mac(message, timestamp, body)
        return self._webhook.sign(message, datetime.fromtimestamp(seconds, UTC), text)

    def compute_mac(self, message: str, timestamp: str, body: bytes) -> str:
        """Return the base64 of the MAC of any message, also of one that no sender would send."""
        return base64.b64encode(self.compute_digest(message, timestamp, body)).decode()

    def compute_digest(self, message: str, timestamp: str, body: bytes) -> bytes:
        """Return the 32 bytes of the MAC of any message."""
        content = b".".join((message.encode(), timestamp.encode(), body))
        return hmac.digest(self._key, content, hashlib.sha256)

    def has_valid_signature(self, message: str, timestamp: str, body: bytes, signatures: str) -> bool:
        """Return whether one of the signatures in a header is the right `v1` signature of the raw body.

        The library is not used: it compares with the clock and reads bodies as text, while a capture is judged later,
        byte by byte.
        """
        expected = self.compute_mac(message, timestamp, body)
        tokens = (token.partition(",") for token in signatures.split(" "))
        return any(label == "v1" and hmac.compare_digest(mac.encode(), expected.encode()) for label, _, mac in tokens)


def build_signature_headers(message: str, timestamp: str, signatures: str, *, family: str = "svix") -> Headers:
    """Return the three headers that carry a signature; ev.energy sends the family `svix`, others `webhook`."""
    values = {"id": message, "timestamp": timestamp, "signature": signatures}
    return tuple((f"{family}-{name}", value) for name, value in values.items())


def _decode_secret(secret: str, name: str) -> bytes:
    """Return the key bytes of a secret; `name` is the option or variable, for messages."""
    hint = "A secret is whsec_ followed by base64: copy it from the page of the endpoint"
    if not secret.startswith(PREFIX):
        raise UsageError(f"{name} is not a webhook secret: it does not begin with {PREFIX}", hint=hint)
    text = secret.removeprefix(PREFIX)
    try:
        key = base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError) as error:
        raise UsageError(f"{name} is not a webhook secret: the text after {PREFIX} is not base64", hint=hint) from error
    if len(key) not in _SIZES:
        raise UsageError(f"{name} must hold a key of {_SIZES[0]} to {_SIZES[-1]} bytes, got {len(key)}", hint=hint)
    return key
