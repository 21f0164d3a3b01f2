"""Whether a certificate would still be given by the requirements and judges of today."""

import msgspec

from conformance.certificates.rejudgement import list_new_obstacles
from conformance.certificates.verification import CertificateStanding, VerificationInputs, verify_certificate
from conformance.errors import UsageError
from conformance.model import Verdict
from reports import read_events
from tests.certificates.conftest import GOOD, NOW, _requirement

W01, W02 = _requirement("W01"), _requirement("W02")


def reconsider(make_certificate, requirements, **options):
    """Return what stands against a certificate by the requirements of today."""
    path, certificate = make_certificate(**options)
    return list_new_obstacles(certificate, read_events([path.parent / "events.jsonl"]), requirements)


def test_nothing_stands_against_a_certificate_by_the_same_rules(make_certificate):
    assert reconsider(make_certificate, (W01, W02)) == ()


def test_new_must_that_the_run_did_not_judge_is_named(make_certificate):
    assert reconsider(make_certificate, (W01, W02, _requirement("W09"))) == (
        "W09 is a MUST today, and the run did not judge it",
    )


def test_requirements_of_other_partners_do_not_count(make_certificate):
    assert reconsider(make_certificate, (W01, msgspec.structs.replace(W01, id="C07"))) == ()


def test_warning_on_what_is_a_must_today_is_named(make_certificate):
    path, certificate = make_certificate(verdicts={**GOOD, "S02": Verdict.WARN})
    raised = msgspec.structs.replace(W01, id="W05")
    outcomes = tuple(
        msgspec.structs.replace(outcome, requirement="W05") if outcome.requirement == "S02" else outcome
        for outcome in certificate.outcomes
    )
    certificate = msgspec.structs.replace(certificate, outcomes=outcomes)
    (obstacle,) = list_new_obstacles(certificate, read_events([path.parent / "events.jsonl"]), (raised,))
    assert obstacle.startswith("W05 is a MUST today, was a SHOULD, and is violated")


def test_verification_tells_it_after_everything_else(make_certificate, signer):
    path, _ = make_certificate()
    inputs = VerificationInputs(reconsider=lambda _: ("W09 is new",))
    result = verify_certificate(path.read_bytes(), signer.public_key, NOW.replace(day=2), inputs)
    assert result.standing is CertificateStanding.NOT_TODAY
    assert int(result.standing) == 16
    late = verify_certificate(path.read_bytes(), signer.public_key, NOW.replace(year=2030), inputs)
    assert late.standing is CertificateStanding.EXPIRED


def test_command_needs_the_log(evconform, make_certificate, keys):
    path, _ = make_certificate()
    code, _, errors = evconform("verify", path, "--key", keys.public, "--rejudge")
    assert code == UsageError.exit_code
    assert "--rejudge needs --log" in errors
