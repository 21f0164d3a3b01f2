"""Whether a certificate holds: offline, from the file, the issuer's public key, and what else is at hand."""

from datetime import datetime
from enum import IntEnum
from pathlib import Path

import msgspec

from conformance.certificates import attempts
from conformance.certificates.envelope import Opened, Seal, opened
from conformance.certificates.keys import PublicKey
from conformance.certificates.revocation import opened_list
from conformance.certificates.statement import PAYLOAD_TYPE, Certificate, decoded


class Standing(IntEnum):
    """How a certificate stands; its value is the exit code. Of several the first of this list decides."""

    TAMPERED = 10
    WRONG_KEY = 11
    REVOKED = 14
    LOG_DIFFERS = 13
    CHAIN_BROKEN = 15
    EXPIRED = 12
    VALID = 0


class Remark(msgspec.Struct, frozen=True):
    """One thing that was looked at, and what was found."""

    standing: Standing
    words: str


class Verification(msgspec.Struct, frozen=True):
    """What came of it all; the certificate is None where nobody may believe what it says."""

    certificate: Certificate | None
    remarks: tuple[Remark, ...]

    @property
    def standing(self) -> Standing:
        """The gravest of all remarks."""
        found = {each.standing for each in self.remarks}
        return next(each for each in Standing if each in found)


class Beside(msgspec.Struct, frozen=True):
    """What a certificate can be held against; None is not at hand.

    `log_sha256` digests a record, `revocations` is a signed list, `chain` a file of attempts or the folder of many.
    """

    log_sha256: str | None = None
    revocations: Path | None = None
    chain: Path | None = None


def verify(content: bytes, key: PublicKey, now: datetime, beside: Beside | None = None) -> Verification:
    """Hold a certificate against a key, the clock, and what is at hand.

    Raises CertificateError where a file cannot be read or is not what it should be.
    """
    envelope = opened(content, PAYLOAD_TYPE, key, what="A certificate")
    if (refused := _refused(envelope, key, "the certificate")) is not None:
        return Verification(None, (refused,))
    found = decoded(envelope.payload)
    beside = beside or Beside()
    remarks = [Remark(Standing.VALID, f"signed by key {key.keyid[:16]}…"), _dated(found, now)]
    if beside.log_sha256 is not None:
        remarks.append(_logged(found, beside.log_sha256))
    if beside.chain is not None:
        remarks.append(_chained(found, beside.chain))
    if beside.revocations is not None:
        remarks.append(_revoked(envelope.payload, beside.revocations, key))
    return Verification(found, tuple(remarks))


def _refused(envelope: Opened, key: PublicKey, what: str) -> Remark | None:
    if envelope.seal is Seal.TAMPERED:
        return Remark(Standing.TAMPERED, f"{what} is not what key {key.keyid[:16]}… signed")
    if envelope.seal is Seal.WRONG_KEY:
        return Remark(Standing.WRONG_KEY, f"{what} names another key, {envelope.key_id[:16]}…, not {key.keyid[:16]}…")
    return None


def _dated(found: Certificate, now: datetime) -> Remark:
    if now < found.issued:
        return Remark(Standing.EXPIRED, f"not valid before {found.issued:%Y-%m-%d %H:%M} UTC: is the clock right?")
    if now >= found.expires:
        return Remark(Standing.EXPIRED, f"expired on {found.expires:%Y-%m-%d %H:%M} UTC")
    return Remark(Standing.VALID, f"valid until {found.expires:%Y-%m-%d %H:%M} UTC")


def _logged(found: Certificate, log_sha256: str) -> Remark:
    if log_sha256 != found.digests.log:
        return Remark(Standing.LOG_DIFFERS, "the log is not the record that it was made of")
    return Remark(Standing.VALID, "the log is the record that it was made of")


def _chained(found: Certificate, path: Path) -> Remark:
    file = attempts.chain_file(path, found.certification) if path.is_dir() else path
    chain, number = attempts.read(file), found.attempts.number
    if chain.broken:
        return Remark(Standing.CHAIN_BROKEN, f"the chain of attempts is broken: {chain.broken}")
    if chain.digests[number - 1 : number] != (found.attempts.entry_sha256,):
        return Remark(Standing.CHAIN_BROKEN, f"attempt {number} of {file.name} is not the one that was certified")
    return Remark(Standing.VALID, f"attempt {number} of {len(chain.attempts)} in a whole chain")


def _revoked(statement: bytes, path: Path, key: PublicKey) -> Remark:
    envelope, listed = opened_list(path, key)
    if listed is None:
        refused = _refused(envelope, key, "the list of revocations")
        return refused or Remark(Standing.TAMPERED, "the list of revocations cannot be believed")
    entry = listed.of(statement)
    if entry is not None:
        return Remark(Standing.REVOKED, f"revoked on {entry.at:%Y-%m-%d}: {entry.reason}")
    return Remark(Standing.VALID, f"not on the list of revocations of {listed.issued:%Y-%m-%d %H:%M} UTC")
