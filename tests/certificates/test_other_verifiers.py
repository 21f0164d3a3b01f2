"""Other verifiers accept a certificate: securesystemslib, in-toto-attestation's strict types, and JavaScript."""

import base64
import json
import shutil
import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from google.protobuf import json_format
from in_toto_attestation.predicates.test_result.v0 import test_result_pb2
from in_toto_attestation.v1.statement import Statement
from securesystemslib.dsse import Envelope

from conformance.model import Verdict
from tests.certificates.conftest import GOOD

VERIFIER = Path(__file__).with_name("verify_dsse.mjs")


@pytest.fixture
def certificate(make_certificate) -> Path:
    path, _ = make_certificate(verdicts={**GOOD, "W03": Verdict.NOT_OBSERVABLE, "S02": Verdict.WARN})
    return path


def test_securesystemslib_verifies_the_envelope(certificate, signer):
    envelope = Envelope.from_dict(json.loads(certificate.read_bytes()))
    accepted = envelope.verify([signer.public_key], 1)
    assert list(accepted) == [signer.public_key.keyid]


def test_the_types_of_in_toto_accept_statement_and_predicate(certificate):
    """Parse strictly: an unknown field is an error in `json_format.ParseDict`."""
    statement = json.loads(base64.b64decode(json.loads(certificate.read_bytes())["payload"]))
    parsed = Statement([], "", {})
    json_format.ParseDict(statement, parsed.pb)
    parsed.validate()
    result = json_format.ParseDict(statement["predicate"], test_result_pb2.TestResult())
    assert result.result == "WARNED"
    assert list(result.warned_tests) == ["S02"]
    content = next(entry.content for entry in result.configuration if entry.name == "certificate")
    assert json.loads(content)["schema"] == "evconform/certificate/2"


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")
def test_javascript_verifies_the_envelope(certificate, tmp_path):
    public = tmp_path / "public.pem"
    key = Ed25519PrivateKey.from_private_bytes(bytes(range(32))).public_key()
    public.write_bytes(key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    command = ["node", str(VERIFIER), str(certificate), str(public)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.strip()) == (0, "WARNED"), done.stderr
    forged = json.loads(certificate.read_bytes())
    forged["payload"] = base64.b64encode(base64.b64decode(forged["payload"]).replace(b"WARNED", b"PASSED")).decode()
    copy = tmp_path / "forged.json"
    copy.write_text(json.dumps(forged))
    refused = subprocess.run(["node", str(VERIFIER), str(copy), str(public)], capture_output=True, check=False)
    assert refused.returncode == 1
