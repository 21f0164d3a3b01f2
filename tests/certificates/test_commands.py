"""The commands as people and CI call them: files, output, and exit codes."""

import base64
import json
import re
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from conformance.certificates.issuance import record_attempt, sign_certificate
from conformance.certificates.keys import load_private_key
from conformance.certificates.statement import CertifiedOutcome
from conformance.certificates.verification import CertificateStanding, Remark, Verification
from conformance.cli.verification import as_text
from conformance.model import Level, Verdict
from conformance.webhooks.loopback_server import serve_on_loopback
from tests.certificates.conftest import GOOD, fold_log, write_log
from tests.receivers.sample import PREVIOUS, SECRET, Receiver

TODAY = datetime.now(UTC).replace(microsecond=0)


@pytest.fixture
def signed_run(evconform, keys, tmp_path):
    """Return the directory of a signed run log of today."""
    log = write_log(tmp_path / "run", ended=TODAY)
    code, out, err = evconform("certify", "sign", log.parent, "--key", keys.private)
    assert code == 0, out + err
    return log.parent


def run_verify(evconform, keys, directory, *options):
    return evconform("verify", directory / "certificate.json", "--key", keys.public, *options)


def test_valid(evconform, keys, signed_run, tmp_path):
    code, out, _ = run_verify(
        evconform, keys, signed_run, "--log", signed_run / "events.jsonl", "--attempts", tmp_path / "attempts"
    )
    assert code == 0
    assert out.startswith("VALID\n")
    assert "Acme receiver 1.4.2, webhook receiver, profile standard" in out
    assert "attempt 1 of 1 in an unbroken chain" in out


def test_what_is_judged_in_several_places_is_told_with_its_place(make_certificate):
    _, certificate = make_certificate()
    declined = CertifiedOutcome("C09", "TASK sign_in", Level.MUST, Verdict.NOT_APPLICABLE, "declined")
    on_any_task = CertifiedOutcome("C12", "TASK *", Level.MUST, Verdict.NOT_APPLICABLE, "nothing came")
    passed = msgspec.structs.replace(declined, operation="TASK list_vehicles", verdict=Verdict.PASS)
    several = msgspec.structs.replace(certificate, outcomes=(passed, declined, on_any_task))
    text = as_text(Verification(several, (Remark(CertificateStanding.VALID, "signed"),)))
    assert "not applicable: C09 (MUST) on TASK sign_in: declined" in text
    assert "not applicable: C12 (MUST): nothing came" in text


def test_json(evconform, keys, signed_run):
    code, out, _ = run_verify(evconform, keys, signed_run, "--json")
    report = json.loads(out)
    assert (code, report["exit_code"], report["standing"]) == (0, 0, "valid")
    assert report["certificate"]["certification"]["version"] == "1.4.2"


def test_tampered(evconform, keys, signed_run):
    envelope = json.loads((signed_run / "certificate.json").read_text())
    payload = base64.b64decode(envelope["payload"]).replace(b'"PASSED"', b'"WARNED"')
    envelope["payload"] = base64.b64encode(payload).decode()
    (signed_run / "certificate.json").write_text(json.dumps(envelope))
    code, out, _ = run_verify(evconform, keys, signed_run)
    assert (code, out.split("\n")[0]) == (10, "TAMPERED")
    assert "1.4.3" not in out


def test_wrong_key(evconform, keys, signed_run):
    assert evconform("keys", "new", "--out", "others")[0] == 0
    code, out, _ = evconform("verify", signed_run / "certificate.json", "--key", "others/evconform.pub.pem")
    assert (code, out.split("\n")[0]) == (11, "WRONG KEY")


def test_expired(evconform, keys, tmp_path):
    long_ago = TODAY - timedelta(days=40)
    log = write_log(tmp_path / "run", ended=long_ago)
    summary = fold_log(log)
    sign_certificate(summary, record_attempt(summary, log), load_private_key(keys.private), now=long_ago, days=30)
    code, out, _ = run_verify(evconform, keys, log.parent, "--badge", "badge.json")
    assert (code, out.split("\n")[0]) == (12, "EXPIRED")
    assert json.loads((tmp_path / "badge.json").read_text())["message"] == "expired"


def test_another_log(evconform, keys, signed_run):
    (signed_run / "events.jsonl").write_bytes((signed_run / "events.jsonl").read_bytes() + b"\n")
    code, out, _ = run_verify(evconform, keys, signed_run, "--log", signed_run / "events.jsonl")
    assert (code, out.split("\n")[0]) == (13, "LOG DIFFERS")


def test_revoked(evconform, keys, signed_run, tmp_path):
    revoking = ("keys", "revoke", signed_run / "certificate.json", "--key", keys.private, "--reason", "a new\nfault")
    assert evconform(*revoking)[0] == 0
    code, out, _ = run_verify(evconform, keys, signed_run, "--revocations", "revocations.json", "--badge", "badge.json")
    assert (code, out.split("\n")[0]) == (14, "REVOKED")
    assert json.loads((tmp_path / "badge.json").read_text())["message"] == "revoked"
    assert evconform(*revoking)[0] == 2


def test_a_broken_chain(evconform, keys, signed_run, tmp_path):
    (chain,) = (tmp_path / "attempts").iterdir()
    chain.write_bytes(chain.read_bytes().replace(b"conforms", b"violated"))
    code, out, _ = run_verify(evconform, keys, signed_run, "--attempts", chain)
    assert (code, out.split("\n")[0]) == (15, "CHAIN BROKEN")


@pytest.mark.parametrize("content", ["", "{}", "[1]", '{"payload": 1}', "\x00"])
def test_a_malformed_file_is_told(evconform, keys, tmp_path, content):
    (tmp_path / "certificate.json").write_text(content)
    code, _, err = run_verify(evconform, keys, tmp_path)
    assert code == 2
    assert "A certificate is expected" in err


def test_a_file_that_is_not_there_is_told(evconform, keys, tmp_path):
    assert run_verify(evconform, keys, tmp_path / "none")[0] == 2
    assert evconform("certify", "sign", tmp_path / "none", "--key", keys.private)[0] == 2


REFUSED = [
    ({"verdicts": {}}, 3, "nothing was planned"),
    ({"verdicts": {**GOOD, "W01": Verdict.FAIL}}, 1, "1 MUST requirement violated"),
    ({"verdicts": {**GOOD, "W01": Verdict.ERROR}}, 4, "internal error of the harness"),
    ({"verdicts": {**GOOD, "W01": Verdict.INCONCLUSIVE}}, 3, "W01 is inconclusive"),
    ({"verdicts": {**GOOD, "W01": Verdict.NOT_TESTED}}, 3, "W01 is not tested"),
    ({"ended": None}, 3, "the run log is incomplete"),
    ({"known": ("W07",)}, 3, "W07 left out"),
]


@pytest.mark.parametrize(("options", "exit_code", "words"), REFUSED)
def test_what_cannot_be_signed_is_refused_with_words(evconform, keys, tmp_path, options, exit_code, words):
    log = write_log(tmp_path / "run", **{"ended": TODAY, **options})
    code, out, _ = evconform("certify", "sign", log.parent, "--key", keys.private, "--format", "badge")
    assert code == exit_code
    assert words in out.partition("no certificate:")[2]
    assert not (log.parent / "certificate.json").exists()
    assert json.loads((log.parent / "badge.json").read_text())["message"] != "certified"


def test_a_plain_run_is_not_certified(evconform, keys, tmp_path):
    log = write_log(tmp_path / "run", ended=TODAY, certification=None)
    code, _, err = evconform("certify", "sign", log.parent, "--key", keys.private)
    assert (code, "certifies no subject" in err) == (2, True)


def test_a_waiver_lets_it_pass_and_is_told(evconform, keys, tmp_path):
    log = write_log(tmp_path / "run", {**GOOD, "W02": Verdict.FAIL}, ended=TODAY)
    until = (TODAY + timedelta(days=10)).date()
    (tmp_path / "waivers.toml").write_text(
        f'[[waiver]]\nrequirement = "W02"\noperation = "POST webhook"\nreason = "mended in May"\n'
        f'owner = "Ada"\nissue = "https://x.example/1"\nexpires = {until}\n'
    )
    assert evconform("certify", "sign", log.parent, "--key", keys.private)[0] == 1
    code, out, err = evconform("certify", "sign", log.parent, "--key", keys.private, "--waivers", "waivers.toml")
    assert code == 0, out + err
    out = run_verify(evconform, keys, log.parent)[1]
    assert f"waived: W02 until {until}, Ada: mended in May" in out
    assert f"valid until {until + timedelta(days=1)} 00:00 UTC" in out


def certify(evconform, receiver, *options):
    with serve_on_loopback(receiver.app) as origin:
        return evconform(
            *("certify", "webhooks", "--endpoint", f"{origin}/webhook", "--secret", SECRET),
            *("--previous-secret", PREVIOUS, "--observe", f"{origin}/effects", "--subject", "Acme receiver"),
            *options,
        )


def test_failing_and_then_passing_ends_in_a_certificate_of_attempt_two(evconform, keys, tmp_path):
    asked = ("--sign", keys.private, "--subject-version", "1.4.2", "--format", "badge")
    code, out, _ = certify(evconform, Receiver("no dedupe"), *asked, "--report-dir", "out/first")
    assert (code, "attempt 1 of Acme receiver 1.4.2" in out) == (1, True)
    assert not (tmp_path / "out/first/certificate.json").exists()
    code, out, err = certify(evconform, Receiver(), *asked, "--report-dir", "out/second")
    assert code == 0, out + err
    assert "certificate.json is valid until" in out
    assert json.loads((tmp_path / "out/second/badge.json").read_text())["message"] == "certified"
    log, chains = tmp_path / "out/second/events.jsonl", tmp_path / "out/attempts"
    code, out, _ = run_verify(evconform, keys, log.parent, "--log", log, "--attempts", chains)
    assert (code, "attempt 2: violations, conforms" in out) == (0, True)
    secrets = keys.private.read_text().split("\n")[1:-2]
    written_files = [path for path in tmp_path.rglob("*") if path.is_file() and path != keys.private]
    assert len(written_files) > 8
    assert not [path for path in written_files if any(line.encode() in path.read_bytes() for line in secrets)]


def test_a_certificate_needs_a_version_before_anything_is_sent(evconform, keys):
    code, out, err = certify(evconform, Receiver(), "--sign", keys.private)
    assert (code, out) == (2, "")
    assert "--subject-version" in err


def test_a_key_that_cannot_be_read_is_told_before_anything_is_sent(evconform):
    code, out, err = certify(evconform, Receiver(), "--sign", "none.pem", "--subject-version", "1")
    assert (code, out) == (2, "")
    assert "none.pem cannot be read" in err


def test_the_private_key_is_never_said(evconform, keys, signed_run):
    secret = keys.private.read_text().split("\n")[1]
    for options in (("keys", "new", "--out", keys.private.parent), ("verify", keys.private, "--key", keys.private)):
        code, out, err = evconform(*options)
        assert code == 2
        assert secret not in out + err


def test_a_report_built_anew_keeps_page_and_certificate_and_claims_no_more(evconform, signed_run, tmp_path):
    (chain,) = (tmp_path / "attempts").iterdir()
    before, attempts = (signed_run / "report.html").read_bytes(), chain.read_bytes()
    assert evconform("report", "build", signed_run, "--format", "html", "--format", "badge")[0] == 0
    assert (signed_run / "report.html").read_bytes() == before
    assert chain.read_bytes() == attempts
    assert json.loads((signed_run / "badge.json").read_text())["message"] == "conforms"


def test_a_certificate_of_another_record_is_not_shown(evconform, signed_run, tmp_path):
    log = write_log(tmp_path / "other", ended=TODAY - timedelta(seconds=1))
    (log.parent / "certificate.json").write_bytes((signed_run / "certificate.json").read_bytes())
    assert evconform("report", "build", log, "--format", "html")[0] == 0
    assert "Passed; no certificate has been signed" in (log.parent / "report.html").read_text()


def test_reports_are_written_though_attempts_cannot_be(evconform, keys, tmp_path):
    (tmp_path / "attempts").write_text("a file where a folder should be")
    log = write_log(tmp_path / "run", ended=TODAY)
    code, _, err = evconform("certify", "sign", log.parent, "--key", keys.private)
    assert (code, "attempts" in err) == (2, True)
    assert (log.parent / "report.html").exists()


def test_a_verifier_of_other_making_agrees(keys, signed_run, tmp_path):
    """OpenSSL, over the encoding of DSSE protocol 1.0, "Signature Definition"."""
    if not shutil.which("openssl"):
        pytest.skip("openssl is not installed")
    envelope = json.loads((signed_run / "certificate.json").read_text())
    kind, payload = envelope["payloadType"], base64.b64decode(envelope["payload"])
    (tmp_path / "signature").write_bytes(base64.b64decode(envelope["signatures"][0]["sig"]))

    def is_accepted(content: bytes) -> bool:
        (tmp_path / "signed").write_bytes(content)
        command = ["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", keys.public, "-rawin"]
        files = ["-in", tmp_path / "signed", "-sigfile", tmp_path / "signature"]
        return subprocess.run([*command, *files], capture_output=True, check=False).returncode == 0

    whole = b"DSSEv1 %d %s %d %s" % (len(kind), kind.encode(), len(payload), payload)
    assert is_accepted(whole)
    assert not is_accepted(whole + b" ")


def test_help_and_documentation_name_every_exit_code(evconform):
    help_text = evconform("verify", "--help")[1]
    page = (Path(__file__).parents[2] / "docs/certificates.md").read_text()
    for standing in CertificateStanding:
        assert re.search(rf"\b{int(standing)}\b", help_text)
        assert f"| {int(standing)} |" in page


def test_chains_can_be_kept_elsewhere(evconform, keys, tmp_path):
    log = write_log(tmp_path / "run", ended=TODAY)
    assert evconform("certify", "sign", log.parent, "--key", keys.private, "--attempts", "elsewhere")[0] == 0
    assert not (tmp_path / "attempts").exists()
    assert run_verify(evconform, keys, log.parent, "--attempts", "elsewhere")[0] == 0
    assert evconform("report", "build", log.parent, "--format", "html")[0] == 0
    assert "unknown: the chain of attempts does not hold it" in (log.parent / "report.html").read_text()
