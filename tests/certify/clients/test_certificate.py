"""Conformance certificates of clients: for the profile of the declared tasks, with the declined tasks."""

from datetime import UTC, datetime

import msgspec

from conformance.certificates.gate import list_obstacles
from conformance.certificates.issuance import CERTIFICATE_FILE, record_attempt, sign_certificate
from conformance.certificates.keys import create_keys, load_private_key, load_public_key
from conformance.certificates.verification import CertificateStanding, verify_certificate
from conformance.model import Certified, Event, Observed, Verdict
from conformance.run_log.event_log import LogWriter
from reports import fold, read_events
from tests.certify.clients.mutants.retries import WAIT

READER = ("list_vehicles", "read_vehicles")


def test_a_reader_is_certified_as_one(certify_sample, write_plan, tmp_path):
    summary, keys = certify_sample(plan=write_plan(*READER)), create_keys(tmp_path / "keys")
    attempt = record_attempt(summary, tmp_path / "report/events.jsonl")
    assert attempt.obstacles == (), [f"{f.requirement} {f.operation} {f.message}" for f in summary.findings]
    now = datetime.now(UTC)
    assert sign_certificate(summary, attempt, load_private_key(keys.private), now=now)
    verified = verify_certificate(
        (tmp_path / "report" / CERTIFICATE_FILE).read_bytes(), load_public_key(keys.public), now
    )
    assert verified.standing is CertificateStanding.VALID
    certification = verified.certificate.certification
    assert (certification.kind, certification.subject, certification.version, certification.profile) == (
        Certified.CLIENT,
        "Sample",
        "1.0",
        "reader",
    )
    declined = verified.certificate.select_outcomes(Verdict.NOT_APPLICABLE)
    assert {case.requirement for case in declined} >= {"C07", "C12"}
    assert all(case.reason for case in declined)
    passed = {case.requirement for case in verified.certificate.select_outcomes(Verdict.PASS)}
    assert passed >= {"C01", "C02", "C05", "C25"}


def test_an_incomplete_profile_is_not_certified(certify_sample, write_plan):
    assert list_obstacles(certify_sample(plan=write_plan("list_vehicles"))) == ("partial is not a whole profile",)


def test_a_selection_plans_only_what_it_runs(certify_sample, write_plan):
    summary = certify_sample(plan=write_plan(*READER), select=("C04",))
    assert {result.requirement for result in summary.case_results} == {"C04"}
    assert list_obstacles(summary)[0].startswith("a selection is not a whole profile: C01, ")


def test_a_client_without_a_plan_has_no_version(certify_sample):
    reasons = list_obstacles(certify_sample(command=("true",), jobs=8))
    assert "has no version" in reasons[0]


def pass_outcome(event: Event) -> Event:
    """Return an event with PASS in place of FAIL."""
    if isinstance(event, Observed) and event.outcome.verdict is Verdict.FAIL:
        return msgspec.structs.replace(event, outcome=msgspec.structs.replace(event.outcome, verdict=Verdict.PASS))
    return event


def test_a_violation_prevents_certification_and_so_does_an_edited_outcome(certify_sample, write_plan, tmp_path):
    """Change every FAIL in the run log to PASS: the exchanges still show what the client did."""
    impatient = (WAIT, "")
    assert "MUST requirement" in list_obstacles(certify_sample(impatient, plan=write_plan(*READER)))[0]
    log = tmp_path / "report/events.jsonl"
    events = [*read_events([log])]
    log.unlink()
    writer = LogWriter(log)
    for event in events:
        writer.append(pass_outcome(event))
    writer.close()
    attempt = record_attempt(fold(read_events([log])), log)
    assert any("PASS is recorded, but its exchanges show FAIL" in obstacle for obstacle in attempt.obstacles)


def test_a_selection_stays_out_of_the_chain_of_attempts(certify_sample, write_plan, tmp_path):
    summary = certify_sample(plan=write_plan(*READER), select=("C19",))
    assert {case.requirement for case in (*summary.case_results, *summary.unplanned_results)} == {"C19"}
    attempt = record_attempt(summary, tmp_path / "report/events.jsonl")
    assert attempt.chain.attempts == ()
    assert not attempt.chain.path.exists()
