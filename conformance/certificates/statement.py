"""The content of a certificate: an in-toto Statement v1 with the test-result predicate.

The predicate has only the fields of its specification. The certificate itself is in one of its `configuration`
descriptors, as content with a media type and a digest, so that strict parsers accept the statement.
"""

import base64
import hashlib
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Annotated

import msgspec

from conformance.certificates.attempts import Attempt, AttemptChain
from conformance.certificates.envelope import require_unique_names
from conformance.errors import CertificateError
from conformance.model import Certification, Level, Verdict
from reports import Summary
from reports.summary import AppliedWaiver, CaseResult, WaiverState

PAYLOAD_TYPE = "application/vnd.in-toto+json"
STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
TEST_RESULT_TYPE = "https://in-toto.io/attestation/test-result/v0.1"
SCHEMA = "evconform/certificate/2"
CERTIFICATE_TYPE = "application/vnd.evconform.certificate+json"
CERTIFICATE_NAME = "certificate"
_QUIET = frozenset({Verdict.PASS, Verdict.NOT_OBSERVABLE, Verdict.NOT_APPLICABLE, Verdict.NOT_TESTED})
Moment = Annotated[datetime, msgspec.Meta(tz=True)]
"""A moment with its zone: without one it could not be compared with a clock."""


class Descriptor(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True, forbid_unknown_fields=True):
    """A named thing with its digest, perhaps with its content in base64 (in-toto, "ResourceDescriptor")."""

    name: str
    digest: dict[str, str]
    media_type: str = ""
    content: str = ""


class CertifiedOutcome(msgspec.Struct, frozen=True):
    """The verdict of one requirement on one operation, with the reason unless it is PASS."""

    requirement: str
    operation: str
    level: Level
    verdict: Verdict
    reason: str = ""
    waived: bool = False


class EvidenceDigests(msgspec.Struct, frozen=True):
    """The SHA-256, hexadecimal, of each input of the certificate."""

    description: str
    suite: str
    plan: str
    log: str


class AttemptHistory(msgspec.Struct, frozen=True):
    """The number of the attempt that passed, the SHA-256 of its line in the chain, and all attempts up to it."""

    number: int
    entry_sha256: str
    history: tuple[Attempt, ...]


class Certificate(msgspec.Struct, frozen=True):
    """The subject of a certification, the profile, the period of validity, and the evidence.

    Valid from `issued` until just before `expires`.
    """

    certification: Certification
    api: str
    suite_version: str
    tested: Moment
    issued: Moment
    expires: Moment
    digests: EvidenceDigests
    outcomes: tuple[CertifiedOutcome, ...]
    waivers: tuple[AppliedWaiver, ...]
    attempts: AttemptHistory
    schema: str = SCHEMA

    def select_outcomes(self, *verdicts: Verdict) -> tuple[CertifiedOutcome, ...]:
        """Return the outcomes with one of these verdicts."""
        return tuple(outcome for outcome in self.outcomes if outcome.verdict in verdicts)


class TestResult(msgspec.Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """The test-result predicate, version 0.1."""

    result: str
    configuration: tuple[Descriptor, ...]
    passed_tests: tuple[str, ...]
    warned_tests: tuple[str, ...]
    failed_tests: tuple[str, ...]

    __test__ = False  # pytest would collect it for its name


class Statement(msgspec.Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """The in-toto Statement. Its subject is the run log, so that any verifier can compare `events.jsonl` with it."""

    subject: tuple[Descriptor, ...]
    predicate: TestResult
    predicate_type: str = TEST_RESULT_TYPE
    type: str = msgspec.field(default=STATEMENT_TYPE, name="_type")


def build_certificate(
    summary: Summary, chain: AttemptChain, *, log_sha256: str, now: datetime, days: int
) -> Certificate:
    """Return the certificate of a run without obstacles; its attempt must be in the chain.

    It is valid for `days` from the end of the run, but not longer than the first waiver. Raises ValueError for a run
    without header, footer or attempt.
    """
    header, index = summary.started, chain.find_index(log_sha256)
    if header is None or header.certification is None or summary.finished_at is None or index is None:
        raise ValueError("a run without header, footer or attempt cannot be certified")
    tested = datetime.fromtimestamp(summary.finished_at, UTC).replace(microsecond=0)
    waivers = tuple(waiver for waiver in summary.waivers if waiver.state is WaiverState.ACTIVE)
    waiver_ends = [_compute_day_end(date.fromisoformat(waiver.expires)) for waiver in waivers]
    return Certificate(
        certification=header.certification,
        api=f"{header.description_title} {header.description_version}",
        suite_version=header.suite_version,
        tested=tested,
        issued=now.replace(microsecond=0),
        expires=min([tested + timedelta(days=days), *waiver_ends]),
        digests=EvidenceDigests(
            description=header.description_sha256,
            suite=header.certification.suite_sha256,
            plan=header.certification.plan_sha256,
            log=log_sha256,
        ),
        outcomes=tuple(_summarise_case(result, summary) for result in summary.all_results),
        waivers=waivers,
        attempts=AttemptHistory(index + 1, chain.digests[index], chain.attempts[: index + 1]),
    )


def encode_statement(certificate: Certificate, log: Path) -> bytes:
    """Return the statement as JSON: the same bytes for the same certificate."""
    requirements = tuple(dict.fromkeys(outcome.requirement for outcome in certificate.outcomes))
    warned = {outcome.requirement for outcome in certificate.outcomes if _is_warning(outcome)}
    passed = {outcome.requirement for outcome in certificate.select_outcomes(Verdict.PASS)} - warned
    digests = msgspec.to_builtins(certificate.digests)
    content = msgspec.json.encode(certificate)
    embedded = Descriptor(
        CERTIFICATE_NAME,
        {"sha256": hashlib.sha256(content).hexdigest()},
        CERTIFICATE_TYPE,
        base64.b64encode(content).decode(),
    )
    statement = Statement(
        subject=(Descriptor(log.name, {"sha256": digests.pop("log")}),),
        predicate=TestResult(
            result="WARNED" if warned else "PASSED",
            configuration=(*(Descriptor(name, {"sha256": value}) for name, value in digests.items()), embedded),
            passed_tests=tuple(requirement for requirement in requirements if requirement in passed),
            warned_tests=tuple(requirement for requirement in requirements if requirement in warned),
            failed_tests=(),
        ),
    )
    return msgspec.json.encode(statement)


def _is_warning(outcome: CertifiedOutcome) -> bool:
    """Return whether an outcome is in the list of warnings: violated, or a MUST that a person decides."""
    if outcome.verdict is Verdict.REVIEW:
        return outcome.level is Level.MUST
    return outcome.verdict not in _QUIET


def decode_statement(payload: bytes) -> Certificate:
    """Return the certificate in a signed statement; raises CertificateError if it is another statement."""
    try:
        require_unique_names(payload)
        statement = msgspec.json.decode(payload, type=Statement)
    except (msgspec.MsgspecError, UnicodeDecodeError, ValueError) as error:
        raise CertificateError(f"signed, but not a certificate of evconform: {error}") from error
    if (statement.type, statement.predicate_type) != (STATEMENT_TYPE, TEST_RESULT_TYPE):
        raise CertificateError(f"signed, but not a certificate of the schema {SCHEMA}", hint=_OTHER_VERSION)
    certificate = _decode_certificate(statement.predicate.configuration)
    if len(statement.subject) != 1 or statement.subject[0].digest != {"sha256": certificate.digests.log}:
        raise CertificateError("signed, but its subject is not the run log that its certificate names")
    return certificate


def _decode_certificate(configuration: tuple[Descriptor, ...]) -> Certificate:
    """Return the certificate among the descriptors; raises CertificateError if there is none, or another schema."""
    embedded = [descriptor for descriptor in configuration if descriptor.name == CERTIFICATE_NAME]
    if len(embedded) != 1 or embedded[0].media_type != CERTIFICATE_TYPE:
        raise CertificateError(f"signed, but not a certificate of the schema {SCHEMA}", hint=_OTHER_VERSION)
    try:
        content = base64.b64decode(embedded[0].content, validate=True)
        require_unique_names(content)
        certificate = msgspec.json.decode(content, type=Certificate)
    except (msgspec.MsgspecError, UnicodeDecodeError, ValueError) as error:
        raise CertificateError(f"signed, but not a certificate of evconform: {error}") from error
    if certificate.schema != SCHEMA:
        raise CertificateError(f"signed, but not a certificate of the schema {SCHEMA}", hint=_OTHER_VERSION)
    if embedded[0].digest != {"sha256": hashlib.sha256(content).hexdigest()}:
        raise CertificateError("signed, but the digest of its certificate is another one")
    return certificate


_OTHER_VERSION = "Use the version of evconform that made it"


def _summarise_case(result: CaseResult, summary: Summary) -> CertifiedOutcome:
    """Return the outcome of a case as the certificate lists it."""
    is_waived = any(finding.waived for finding in summary.findings_by_case.get(result.case, ()))
    reason = "" if result.verdict is Verdict.PASS else result.reason
    return CertifiedOutcome(
        result.requirement,
        result.operation,
        summary.requirement_level(result.requirement),
        result.verdict,
        reason,
        is_waived,
    )


def _compute_day_end(day: date) -> datetime:
    """Return the first moment after a day (UTC)."""
    return datetime.combine(day + timedelta(days=1), time(), UTC)
