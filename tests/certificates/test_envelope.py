"""An envelope opens under the key that sealed it, to the bytes that were sealed, and in no other case."""

import json

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from conformance.certificates.envelope import SignatureState, open_envelope, seal_payload
from conformance.certificates.keys import build_signer
from conformance.errors import CertificateError

TYPE = "application/vnd.example+json"
SIGNER = build_signer(Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
OTHER = build_signer(Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33))))
PAYLOAD = b'{"result": "PASSED", "n": 42}'
ENVELOPE = seal_payload(PAYLOAD, TYPE, SIGNER)


def open_it(content, key=SIGNER.public_key, kind=TYPE):
    return open_envelope(content, kind, key, document="A thing")


def change_envelope(change):
    envelope = json.loads(ENVELOPE)
    change(envelope)
    return json.dumps(envelope).encode()


@given(st.binary(), st.text())
def test_what_was_sealed_opens(payload, kind):
    try:
        kind.encode()
    except UnicodeEncodeError:
        return
    envelope = open_it(seal_payload(payload, kind, SIGNER), kind=kind)
    assert (envelope.state, envelope.payload) == (SignatureState.INTACT, payload)


@pytest.mark.parametrize("field", ["payload", "sig"])
def test_each_character_of_payload_and_signature_counts(field):
    """Try every position with every other character of base64 and some that are none."""
    alphabet = "ABab01+/=-_ !"
    place = json.loads(ENVELOPE)
    text = place["payload"] if field == "payload" else place["signatures"][0]["sig"]
    for at in range(len(text)):
        for character in alphabet:
            if character == text[at] or {character, text[at]} in ({"+", "-"}, {"/", "_"}):
                continue
            wrong = text[:at] + character + text[at + 1 :]

            def put(envelope, wrong=wrong):
                (envelope if field == "payload" else envelope["signatures"][0])[field] = wrong

            assert open_it(change_envelope(put)).state is SignatureState.TAMPERED, (at, character)


@given(st.integers(0, len(ENVELOPE) - 1), st.integers(0, 255))
def test_no_change_of_the_file_yields_other_bytes(at, byte):
    try:
        envelope = open_it(ENVELOPE[:at] + bytes([byte]) + ENVELOPE[at + 1 :])
    except CertificateError:
        return
    assert envelope.payload == (PAYLOAD if envelope.state is SignatureState.INTACT else b"")


def test_another_key_is_told_from_tampering():
    assert open_it(ENVELOPE, OTHER.public_key).state is SignatureState.WRONG_KEY
    assert open_it(seal_payload(PAYLOAD, TYPE, OTHER)).state is SignatureState.WRONG_KEY


def test_who_puts_our_name_on_another_signature_tampers():
    def rename(envelope):
        envelope["signatures"] = json.loads(seal_payload(PAYLOAD, TYPE, OTHER))["signatures"]
        envelope["signatures"][0]["keyid"] = SIGNER.public_key.keyid

    assert open_it(change_envelope(rename)).state is SignatureState.TAMPERED


def test_a_key_id_is_optional_and_url_safe_base64_is_read():
    def reword(envelope):
        del envelope["signatures"][0]["keyid"]
        envelope["signatures"][0]["sig"] = envelope["signatures"][0]["sig"].replace("+", "-").replace("/", "_")

    assert open_it(change_envelope(reword)).state is SignatureState.INTACT


def test_the_type_is_signed_too():
    assert (
        open_it(change_envelope(lambda envelope: envelope.update(payloadType="another"))).state
        is SignatureState.TAMPERED
    )
    with pytest.raises(CertificateError, match="is expected, got a signed"):
        open_it(ENVELOPE, kind="another")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"\xff",
        b'{"payload": "", "payloadType": ""}',
        b'{"payload":"","payloadType":"","signatures":[]}',
    ],
)
def test_what_is_no_envelope_is_told(content):
    with pytest.raises(CertificateError, match="A thing is expected"):
        open_it(content)
