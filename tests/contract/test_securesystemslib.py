"""The behaviour of securesystemslib and cryptography on which the harness relies, checked with published vectors."""

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from securesystemslib.dsse import Envelope
from securesystemslib.exceptions import UnverifiedSignatureError, VerificationError
from securesystemslib.signer import Signature, SSlibKey

from conformance.certificates.keys import build_signer

# RFC 8032, section 7.1: secret key, public key, message, both halves of the signature
ED25519 = [
    (
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        (
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155",
            "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
        ),
    ),
    (
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        (
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da",
            "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
        ),
    ),
    (
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        (
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac",
            "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
        ),
    ),
]
# DSSE protocol 1.0, "Test Vectors"
BODY, KIND = b"hello world", "http://example.com/HelloWorld"
PAE = b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
X = 46950820868899156662930047687818585632848591499744589407958293238635476079160
Y = 5640078356564379163099075877009565129882514886557779369047442380624545832820
SIG = "A3JqsQGtVsJ2O2xqrI5IcnXip5GToJ3F+FnZ+O88SjtR6rDAajabZKciJTfUiHqJPcIAriEGAHTVeCUjW2JIZA=="


@pytest.mark.parametrize(("secret", "public", "message", "halves"), ED25519)
def test_signatures_are_those_of_the_rfc(secret, public, message, halves):
    signer = build_signer(ed25519.Ed25519PrivateKey.from_private_bytes(bytes.fromhex(secret)))
    assert signer.public_key.keyval == {"public": public}
    made = signer.sign(bytes.fromhex(message))
    assert (made.signature, made.keyid) == ("".join(halves), signer.public_key.keyid)
    signer.public_key.verify_signature(made, bytes.fromhex(message))
    with pytest.raises(UnverifiedSignatureError):
        signer.public_key.verify_signature(made, bytes.fromhex(message) + b"\0")


def test_the_signed_bytes_follow_the_specification():
    assert Envelope(BODY, KIND, {}).pae() == PAE


def test_lengths_count_bytes():
    assert Envelope(b"", "ä", {}).pae() == b"DSSEv1 2 \xc3\xa4 0 "


def test_the_envelope_of_the_specification_verifies():
    point = ec.EllipticCurvePublicNumbers(X, Y, ec.SECP256R1()).public_key()
    key = SSlibKey.from_crypto(point, keyid="example")
    raw = base64.b64decode(SIG)
    der = encode_dss_signature(int.from_bytes(raw[:32]), int.from_bytes(raw[32:]))
    envelope = Envelope(BODY, KIND, {"example": Signature("example", der.hex())})
    assert envelope.verify([key], 1) == {"example": key}
    with pytest.raises(VerificationError):
        Envelope(BODY + b"!", KIND, envelope.signatures).verify([key], 1)


def test_an_envelope_is_written_as_the_specification_has_it():
    signer = build_signer(ed25519.Ed25519PrivateKey.from_private_bytes(bytes.fromhex(ED25519[0][0])))
    envelope = Envelope(BODY, KIND, {})
    envelope.sign(signer)
    written = envelope.to_dict()
    assert written["payload"] == "aGVsbG8gd29ybGQ="
    assert written["payloadType"] == KIND
    assert [set(signature) for signature in written["signatures"]] == [{"keyid", "sig"}]
