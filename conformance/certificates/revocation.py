"""The issuer's signed list of certificates that hold no longer."""

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
    """A certificate that holds no longer, by the SHA-256 of its statement, and why."""

    certificate_sha256: str
    subject: str
    reason: str
    at: datetime


class Revocations(msgspec.Struct, frozen=True):
    """All that an issuer has revoked; `issued` tells a newer list from an older one."""

    issued: datetime
    revoked: tuple[Revoked, ...]
    schema: str = SCHEMA

    def of(self, statement: bytes) -> Revoked | None:
        """What is said of a certificate, by its statement."""
        digest = hashlib.sha256(statement).hexdigest()
        return next((each for each in self.revoked if each.certificate_sha256 == digest), None)


def opened_list(path: Path, key: PublicKey) -> tuple[Opened, Revocations | None]:
    """The list in a file, None where the key did not sign just that; raises CertificateError where it is none."""
    found = opened(read(path), LIST_TYPE, key, what="A list of revocations")
    if found.seal is not Seal.INTACT:
        return found, None
    try:
        listed = msgspec.json.decode(found.payload, type=Revocations)
    except (msgspec.MsgspecError, UnicodeDecodeError) as fault:
        raise CertificateError(f"{path} is signed, and no list of revocations: {fault}") from fault
    return found, listed


def revoke(certificate: Path, path: Path, signer: Signer, *, reason: str, now: datetime) -> Revoked:
    """Add a certificate to the list in a file, made where there is none, and sign it anew.

    Raises CertificateError where certificate or list are not intact under this key: nobody revokes for another.
    """
    key = signer.public_key
    found = opened(read(certificate), PAYLOAD_TYPE, key, what="A certificate")
    if found.seal is not Seal.INTACT:
        raise CertificateError(f"{certificate} cannot be revoked with this key: it is {found.seal.value}")
    listed = Revocations(now, ())
    if path.exists():
        seal, known = opened_list(path, key)
        if known is None:
            raise CertificateError(f"{path} cannot be added to: it is {seal.seal.value}")
        listed = known
    if earlier := listed.of(found.payload):
        raise CertificateError(f"{certificate} was revoked on {earlier.at:%Y-%m-%d}: {earlier.reason}")
    digest = hashlib.sha256(found.payload).hexdigest()
    named = decoded(found.payload).certification
    entry = Revoked(digest, f"{named.subject} {named.version}", reason, now)
    content = msgspec.json.encode(Revocations(now, (*listed.revoked, entry)))
    replace(path, sealed(content, LIST_TYPE, signer))
    return entry
