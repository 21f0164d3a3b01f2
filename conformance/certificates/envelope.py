"""DSSE envelopes: bytes of a known type, and one Ed25519 signature over both."""

import binascii
import json
from enum import Enum
from typing import Any

import msgspec
from securesystemslib.dsse import Envelope
from securesystemslib.exceptions import VerificationError
from securesystemslib.signer import Signature

from conformance.certificates.keys import PublicKey, Signer
from conformance.errors import CertificateError


class SignatureState(Enum):
    """The state of an envelope's signature under a key."""

    INTACT = "intact"
    TAMPERED = "tampered"
    WRONG_KEY = "signed by another key"


class OpenedEnvelope(msgspec.Struct, frozen=True):
    """The content of an envelope. Trust `payload` only if the seal is intact; `key_id` is an unverified claim."""

    state: SignatureState
    payload: bytes
    key_id: str


class _Signature(msgspec.Struct, frozen=True):
    sig: str
    keyid: str = ""


class _Envelope(msgspec.Struct, frozen=True, rename="camel"):
    payload: str
    payload_type: str
    signatures: tuple[_Signature, ...]


def seal_payload(payload: bytes, payload_type: str, signer: Signer) -> bytes:
    """Return the signed envelope as JSON (DSSE 1.0, "Envelope")."""
    envelope = Envelope(payload, payload_type, {})
    envelope.sign(signer)
    return msgspec.json.format(msgspec.json.encode(envelope.to_dict()), indent=1) + b"\n"


def open_envelope(content: bytes, payload_type: str, key: PublicKey, *, document: str) -> OpenedEnvelope:
    """Return the content of an envelope, and whether the key signed exactly that.

    Base64 is read strictly: another encoding of the same bytes counts as tampered. An envelope that names no key is
    verified with the given one. `document` names the expected document in messages. Raises CertificateError if the
    content is not an envelope, or is a signed envelope of another type.
    """
    envelope = _parse(content, document)
    entry = next((candidate for candidate in envelope.signatures if candidate.keyid in {key.keyid, ""}), None)
    if entry is None:
        return OpenedEnvelope(SignatureState.WRONG_KEY, b"", envelope.signatures[0].keyid)
    payload, signature = _decode_base64(envelope.payload), _decode_base64(entry.sig)
    if payload is None or signature is None or not _is_signed(payload, envelope.payload_type, signature, key):
        return OpenedEnvelope(SignatureState.TAMPERED, b"", key.keyid)
    if envelope.payload_type != payload_type:
        raise CertificateError(f"{document} is expected, got a signed {envelope.payload_type}")
    return OpenedEnvelope(SignatureState.INTACT, payload, key.keyid)


def read_claims(content: bytes, *, document: str) -> tuple[bytes, str]:
    """Return the payload and the key id that an envelope claims, without verification; raises CertificateError."""
    envelope = _parse(content, document)
    return _decode_base64(envelope.payload) or b"", envelope.signatures[0].keyid


def require_unique_names(content: bytes) -> None:
    """Check that no object of a JSON text names a member twice, because parsers differ on which one counts.

    Raises:
        ValueError: A name occurs twice, or the text is not JSON.
    """
    json.loads(content, object_pairs_hook=_build_object)


def _build_object(members: list[tuple[str, Any]]) -> dict[str, Any]:
    named = dict(members)
    if len(named) != len(members):
        names = [name for name, _ in members]
        raise ValueError(f"{next(name for name in names if names.count(name) > 1)!r} occurs twice")
    return named


def _parse(content: bytes, expected: str) -> _Envelope:
    """Return an envelope with at least one signature; raises CertificateError."""
    try:
        envelope = msgspec.json.decode(content, type=_Envelope)
        require_unique_names(content)
    except (msgspec.MsgspecError, UnicodeDecodeError, ValueError) as error:
        raise CertificateError(
            f"{expected} is expected, and this is not a DSSE envelope: {error}", hint="Check that the file is complete"
        ) from error
    if not envelope.signatures:
        raise CertificateError(
            f"{expected} is expected, and this is not signed", hint="Ask the issuer for a signed one"
        )
    return envelope


def _is_signed(payload: bytes, payload_type: str, signature: bytes, key: PublicKey) -> bool:
    """Return whether the key made this signature over type and payload."""
    try:
        envelope = Envelope(payload, payload_type, {key.keyid: Signature(key.keyid, signature.hex())})
        envelope.verify([key], 1)
    except (VerificationError, UnicodeEncodeError):
        return False
    return True


def _decode_base64(text: str) -> bytes | None:
    """Return the bytes of canonical base64 (RFC 4648, section 3.5) of either alphabet, or None."""
    try:
        standard = text.replace("-", "+").replace("_", "/").encode("ascii")
        content = binascii.a2b_base64(standard, strict_mode=True)
    except (binascii.Error, UnicodeEncodeError):
        return None
    return content if binascii.b2a_base64(content, newline=False) == standard else None
