"""Keys on disk: made for their owner, never over another file, read with clear words."""

import hashlib
import shutil
import subprocess

import pytest
from cryptography.hazmat.primitives import serialization as s
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from conformance.certificates.keys import (
    PRIVATE_KEY_FILE,
    PUBLIC_KEY_FILE,
    create_keys,
    load_private_key,
    load_public_key,
)
from conformance.errors import CertificateError


def test_a_pair_is_one(tmp_path):
    made = create_keys(tmp_path / "deep/keys")
    assert made.private.stat().st_mode & 0o777 == 0o600
    assert made.private.read_bytes().startswith(b"-----BEGIN PRIVATE KEY-----")
    assert made.public.read_bytes().startswith(b"-----BEGIN PUBLIC KEY-----")
    assert load_private_key(made.private).public_key == load_public_key(made.public)
    assert load_public_key(made.public).keyid == made.id
    assert create_keys(tmp_path / "others").id != made.id


def test_anybody_can_compute_the_key_id(tmp_path):
    if not shutil.which("openssl"):
        pytest.skip("openssl is not installed")
    made = create_keys(tmp_path)
    command = ["openssl", "pkey", "-pubin", "-in", made.public, "-outform", "DER"]
    der = subprocess.run(command, check=True, capture_output=True).stdout
    assert hashlib.sha256(der).hexdigest() == made.id


@pytest.mark.parametrize("name", [PRIVATE_KEY_FILE, PUBLIC_KEY_FILE])
def test_nothing_is_overwritten(tmp_path, name):
    (tmp_path / name).write_text("mine")
    with pytest.raises(CertificateError, match="exists already"):
        create_keys(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert (tmp_path / name).read_text() == "mine"


def test_a_dangling_link_is_not_written_through(tmp_path):
    (tmp_path / PRIVATE_KEY_FILE).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(CertificateError):
        create_keys(tmp_path)
    assert not (tmp_path / "elsewhere").exists()


def pem(key, password=None):
    protection = s.BestAvailableEncryption(password) if password else s.NoEncryption()
    return key.private_bytes(s.Encoding.PEM, s.PrivateFormat.PKCS8, protection)


def public_pem(key):
    return key.public_key().public_bytes(s.Encoding.PEM, s.PublicFormat.SubjectPublicKeyInfo)


ED, EC = ed25519.Ed25519PrivateKey.generate(), ec.generate_private_key(ec.SECP256R1())


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "holds no private key"),
        (b"\xff\x00", "holds no private key"),
        (pem(ED)[:60], "holds no private key"),
        (pem(EC), "another kind"),
        (pem(ED, b"passphrase"), "protected by a passphrase"),
        (public_pem(ED), "holds no private key"),
    ],
    ids=["nothing", "bytes", "half a key", "another kind", "protected", "public"],  # keys are new in every process
)
def test_what_cannot_sign_is_told_and_not_shown(tmp_path, content, words):
    (tmp_path / "key").write_bytes(content)
    with pytest.raises(CertificateError, match=words) as error:
        load_private_key(tmp_path / "key")
    assert not any(line in error.value.message + error.value.hint for line in content.decode("latin-1").split()[3:-3])


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"", "holds no public key"), (pem(ED), "holds no public key"), (public_pem(EC), "another kind")],
    ids=["nothing", "private", "another kind"],
)
def test_what_cannot_verify_is_told(tmp_path, content, words):
    (tmp_path / "key").write_bytes(content)
    with pytest.raises(CertificateError, match=words):
        load_public_key(tmp_path / "key")


def test_a_file_that_is_not_there_is_told(tmp_path):
    with pytest.raises(CertificateError, match="cannot be read"):
        load_private_key(tmp_path / "none")
