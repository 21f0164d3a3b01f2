"""What came of verifying a certificate, in words, as JSON and as a badge."""

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec

from conformance.certificates.verifying import Standing
from conformance.model import Verdict
from reports.formats.badge import State, badge

if TYPE_CHECKING:
    from conformance.certificates.statement import Certificate, Judged
    from conformance.certificates.verifying import Verification

_BADGES = {Standing.VALID: State.CERTIFIED, Standing.EXPIRED: State.EXPIRED, Standing.REVOKED: State.REVOKED}
_LISTED = {
    Verdict.WARN: "warned",
    Verdict.REVIEW: "for a person to decide",
    Verdict.NOT_OBSERVABLE: "not observable",
    Verdict.NOT_APPLICABLE: "not applicable",
    Verdict.NOT_TESTED: "not tested",
}


def as_text(found: "Verification") -> str:
    """What was found, each thing that was looked at, and what the certificate says where it may be believed."""
    head = f"{found.standing.name.replace('_', ' ')}"
    marks = [f"  {'✓' if each.standing is Standing.VALID else '✗'} {each.words}" for each in found.remarks]
    told = _told(found.certificate) if found.certificate else ()
    return "\n".join(map(_plain, (head, *marks, *told)))


def as_json(found: "Verification") -> str:
    """The same as JSON: `standing`, `exit_code`, `remarks`, `certificate`."""
    value = {
        "standing": found.standing.name.lower(),
        "exit_code": int(found.standing),
        "remarks": [{"standing": each.standing.name.lower(), "words": each.words} for each in found.remarks],
        "certificate": found.certificate,
    }
    return msgspec.json.format(msgspec.json.encode(value)).decode()


def as_badge(found: "Verification") -> bytes:
    """A Shields endpoint badge: certified, expired, revoked, or an error."""
    return badge(_BADGES.get(found.standing, State.ERROR))


def _told(found: "Certificate") -> Iterator[str]:
    named, attempts = found.certification, found.attempts
    yield f"{named.subject} {named.version}, {named.kind}, profile {named.profile}"
    yield f"  of the {found.api}, tested {found.tested:%Y-%m-%d %H:%M} UTC by evconform {found.suite_version}"
    yield f"  attempt {attempts.number}: {', '.join(each.verdict for each in attempts.history)}"
    yield f"  passed: {_many(found.having(Verdict.PASS))}"
    times = Counter(each.requirement for each in found.outcomes)
    for verdict, words in _LISTED.items():
        for each in found.having(verdict):
            several = times[each.requirement] > 1 and not each.operation.endswith("*")
            where = f" on {each.operation}" if several else ""
            yield f"  {words}: {each.requirement} ({each.level}){where}: {each.reason}"
    for waiver in found.waivers:
        yield f"  waived: {waiver.requirement} until {waiver.expires}, {waiver.owner}: {waiver.reason}"


def _many(passed: "tuple[Judged, ...]") -> str:
    return f"{len({each.requirement for each in passed})} requirements"


def _plain(text: str) -> str:
    return "".join(each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in text)
