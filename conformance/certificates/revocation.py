"""The issuer's signed list of revoked certificates."""

import hashlib
from datetime import datetime
from pathlib import Path

import msgspec

from conformance.certificates.envelope import (
    OpenedEnvelope,
    SignatureState,
    open_envelope,
    require_unique_names,
    seal_payload,
)
from conformance.certificates.files import read_file, replace_file
from conformance.certificates.keys import PublicKey, Signer
from conformance.certificates.statement import PAYLOAD_TYPE, Moment, decode_statement
from conformance.errors import CertificateError

LIST_TYPE = "application/vnd.evconform.revocations+json"
SCHEMA = "evconform/revocations/1"


class Revocation(msgspec.Struct, frozen=True):
    """A revoked certificate, by the SHA-256 of its statement, and the reason."""

    certificate_sha256: str
    subject: str
    reason: str
    at: Moment


class RevocationList(msgspec.Struct, frozen=True):
    """All certificates that an issuer has revoked; `issued` distinguishes a newer list from an older one."""

    issued: Moment
    revoked: tuple[Revocation, ...]
    schema: str = SCHEMA

    def find_entry(self, statement: bytes) -> Revocation | None:
        """Return the entry of a certificate, by its statement, or None."""
        digest = hashlib.sha256(statement).hexdigest()
        return next((entry for entry in self.revoked if entry.certificate_sha256 == digest), None)


def open_list(path: Path, key: PublicKey) -> tuple[OpenedEnvelope, RevocationList | None]:
    """Return the envelope and the list of a file; no list if the key did not sign exactly that.

    Raises CertificateError if the file is not a list of revocations.
    """
    envelope = open_envelope(read_file(path), LIST_TYPE, key, document="A list of revocations")
    if envelope.state is not SignatureState.INTACT:
        return envelope, None
    try:
        require_unique_names(envelope.payload)
        revocations = msgspec.json.decode(envelope.payload, type=RevocationList)
    except (msgspec.MsgspecError, UnicodeDecodeError, ValueError) as error:
        raise CertificateError(f"{path} is signed, but not a list of revocations: {error}") from error
    return envelope, revocations


def revoke_certificate(certificate: Path, path: Path, signer: Signer, *, reason: str, now: datetime) -> Revocation:
    """Add a certificate to the list in a file and sign the list again; make the file if there is none.

    Raises CertificateError if the certificate or the list is not intact under this key: an issuer revokes only its own
    certificates.
    """
    key = signer.public_key
    envelope = open_envelope(read_file(certificate), PAYLOAD_TYPE, key, document="A certificate")
    if envelope.state is not SignatureState.INTACT:
        raise CertificateError(f"{certificate} cannot be revoked with this key: it is {envelope.state.value}")
    revocations = RevocationList(now, ())
    if path.exists():
        old_envelope, old_list = open_list(path, key)
        if old_list is None:
            raise CertificateError(f"{path} cannot be extended with this key: it is {old_envelope.state.value}")
        revocations = old_list
    if old_entry := revocations.find_entry(envelope.payload):
        raise CertificateError(f"{certificate} was revoked on {old_entry.at:%Y-%m-%d}: {old_entry.reason}")
    digest = hashlib.sha256(envelope.payload).hexdigest()
    certification = decode_statement(envelope.payload).certification
    entry = Revocation(digest, f"{certification.subject} {certification.version}", reason, now)
    content = msgspec.json.encode(RevocationList(now, (*revocations.revoked, entry)))
    replace_file(path, seal_payload(content, LIST_TYPE, signer))
    return entry
