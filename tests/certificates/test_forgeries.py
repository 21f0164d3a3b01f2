"""Forged certificates: none of them is accepted."""

import base64
import datetime as dt
import hashlib
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from conformance.certificates.envelope import seal_payload
from conformance.certificates.keys import build_signer
from conformance.certificates.statement import PAYLOAD_TYPE
from conformance.certificates.verification import CertificateStanding, verify_certificate
from conformance.errors import CertificateError
from conformance.model import Verdict
from tests.certificates.conftest import GOOD, NOW

SOON = NOW + dt.timedelta(days=1)
Change = Callable[[dict[str, Any]], Any]


def iterate_places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the path of each leaf of a JSON value."""
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    if not entries and not isinstance(value, (dict, list)):
        yield path
    for key, member in entries:
        yield from iterate_places(member, (*path, key))


def change_leaf(document: Any, path: tuple[Any, ...]) -> None:
    for key in path[:-1]:
        document = document[key]
    old = document[path[-1]]
    document[path[-1]] = not old if isinstance(old, bool) else old + 1 if isinstance(old, (int, float)) else f"{old}x"


def is_accepted(content: bytes, signer: Any) -> bool:
    try:
        return verify_certificate(content, signer.public_key, SOON).standing is CertificateStanding.VALID
    except CertificateError:
        return False


def test_no_changed_leaf_is_accepted(make_certificate, signer):
    """Change every leaf of the statement and of the certificate in it, under the old signature."""
    passed = {f"W{number:02}": Verdict.PASS for number in range(10, 20)}
    path, _ = make_certificate(verdicts={**GOOD, **passed, "W03": Verdict.NOT_OBSERVABLE, "W04": Verdict.REVIEW})
    envelope = json.loads(path.read_bytes())
    statement = json.loads(base64.b64decode(envelope["payload"]))
    content = json.loads(base64.b64decode(statement["predicate"]["configuration"][-1]["content"]))
    forgeries = []
    for place in iterate_places(statement):
        forged = json.loads(json.dumps(statement))
        change_leaf(forged, place)
        forgeries.append(forged)
    for place in iterate_places(content):
        certificate = json.loads(json.dumps(content))
        change_leaf(certificate, place)
        forgeries.append(embed(statement, json.dumps(certificate).encode()))
    assert len(forgeries) >= 100
    for forged in forgeries:
        payload = base64.b64encode(json.dumps(forged).encode()).decode()
        assert not is_accepted(json.dumps({**envelope, "payload": payload}).encode(), signer), forged
        resigned = seal_payload(json.dumps(forged).encode(), PAYLOAD_TYPE, build_signer(Ed25519PrivateKey.generate()))
        assert not is_accepted(resigned, signer), forged
        claimed = json.loads(resigned)
        claimed["signatures"][0]["keyid"] = signer.public_key.keyid
        assert not is_accepted(json.dumps(claimed).encode(), signer), forged


def embed(statement: dict[str, Any], content: bytes) -> dict[str, Any]:
    """Return the statement with another certificate, whose digest is right."""
    forged = json.loads(json.dumps(statement))
    descriptor = forged["predicate"]["configuration"][-1]
    descriptor["content"] = base64.b64encode(content).decode()
    descriptor["digest"] = {"sha256": hashlib.sha256(content).hexdigest()}
    return forged


def rename_log(statement: dict[str, Any]) -> None:
    statement["subject"][0]["digest"]["sha256"] = "0" * 64


def add_subject(statement: dict[str, Any]) -> None:
    statement["subject"].append({"name": "events.jsonl", "digest": {"sha256": "0" * 64}})


def remove_certificate(statement: dict[str, Any]) -> None:
    del statement["predicate"]["configuration"][-1]


def embed_two(statement: dict[str, Any]) -> None:
    statement["predicate"]["configuration"].append(statement["predicate"]["configuration"][-1])


def change_type(statement: dict[str, Any]) -> None:
    statement["predicateType"] = "https://in-toto.io/attestation/vulns/v0.1"


def add_field(statement: dict[str, Any]) -> None:
    statement["predicate"]["evconform_certificate"] = {}


def change_digest(statement: dict[str, Any]) -> None:
    statement["predicate"]["configuration"][-1]["digest"] = {"sha256": "0" * 64}


def change_encoding(statement: dict[str, Any]) -> None:
    statement["predicate"]["configuration"][-1]["content"] += "!"


@pytest.mark.parametrize(
    "change",
    [rename_log, add_subject, remove_certificate, embed_two, change_type, add_field, change_digest, change_encoding],
)
def test_a_statement_that_is_not_consistent_is_refused_even_if_signed(make_certificate, signer, change: Change):
    path, _ = make_certificate()
    statement = json.loads(base64.b64decode(json.loads(path.read_bytes())["payload"]))
    change(statement)
    with pytest.raises(CertificateError, match="signed, but"):
        verify_certificate(seal_payload(json.dumps(statement).encode(), PAYLOAD_TYPE, signer), signer.public_key, SOON)


@pytest.mark.parametrize("name", ["expires", "issued", "tested"])
def test_a_moment_without_a_zone_is_refused(make_certificate, signer, name):
    path, _ = make_certificate()
    statement = json.loads(base64.b64decode(json.loads(path.read_bytes())["payload"]))
    content = json.loads(base64.b64decode(statement["predicate"]["configuration"][-1]["content"]))
    content[name] = content[name].removesuffix("Z")
    forged = embed(statement, json.dumps(content).encode())
    with pytest.raises(CertificateError, match="signed, but"):
        verify_certificate(seal_payload(json.dumps(forged).encode(), PAYLOAD_TYPE, signer), signer.public_key, SOON)


def test_names_that_occur_twice_are_refused(make_certificate, signer):
    path, _ = make_certificate()
    content = path.read_bytes()
    payload = json.loads(content)["payload"]
    twice = content.replace(b'"payload":', b'"payload": "AAAA", "payload":', 1)
    with pytest.raises(CertificateError, match="occurs twice"):
        verify_certificate(twice, signer.public_key, SOON)
    statement = base64.b64decode(payload)
    for old, new in (
        (b'"predicate":', b'"predicate": {}, "predicate":'),
        (b'"result":', b'"result": "FAILED", "result":'),
    ):
        sealed = seal_payload(statement.replace(old, new, 1), PAYLOAD_TYPE, signer)
        with pytest.raises(CertificateError, match="occurs twice"):
            verify_certificate(sealed, signer.public_key, SOON)
