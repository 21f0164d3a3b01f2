"""DSSE envelopes: bytes of a known type, and one Ed25519 signature over both."""

import binascii
from enum import Enum

import msgspec
from securesystemslib.dsse import Envelope
from securesystemslib.exceptions import VerificationError
from securesystemslib.signer import Signature

from conformance.certificates.keys import PublicKey, Signer
from conformance.errors import CertificateError


class Seal(Enum):
    """What became of an envelope's signature under a key."""

    INTACT = "intact"
    TAMPERED = "tampered"
    WRONG_KEY = "signed by another key"


class Opened(msgspec.Struct, frozen=True):
    """What an envelope holds; to be believed where the seal is intact, and nowhere else. `key_id` is a claim."""

    seal: Seal
    payload: bytes
    key_id: str


class _Signature(msgspec.Struct, frozen=True):
    sig: str
    keyid: str = ""


class _Envelope(msgspec.Struct, frozen=True, rename="camel"):
    payload: str
    payload_type: str
    signatures: tuple[_Signature, ...]


def sealed(payload: bytes, payload_type: str, signer: Signer) -> bytes:
    """The envelope as JSON (DSSE 1.0, "Envelope")."""
    envelope = Envelope(payload, payload_type, {})
    envelope.sign(signer)
    return msgspec.json.format(msgspec.json.encode(envelope.to_dict()), indent=1) + b"\n"


def opened(content: bytes, payload_type: str, key: PublicKey, *, what: str) -> Opened:
    """What an envelope holds and whether the key signed just that.

    Base64 is read strictly: an encoding of the same bytes that the signer did not write counts as tampered. An envelope
    that names no key is tried with this one. Raises CertificateError where it is no envelope, or one of another type
    that the key did sign; `what` names in the message what it should be.
    """
    found = _parsed(content, what)
    named = next((each for each in found.signatures if each.keyid in {key.keyid, ""}), None)
    if named is None:
        return Opened(Seal.WRONG_KEY, b"", found.signatures[0].keyid)
    payload, signature = _strict(found.payload), _strict(named.sig)
    if payload is None or signature is None or not _verifies(payload, found.payload_type, signature, key):
        return Opened(Seal.TAMPERED, b"", key.keyid)
    if found.payload_type != payload_type:
        raise CertificateError(f"{what} is expected, and this is signed as {found.payload_type}")
    return Opened(Seal.INTACT, payload, key.keyid)


def claimed(content: bytes, *, what: str) -> tuple[bytes, str]:
    """The payload and the id of the key that an envelope claims; nothing is verified. Raises CertificateError."""
    found = _parsed(content, what)
    return _strict(found.payload) or b"", found.signatures[0].keyid


def _parsed(content: bytes, what: str) -> _Envelope:
    try:
        found = msgspec.json.decode(content, type=_Envelope)
    except (msgspec.MsgspecError, UnicodeDecodeError) as fault:
        raise CertificateError(
            f"{what} is expected, and this is no DSSE envelope: {fault}", hint="Is the file whole?"
        ) from fault
    if not found.signatures:
        raise CertificateError(f"{what} is expected, and this is not signed", hint="Ask its issuer for a signed one.")
    return found


def _verifies(payload: bytes, payload_type: str, signature: bytes, key: PublicKey) -> bool:
    try:
        envelope = Envelope(payload, payload_type, {key.keyid: Signature(key.keyid, signature.hex())})
        envelope.verify([key], 1)
    except (VerificationError, UnicodeEncodeError):
        return False
    return True


def _strict(text: str) -> bytes | None:
    """The bytes of canonical base64 (RFC 4648, section 3.5), of either alphabet; None where it is none."""
    try:
        standard = text.replace("-", "+").replace("_", "/").encode("ascii")
        found = binascii.a2b_base64(standard, strict_mode=True)
    except (binascii.Error, UnicodeEncodeError):
        return None
    return found if binascii.b2a_base64(found, newline=False) == standard else None
