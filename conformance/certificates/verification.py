"""Offline verification of a certificate: with the issuer's public key, and optionally a run log, a chain and a list."""

from collections.abc import Callable
from datetime import datetime
from enum import IntEnum
from pathlib import Path

import msgspec

from conformance.certificates import attempts
from conformance.certificates.envelope import OpenedEnvelope, SignatureState, open_envelope
from conformance.certificates.keys import PublicKey
from conformance.certificates.revocation import open_list
from conformance.certificates.statement import PAYLOAD_TYPE, Certificate, decode_statement


class CertificateStanding(IntEnum):
    """The state of a certificate; its value is the exit code. The first of this list decides if several apply."""

    TAMPERED = 10
    WRONG_KEY = 11
    REVOKED = 14
    LOG_DIFFERS = 13
    CHAIN_BROKEN = 15
    EXPIRED = 12
    NOT_TODAY = 16
    VALID = 0


class Remark(msgspec.Struct, frozen=True):
    """The result of one check."""

    standing: CertificateStanding
    words: str


class Verification(msgspec.Struct, frozen=True):
    """The results of all checks; the certificate is None if its signature does not hold."""

    certificate: Certificate | None
    remarks: tuple[Remark, ...]

    @property
    def standing(self) -> CertificateStanding:
        """Return the gravest standing of all remarks."""
        standings = {remark.standing for remark in self.remarks}
        return next(standing for standing in CertificateStanding if standing in standings)


class VerificationInputs(msgspec.Struct, frozen=True):
    """Optional inputs to compare a certificate with; None is not at hand.

    `log_sha256` is the digest of a run log, `revocations` a signed list, `chain` a file of attempts or the folder of
    many. `reconsider` returns why a certificate would not be given today, None if this was not requested.
    """

    log_sha256: str | None = None
    revocations: Path | None = None
    chain: Path | None = None
    reconsider: Callable[[Certificate], tuple[str, ...]] | None = None


def verify_certificate(
    content: bytes, key: PublicKey, now: datetime, inputs: VerificationInputs | None = None
) -> Verification:
    """Check a certificate against a key, the clock, and the optional inputs.

    Raises CertificateError if a file cannot be read or is not what it should be.
    """
    envelope = open_envelope(content, PAYLOAD_TYPE, key, document="A certificate")
    if (refusal := _find_refusal(envelope, key, "the certificate")) is not None:
        return Verification(None, (refusal,))
    signed_certificate = decode_statement(envelope.payload)
    inputs = inputs or VerificationInputs()
    remarks = [
        Remark(CertificateStanding.VALID, f"signed by key {key.keyid[:16]}…"),
        _check_period(signed_certificate, now),
    ]
    if inputs.log_sha256 is not None:
        remarks.append(_check_log(signed_certificate, inputs.log_sha256))
    if inputs.chain is not None:
        remarks.append(_check_chain(signed_certificate, inputs.chain))
    if inputs.revocations is not None:
        remarks.append(_check_revocation(envelope.payload, inputs.revocations, key))
    if inputs.reconsider is not None:
        remarks += _check_rejudgement(signed_certificate, inputs.reconsider)
    return Verification(signed_certificate, tuple(remarks))


def _find_refusal(envelope: OpenedEnvelope, key: PublicKey, document: str) -> Remark | None:
    """Return why an envelope cannot be trusted, None if it can."""
    if envelope.state is SignatureState.TAMPERED:
        return Remark(CertificateStanding.TAMPERED, f"{document} is not what key {key.keyid[:16]}… signed")
    if envelope.state is SignatureState.WRONG_KEY:
        return Remark(
            CertificateStanding.WRONG_KEY, f"{document} names key {envelope.key_id[:16]}…, expected {key.keyid[:16]}…"
        )
    return None


def _check_period(signed_certificate: Certificate, now: datetime) -> Remark:
    """Compare the period of validity with the clock."""
    if now < signed_certificate.issued:
        return Remark(
            CertificateStanding.EXPIRED,
            f"not valid before {signed_certificate.issued:%Y-%m-%d %H:%M} UTC: check the clock",
        )
    if now >= signed_certificate.expires:
        return Remark(CertificateStanding.EXPIRED, f"expired on {signed_certificate.expires:%Y-%m-%d %H:%M} UTC")
    return Remark(CertificateStanding.VALID, f"valid until {signed_certificate.expires:%Y-%m-%d %H:%M} UTC")


def _check_log(signed_certificate: Certificate, log_sha256: str) -> Remark:
    """Compare the certified run log with a digest."""
    if log_sha256 != signed_certificate.digests.log:
        return Remark(CertificateStanding.LOG_DIFFERS, "the run log is not the one that was certified")
    return Remark(CertificateStanding.VALID, "the run log is the one that was certified")


def _check_rejudgement(
    signed_certificate: Certificate, reconsider: Callable[[Certificate], tuple[str, ...]]
) -> list[Remark]:
    """Say whether a certificate would be given today."""
    obstacles = reconsider(signed_certificate)
    if not obstacles:
        return [Remark(CertificateStanding.VALID, "it would be given today")]
    return [Remark(CertificateStanding.NOT_TODAY, f"it would not be given today: {why}") for why in obstacles]


def _check_chain(signed_certificate: Certificate, path: Path) -> Remark:
    """Compare the certified attempt with a chain."""
    file = attempts.build_chain_path(path, signed_certificate.certification) if path.is_dir() else path
    chain, number = attempts.read_chain(file), signed_certificate.attempts.number
    if chain.broken:
        return Remark(CertificateStanding.CHAIN_BROKEN, f"the chain of attempts is broken: {chain.broken}")
    if chain.digests[number - 1 : number] != (signed_certificate.attempts.entry_sha256,):
        return Remark(
            CertificateStanding.CHAIN_BROKEN, f"attempt {number} of {file.name} is not the one that was certified"
        )
    return Remark(CertificateStanding.VALID, f"attempt {number} of {len(chain.attempts)} in an unbroken chain")


def _check_revocation(statement: bytes, path: Path, key: PublicKey) -> Remark:
    """Look a statement up in a list of revocations."""
    envelope, revocations = open_list(path, key)
    if revocations is None:
        refusal = _find_refusal(envelope, key, "the list of revocations")
        return refusal or Remark(CertificateStanding.TAMPERED, "the list of revocations cannot be trusted")
    entry = revocations.find_entry(statement)
    if entry is not None:
        return Remark(CertificateStanding.REVOKED, f"revoked on {entry.at:%Y-%m-%d}: {entry.reason}")
    return Remark(
        CertificateStanding.VALID, f"not on the list of revocations of {revocations.issued:%Y-%m-%d %H:%M} UTC"
    )
