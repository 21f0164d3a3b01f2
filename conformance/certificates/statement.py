"""What a certificate says: an in-toto Statement v1 with the test-result predicate, ours inside it as an extension."""

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import msgspec

from conformance.certificates.attempts import Attempt, Chain
from conformance.errors import CertificateError
from conformance.model import Certification, Level, Verdict
from reports import Summary
from reports.summary import AppliedWaiver, Cell, WaiverState

PAYLOAD_TYPE = "application/vnd.in-toto+json"
STATEMENT = "https://in-toto.io/Statement/v1"
TEST_RESULT = "https://in-toto.io/attestation/test-result/v0.1"
SCHEMA = "evconform/certificate/1"
_QUIET = frozenset({Verdict.PASS, Verdict.NOT_OBSERVABLE, Verdict.NOT_APPLICABLE, Verdict.NOT_TESTED, Verdict.REVIEW})


class Descriptor(msgspec.Struct, frozen=True):
    """A thing by name and digest (in-toto attestation, "ResourceDescriptor")."""

    name: str
    digest: dict[str, str]


class Judged(msgspec.Struct, frozen=True):
    """How one requirement ended on one operation, with the reason where it is no PASS."""

    requirement: str
    operation: str
    level: Level
    verdict: Verdict
    reason: str = ""
    waived: bool = False


class Digests(msgspec.Struct, frozen=True):
    """SHA-256, hexadecimal, of what the certificate rests on."""

    description: str
    suite: str
    plan: str
    log: str


class Attempts(msgspec.Struct, frozen=True):
    """Which attempt passed, the SHA-256 of its line in the chain, and all attempts up to it."""

    number: int
    entry_sha256: str
    history: tuple[Attempt, ...]


class Certificate(msgspec.Struct, frozen=True):
    """Who is certified as what, for how long, and on what grounds.

    Valid from `issued` until just before `expires`.
    """

    certification: Certification
    api: str
    suite_version: str
    tested: datetime
    issued: datetime
    expires: datetime
    digests: Digests
    outcomes: tuple[Judged, ...]
    waivers: tuple[AppliedWaiver, ...]
    attempts: Attempts
    schema: str = SCHEMA

    def having(self, *verdicts: Verdict) -> tuple[Judged, ...]:
        """The outcomes of certain verdicts."""
        return tuple(each for each in self.outcomes if each.verdict in verdicts)


class TestResult(msgspec.Struct, frozen=True, rename="camel"):
    """The test-result predicate, version 0.1; `certificate` is our extension field."""

    result: str
    configuration: tuple[Descriptor, ...]
    passed_tests: tuple[str, ...]
    warned_tests: tuple[str, ...]
    failed_tests: tuple[str, ...]
    certificate: Certificate = msgspec.field(name="evconform_certificate")

    __test__ = False  # pytest takes the name for a class of tests


class Statement(msgspec.Struct, frozen=True, rename="camel"):
    """The in-toto Statement; its subject is the record, so that any verifier can hold `events.jsonl` against it."""

    subject: tuple[Descriptor, ...]
    predicate: TestResult
    predicate_type: str = TEST_RESULT
    type: str = msgspec.field(default=STATEMENT, name="_type")


def certificate(summary: Summary, chain: Chain, *, log_sha256: str, now: datetime, days: int) -> Certificate:
    """The certificate of a run that nothing stands against; its attempt must be in the chain.

    It lasts `days` from the end of the run, and no longer than the first waiver.
    """
    header, index = summary.started, chain.of(log_sha256)
    if header is None or header.certification is None or summary.finished_at is None or index is None:
        raise ValueError("a run without header, footer or attempt is not certified")
    tested = datetime.fromtimestamp(summary.finished_at, UTC).replace(microsecond=0)
    waivers = tuple(each for each in summary.waivers if each.state is WaiverState.ACTIVE)
    ends = [_end_of(date.fromisoformat(each.expires)) for each in waivers]
    return Certificate(
        certification=header.certification,
        api=f"{header.description_title} {header.description_version}",
        suite_version=header.suite_version,
        tested=tested,
        issued=now.replace(microsecond=0),
        expires=min([tested + timedelta(days=days), *ends]),
        digests=Digests(
            description=header.description_sha256,
            suite=header.certification.suite_sha256,
            plan=header.certification.plan_sha256,
            log=log_sha256,
        ),
        outcomes=tuple(_judged(cell, summary) for cell in summary.every_cell),
        waivers=waivers,
        attempts=Attempts(index + 1, chain.digests[index], chain.attempts[: index + 1]),
    )


def encoded(found: Certificate, log: Path) -> bytes:
    """The statement as JSON: the same bytes for the same certificate."""
    names = {each.requirement: None for each in found.outcomes}
    warned = {each.requirement for each in found.outcomes if each.verdict not in _QUIET}
    passed = {each.requirement for each in found.having(Verdict.PASS)} - warned
    digests = msgspec.to_builtins(found.digests)
    statement = Statement(
        subject=(Descriptor(log.name, {"sha256": digests.pop("log")}),),
        predicate=TestResult(
            result="WARNED" if warned else "PASSED",
            configuration=tuple(Descriptor(name, {"sha256": value}) for name, value in digests.items()),
            passed_tests=tuple(each for each in names if each in passed),
            warned_tests=tuple(each for each in names if each in warned),
            failed_tests=(),
            certificate=found,
        ),
    )
    return msgspec.json.encode(statement)


def decoded(payload: bytes) -> Certificate:
    """The certificate in a statement that a key did sign; raises CertificateError where it is another statement."""
    try:
        statement = msgspec.json.decode(payload, type=Statement)
    except (msgspec.MsgspecError, UnicodeDecodeError) as fault:
        raise CertificateError(f"signed, and no certificate of ours: {fault}") from fault
    found = statement.predicate.certificate
    if (statement.type, statement.predicate_type, found.schema) != (STATEMENT, TEST_RESULT, SCHEMA):
        raise CertificateError(
            f"signed, and no certificate of the schema {SCHEMA}", hint="Use the version of evconform that made it."
        )
    return found


def _judged(cell: Cell, summary: Summary) -> Judged:
    waived = any(each.waived for each in summary.by_case.get(cell.case, ()))
    reason = "" if cell.verdict is Verdict.PASS else cell.reason
    return Judged(cell.requirement, cell.operation, summary.level(cell.requirement), cell.verdict, reason, waived)


def _end_of(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), UTC)
