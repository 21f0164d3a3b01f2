"""What a certificate is held against, and how it then stands."""

import base64
import datetime as dt
import hashlib
import json

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from conformance.certificates.attempts import append_attempt
from conformance.certificates.envelope import seal_payload
from conformance.certificates.issuance import record_attempt, sign_certificate
from conformance.certificates.keys import build_signer
from conformance.certificates.revocation import LIST_TYPE, revoke_certificate
from conformance.certificates.statement import PAYLOAD_TYPE
from conformance.certificates.verification import CertificateStanding, VerificationInputs, verify_certificate
from conformance.errors import CertificateError, UsageError
from conformance.model import Verdict
from reports import waivers
from tests.certificates.conftest import GOOD, NOW, OPERATION, SUBJECT, fold_log, write_log

SECOND = dt.timedelta(seconds=1)
SOON = NOW + dt.timedelta(days=1)


def standing(path, signer, now=SOON, **beside):
    return verify_certificate(path.read_bytes(), signer.public_key, now, VerificationInputs(**beside)).standing


def statement(path) -> dict:
    return json.loads(base64.b64decode(json.loads(path.read_bytes())["payload"]))


def test_it_says_what_it_must(make_certificate):
    path, _ = make_certificate(
        verdicts={
            **GOOD,
            "W03": Verdict.NOT_OBSERVABLE,
            "W04": Verdict.REVIEW,
            "S02": Verdict.WARN,
            "S03": Verdict.REVIEW,
        }
    )
    statement_sent = statement(path)
    log = hashlib.sha256((path.parent / "events.jsonl").read_bytes()).hexdigest()
    assert statement_sent["_type"] == "https://in-toto.io/Statement/v1"
    assert statement_sent["predicateType"] == "https://in-toto.io/attestation/test-result/v0.1"
    assert statement_sent["subject"] == [{"name": "events.jsonl", "digest": {"sha256": log}}]
    predicate = statement_sent["predicate"]
    assert predicate["result"] == "WARNED"
    assert predicate["passedTests"] == ["S01", "W01", "W02"]
    assert predicate["warnedTests"] == ["W04", "S02"] or predicate["warnedTests"] == ["S02", "W04"]
    assert predicate["failedTests"] == []
    configuration = {entry["name"]: entry for entry in predicate["configuration"]}
    assert set(configuration) == {"description", "suite", "plan", "certificate"}
    ours = json.loads(base64.b64decode(configuration["certificate"]["content"]))
    assert ours["certification"]["subject"] == "Acme receiver"
    assert ours["certification"]["version"] == "1.4.2"
    assert ours["certification"]["profile"] == "standard"
    assert ours["digests"] == {"description": "c" * 64, "suite": "b" * 64, "plan": "a" * 64, "log": log}
    assert {outcome["requirement"]: outcome["verdict"] for outcome in ours["outcomes"]}["W03"] == "NOT_OBSERVABLE"
    assert all(outcome["reason"] for outcome in ours["outcomes"] if outcome["verdict"] != "PASS")
    assert (ours["tested"], ours["expires"]) == ("2026-03-01T12:00:00Z", "2027-03-01T12:00:00Z")


def test_valid(make_certificate, signer):
    path, certificate = make_certificate()
    result = verify_certificate(path.read_bytes(), signer.public_key, SOON)
    assert result.standing is CertificateStanding.VALID
    assert result.certificate == certificate


@pytest.mark.parametrize(
    ("before", "expected"), [(SECOND, CertificateStanding.VALID), (0 * SECOND, CertificateStanding.EXPIRED)]
)
def test_it_expires_on_the_second(make_certificate, signer, before, expected):
    path, certificate = make_certificate(days=30)
    assert certificate.expires == NOW + dt.timedelta(days=30)
    assert standing(path, signer, certificate.expires - before) is expected


@pytest.mark.parametrize(
    ("before", "expected"), [(SECOND, CertificateStanding.EXPIRED), (0 * SECOND, CertificateStanding.VALID)]
)
def test_it_is_not_valid_before_it_was_issued(make_certificate, signer, before, expected):
    path, certificate = make_certificate()
    assert standing(path, signer, certificate.issued - before) is expected


def test_it_lasts_from_the_run_and_not_from_the_signature(make_certificate):
    with pytest.raises(UsageError, match="would have expired"):
        make_certificate(now=NOW + dt.timedelta(days=30), days=30)


def test_it_lasts_no_longer_than_its_waivers(tmp_path, signer):
    log = write_log(tmp_path / "run", {**GOOD, "W02": Verdict.FAIL})
    waiver = waivers.Waiver("W02", OPERATION, "known", "owner", "https://x", dt.date(2026, 3, 9))
    summary = waivers.apply(fold_log(log), [waiver], NOW.date())
    certificate = sign_certificate(summary, record_attempt(summary, log), signer, now=NOW)
    assert certificate.expires == dt.datetime(2026, 3, 10, tzinfo=dt.UTC)
    assert [waiver.requirement for waiver in certificate.waivers] == ["W02"]
    assert [outcome.requirement for outcome in certificate.outcomes if outcome.waived] == ["W02"]
    predicate = statement(tmp_path / "run/certificate.json")["predicate"]
    assert (predicate["result"], predicate["warnedTests"], predicate["failedTests"]) == ("WARNED", ["W02"], [])


def test_tampered_and_wrong_key_say_nothing_of_what_it_holds(make_certificate, signer):
    path, _ = make_certificate()
    other_signer = build_signer(Ed25519PrivateKey.generate())
    result = verify_certificate(path.read_bytes(), other_signer.public_key, SOON)
    assert (result.standing, result.certificate) == (CertificateStanding.WRONG_KEY, None)
    envelope = json.loads(path.read_bytes())
    envelope["payload"] = envelope["payload"][:-8] + "AAAA" + envelope["payload"][-4:]
    result = verify_certificate(json.dumps(envelope).encode(), signer.public_key, SOON)
    assert (result.standing, result.certificate) == (CertificateStanding.TAMPERED, None)


def test_the_log_matches_or_not(make_certificate, signer):
    path, certificate = make_certificate()
    log = (path.parent / "events.jsonl").read_bytes()
    assert hashlib.sha256(log).hexdigest() == certificate.digests.log
    assert standing(path, signer, log_sha256=certificate.digests.log) is CertificateStanding.VALID
    assert standing(path, signer, log_sha256=hashlib.sha256(log + b"\n").hexdigest()) is CertificateStanding.LOG_DIFFERS


def test_revoked(make_certificate, signer, tmp_path):
    path, _ = make_certificate()
    other_path, _ = make_certificate("other", now=NOW + SECOND, ended=NOW + SECOND)
    listed = tmp_path / "revocations.json"
    revoke_certificate(other_path, listed, signer, reason="its key leaked", now=SOON)
    assert standing(path, signer, revocations=listed) is CertificateStanding.VALID
    revoke_certificate(path, listed, signer, reason="another reason", now=SOON)
    assert standing(path, signer, revocations=listed) is CertificateStanding.REVOKED
    assert standing(other_path, signer, revocations=listed) is CertificateStanding.REVOKED
    with pytest.raises(CertificateError, match="was revoked on 2026-03-02: another reason"):
        revoke_certificate(path, listed, signer, reason="again", now=SOON)


def test_a_list_that_cannot_be_believed_is_no_acquittal(make_certificate, signer, tmp_path):
    path, _ = make_certificate()
    listed = tmp_path / "revocations.json"
    revoke_certificate(path, listed, signer, reason="why", now=SOON)
    envelope = json.loads(listed.read_bytes())
    empty = seal_payload(
        b'{"issued":"2026-01-01T00:00:00Z","revoked":[]}', LIST_TYPE, build_signer(Ed25519PrivateKey.generate())
    )
    listed.write_bytes(empty)
    assert standing(path, signer, revocations=listed) is CertificateStanding.WRONG_KEY
    envelope["payload"] = json.loads(empty)["payload"]
    listed.write_text(json.dumps(envelope))
    assert standing(path, signer, revocations=listed) is CertificateStanding.TAMPERED


def test_nobody_revokes_for_another(make_certificate, tmp_path):
    path, _ = make_certificate()
    with pytest.raises(CertificateError, match="signed by another key"):
        revoke_certificate(path, tmp_path / "list", build_signer(Ed25519PrivateKey.generate()), reason="why", now=SOON)
    assert not (tmp_path / "list").exists()


def test_failing_and_then_passing_is_attempt_two(make_certificate, signer, tmp_path):
    log = write_log(tmp_path / "first", {**GOOD, "W01": Verdict.FAIL})
    summary = fold_log(log)
    refused = record_attempt(summary, log)
    assert sign_certificate(summary, refused, signer, now=NOW) is None
    assert not (log.parent / "certificate.json").exists()
    path, certificate = make_certificate("second")
    assert certificate.attempts.number == 2
    assert [attempt.verdict for attempt in certificate.attempts.history] == ["violations", "conforms"]
    assert standing(path, signer, chain=tmp_path / "attempts") is CertificateStanding.VALID
    append_attempt(refused.chain.path, SUBJECT, at=NOW, verdict="violations", log_sha256="later")
    assert standing(path, signer, chain=refused.chain.path) is CertificateStanding.VALID


def test_a_chain_that_was_tampered_with_is_noticed(make_certificate, signer, tmp_path):
    make_certificate("first")
    path, certificate = make_certificate("second", now=NOW + SECOND, ended=NOW + SECOND)
    (chain,) = (tmp_path / "attempts").iterdir()
    first, second = chain.read_bytes().splitlines(keepends=True)
    for wrong in (first, first.replace(b"conforms", b"violated") + second, first + second.replace(b"1.4.2", b"1.4.3")):
        chain.write_bytes(wrong)
        assert standing(path, signer, chain=chain) is CertificateStanding.CHAIN_BROKEN
    chain.unlink()
    assert standing(path, signer, chain=chain) is CertificateStanding.CHAIN_BROKEN
    assert certificate.attempts.number == 2


def test_a_broken_chain_cannot_be_signed(make_certificate, signer, tmp_path):
    make_certificate("first")
    (chain,) = (tmp_path / "attempts").iterdir()
    chain.write_bytes(b"{}\n")
    log = write_log(tmp_path / "second", ended=NOW + SECOND)
    summary = fold_log(log)
    attempt = record_attempt(summary, log)
    assert "the chain of attempts is broken" in attempt.obstacles[0]
    assert sign_certificate(summary, attempt, signer, now=NOW) is None


def test_of_several_faults_the_gravest_decides(make_certificate, signer, tmp_path):
    path, certificate = make_certificate()
    listed = tmp_path / "revocations.json"
    revoke_certificate(path, listed, signer, reason="why", now=SOON)
    late = certificate.expires + SECOND
    nowhere = tmp_path / "none"
    assert standing(path, signer, late, revocations=listed, log_sha256="", chain=nowhere) is CertificateStanding.REVOKED
    assert standing(path, signer, late, log_sha256="", chain=nowhere) is CertificateStanding.LOG_DIFFERS
    assert standing(path, signer, late, chain=nowhere) is CertificateStanding.CHAIN_BROKEN
    assert standing(path, signer, late) is CertificateStanding.EXPIRED


@pytest.mark.parametrize("payload", [b"", b"{}", b"\xff", b'{"_type":"x","subject":[],"predicate":{}}'])
def test_what_is_signed_and_no_certificate_is_told(signer, payload):
    with pytest.raises(CertificateError, match="not a certificate"):
        verify_certificate(seal_payload(payload, PAYLOAD_TYPE, signer), signer.public_key, NOW)


def test_another_schema_is_told(make_certificate, signer):
    path, _ = make_certificate()
    document = statement(path)
    descriptor = document["predicate"]["configuration"][-1]
    content = base64.b64decode(descriptor["content"]).replace(b"evconform/certificate/2", b"evconform/certificate/1")
    descriptor["content"] = base64.b64encode(content).decode()
    with pytest.raises(CertificateError, match="evconform/certificate/2"):
        verify_certificate(seal_payload(msgspec.json.encode(document), PAYLOAD_TYPE, signer), signer.public_key, SOON)


def test_signing_twice_gives_the_same_bytes(make_certificate, signer, tmp_path):
    path, _ = make_certificate()
    before = path.read_bytes()
    summary = fold_log(path.parent / "events.jsonl")
    sign_certificate(summary, record_attempt(summary, path.parent / "events.jsonl"), signer, now=NOW + SECOND)
    assert path.read_bytes() == before
