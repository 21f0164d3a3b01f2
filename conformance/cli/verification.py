"""The result of a verification as text, JSON and badge."""

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec

from conformance.certificates.verification import CertificateStanding
from conformance.model import Verdict
from conformance.tools.visible_text import make_visible
from reports.formats.badge import BadgeState, write_badge

if TYPE_CHECKING:
    from conformance.certificates.statement import Certificate, CertifiedOutcome
    from conformance.certificates.verification import Verification

_BADGES = {
    CertificateStanding.VALID: BadgeState.CERTIFIED,
    CertificateStanding.EXPIRED: BadgeState.EXPIRED,
    CertificateStanding.REVOKED: BadgeState.REVOKED,
}
_LISTED = {
    Verdict.WARN: "warned",
    Verdict.REVIEW: "for human review",
    Verdict.NOT_OBSERVABLE: "not observable",
    Verdict.NOT_APPLICABLE: "not applicable",
    Verdict.NOT_TESTED: "not tested",
}


def as_text(result: "Verification") -> str:
    """Return the result, each check, and the content of the certificate if it can be trusted."""
    head = f"{result.standing.name.replace('_', ' ')}"
    marks = [
        f"  {'✓' if remark.standing is CertificateStanding.VALID else '✗'} {remark.words}" for remark in result.remarks
    ]
    lines = _describe_certificate(result.certificate) if result.certificate else ()
    return "\n".join(map(_make_printable, (head, *marks, *lines)))


def as_json(result: "Verification") -> str:
    """Return the result as JSON: `standing`, `exit_code`, `remarks`, `certificate`."""
    value = {
        "standing": result.standing.name.lower(),
        "exit_code": int(result.standing),
        "remarks": [{"standing": remark.standing.name.lower(), "words": remark.words} for remark in result.remarks],
        "certificate": result.certificate,
    }
    return msgspec.json.format(msgspec.json.encode(value)).decode()


def as_badge(result: "Verification") -> bytes:
    """Return a Shields endpoint badge: certified, expired, revoked or error."""
    return write_badge(_BADGES.get(result.standing, BadgeState.ERROR))


def _describe_certificate(certificate: "Certificate") -> Iterator[str]:
    certification, attempts = certificate.certification, certificate.attempts
    yield f"{certification.subject} {certification.version}, {certification.kind}, profile {certification.profile}"
    tested = f"{certificate.tested:%Y-%m-%d %H:%M} UTC by evconform {certificate.suite_version}"
    yield f"  of the {certificate.api}, tested {tested}"
    yield f"  attempt {attempts.number}: {', '.join(judged.verdict for judged in attempts.history)}"
    yield f"  passed: {_count_requirements(certificate.select_outcomes(Verdict.PASS))}"
    times = Counter(judged.requirement for judged in certificate.outcomes)
    for verdict, words in _LISTED.items():
        for judged in certificate.select_outcomes(verdict):
            several = times[judged.requirement] > 1 and not judged.operation.endswith("*")
            where = f" on {judged.operation}" if several else ""
            yield f"  {words}: {judged.requirement} ({judged.level}){where}: {judged.reason}"
    for waiver in certificate.waivers:
        yield f"  waived: {waiver.requirement} until {waiver.expires}, {waiver.owner}: {waiver.reason}"


def _count_requirements(passed: "tuple[CertifiedOutcome, ...]") -> str:
    return f"{len({judged.requirement for judged in passed})} requirements"


def _make_printable(text: str) -> str:
    return make_visible(text, one_line=True)
