"""Signatures of webhooks as Svix and Standard Webhooks define them.

Signed is `id.timestamp.body` with HMAC-SHA256 under the key whose base64 stands after `whsec_`; the header holds
`v1,<base64>`, several of them parted by spaces while a key rotates (Standard Webhooks, "Signature scheme").
"""

import base64
import binascii
import hashlib
import hmac
from datetime import UTC, datetime

from standardwebhooks import Webhook

from conformance.errors import UsageError
from conformance.model import Headers

PREFIX = "whsec_"
TOLERANCE_S = 300
"""How far a timestamp may be from the clock (Standard Webhooks, "Verifying signatures")."""
_TIMES = range(253_402_300_800)  # seconds up to the year 9999
_SIZES = range(24, 65)  # bytes of a key (Standard Webhooks, "Signature scheme")


class Key:
    """The key of an endpoint, from its secret `whsec_…`. Raises UsageError, without the secret, where it is none."""

    def __init__(self, secret: str, *, name: str = "--secret") -> None:
        self.secret = secret
        self._key = _decoded(secret, name)
        self._webhook = Webhook(self._key)

    def __repr__(self) -> str:
        return "Key(…)"

    @property
    def secrets(self) -> dict[str, str]:
        """What must not be shown, by the name to show instead: the secret whole, and without its prefix."""
        return {"webhook-secret": self.secret, "webhook-key": self.secret.removeprefix(PREFIX)}

    def sign(self, message: str, timestamp: str, body: bytes) -> str:
        """The signature `v1,<base64>`: by the library where it can, for it signs text at whole seconds alone."""
        try:
            at, text = int(timestamp), body.decode()
        except ValueError:
            at, text = -1, ""
        if str(at) != timestamp or at not in _TIMES:
            return "v1," + self.mac(message, timestamp, body)
        return self._webhook.sign(message, datetime.fromtimestamp(at, UTC), text)

    def mac(self, message: str, timestamp: str, body: bytes) -> str:
        """The base64 of the MAC over anything at all, also over what no sender would send."""
        content = b".".join((message.encode(), timestamp.encode(), body))
        return base64.b64encode(hmac.digest(self._key, content, hashlib.sha256)).decode()

    def accepts(self, message: str, timestamp: str, body: bytes, signatures: str) -> bool:
        """Whether one of the signatures in a header is the right `v1` of these raw bytes.

        Not by the library: it reads the clock, and bodies as text; what was captured is judged later, byte by byte.
        """
        right = self.mac(message, timestamp, body)
        tokens = (token.partition(",") for token in signatures.split(" "))
        return any(label == "v1" and hmac.compare_digest(mac.encode(), right.encode()) for label, _, mac in tokens)


def headers_of(message: str, timestamp: str, signatures: str, *, family: str = "svix") -> Headers:
    """The three headers that carry a signature; ev.energy sends those of the family `svix`, others `webhook`."""
    values = {"id": message, "timestamp": timestamp, "signature": signatures}
    return tuple((f"{family}-{name}", value) for name, value in values.items())


def _decoded(secret: str, name: str) -> bytes:
    hint = "It begins with whsec_, and base64 follows: copy it from the page of the endpoint."
    if not secret.startswith(PREFIX):
        raise UsageError(f"{name} is no webhook secret: it does not begin with {PREFIX}", hint=hint)
    text = secret.removeprefix(PREFIX)
    try:
        key = base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError) as fault:
        raise UsageError(f"{name} is no webhook secret: what follows {PREFIX} is no base64", hint=hint) from fault
    if len(key) not in _SIZES:
        raise UsageError(f"{name} holds {len(key)} bytes; a webhook key has {_SIZES[0]} to {_SIZES[-1]}", hint=hint)
    return key
