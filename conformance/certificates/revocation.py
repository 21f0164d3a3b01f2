"""The issuer's signed list of revoked certificates."""

import hashlib
from datetime import datetime
from pathlib import Path

import msgspec

from conformance.certificates.envelope import Opened, Seal, opened, sealed
from conformance.certificates.files import read, replace
from conformance.certificates.keys import PublicKey, Signer
from conformance.certificates.statement import PAYLOAD_TYPE, decoded
from conformance.errors import CertificateError

LIST_TYPE = "application/vnd.evconform.revocations+json"
SCHEMA = "evconform/revocations/1"


class Revoked(msgspec.Struct, frozen=True):
    """A revoked certificate, by the SHA-256 of its statement, and the reason."""

    certificate_sha256: str
    subject: str
    reason: str
    at: datetime


class Revocations(msgspec.Struct, frozen=True):
    """All certificates that an issuer has revoked; `issued` distinguishes a newer list from an older one."""

    issued: datetime
    revoked: tuple[Revoked, ...]
    schema: str = SCHEMA

    def of(self, statement: bytes) -> Revoked | None:
        """Return the entry of a certificate, by its statement, or None."""
        digest = hashlib.sha256(statement).hexdigest()
        return next((entry for entry in self.revoked if entry.certificate_sha256 == digest), None)


def opened_list(path: Path, key: PublicKey) -> tuple[Opened, Revocations | None]:
    """Return the envelope and the list of a file; no list if the key did not sign exactly that.

    Raises CertificateError if the file is not a list of revocations.
    """
    envelope = opened(read(path), LIST_TYPE, key, what="A list of revocations")
    if envelope.seal is not Seal.INTACT:
        return envelope, None
    try:
        revocations = msgspec.json.decode(envelope.payload, type=Revocations)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise CertificateError(f"{path} is signed, but not a list of revocations: {error}") from error
    return envelope, revocations


def revoke(certificate: Path, path: Path, signer: Signer, *, reason: str, now: datetime) -> Revoked:
    """Add a certificate to the list in a file and sign the list again; make the file if there is none.

    Raises CertificateError if the certificate or the list is not intact under this key: an issuer revokes only its own
    certificates.
    """
    key = signer.public_key
    envelope = opened(read(certificate), PAYLOAD_TYPE, key, what="A certificate")
    if envelope.seal is not Seal.INTACT:
        raise CertificateError(f"{certificate} cannot be revoked with this key: it is {envelope.seal.value}")
    revocations = Revocations(now, ())
    if path.exists():
        old_envelope, old_list = opened_list(path, key)
        if old_list is None:
            raise CertificateError(f"{path} cannot be extended with this key: it is {old_envelope.seal.value}")
        revocations = old_list
    if old_entry := revocations.of(envelope.payload):
        raise CertificateError(f"{certificate} was revoked on {old_entry.at:%Y-%m-%d}: {old_entry.reason}")
    digest = hashlib.sha256(envelope.payload).hexdigest()
    certification = decoded(envelope.payload).certification
    entry = Revoked(digest, f"{certification.subject} {certification.version}", reason, now)
    content = msgspec.json.encode(Revocations(now, (*revocations.revoked, entry)))
    replace(path, sealed(content, LIST_TYPE, signer))
    return entry
