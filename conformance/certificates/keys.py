"""Ed25519 keys in PEM files; the SHA-256 of its public half (DER, SubjectPublicKeyInfo) names a key."""

import hashlib
import os
from pathlib import Path

import msgspec
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)
from securesystemslib.signer import CryptoSigner as Signer
from securesystemslib.signer import SSlibKey as PublicKey

from conformance.certificates.files import read_file
from conformance.errors import CertificateError

PRIVATE_KEY_FILE, PUBLIC_KEY_FILE = "evconform.key.pem", "evconform.pub.pem"
_NEW = "Make a pair of keys with: evconform keys new"


class KeyFiles(msgspec.Struct, frozen=True):
    """A pair of key files, and the id by which certificates name the key."""

    private: Path
    public: Path
    id: str


def create_keys(directory: Path) -> KeyFiles:
    """Make a pair of keys; only its owner can read the private key (mode 0600).

    Raises CertificateError if one of the files exists or cannot be written.
    """
    private, public = directory / PRIVATE_KEY_FILE, directory / PUBLIC_KEY_FILE
    signer = build_signer(Ed25519PrivateKey.generate())
    for path in (private, public):
        if path.exists() or path.is_symlink():
            raise CertificateError(
                f"{path} exists already", hint="Keys are never overwritten: name another folder with --out"
            )
    try:
        directory.mkdir(parents=True, exist_ok=True)
        _create_file(private, signer.private_bytes, 0o600)
        _create_file(public, _encode_pem(signer.public_key), 0o644)
    except OSError as error:
        raise CertificateError(f"{error.filename} cannot be written: {error.strerror}") from error
    return KeyFiles(private, public, signer.public_key.keyid)


def build_signer(key: Ed25519PrivateKey) -> Signer:
    """Return the signer of a private key."""
    return Signer(key, build_public_key(key.public_key()))


def build_public_key(key: Ed25519PublicKey) -> PublicKey:
    """Return the verifier of a public key, under its id."""
    der = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return PublicKey.from_crypto(key, keyid=hashlib.sha256(der).hexdigest())


def load_private_key(path: Path) -> Signer:
    """Return the signer of a PEM file; raises CertificateError, which never quotes the file."""
    content = read_file(path)
    try:
        key = load_pem_private_key(content, password=None)
    except TypeError as error:
        raise CertificateError(
            f"{path} is protected by a passphrase", hint="Name a key without a passphrase"
        ) from error
    except (ValueError, UnsupportedAlgorithm):
        hint = "This is a public key: sign with the private key" if b"PUBLIC KEY" in content else _NEW
        raise CertificateError(f"{path} holds no private key in PEM format", hint=hint) from None
    if not isinstance(key, Ed25519PrivateKey):
        raise CertificateError(f"{path} must hold an Ed25519 private key, got another kind", hint=_NEW)
    return build_signer(key)


def load_public_key(path: Path) -> PublicKey:
    """Return the public key of a PEM file; raises CertificateError, which never quotes the file."""
    content = read_file(path)
    try:
        key = load_pem_public_key(content)
    except (ValueError, UnsupportedAlgorithm):
        is_private = b"PRIVATE KEY" in content
        hint = (
            "This is a private key: verify with the public key" if is_private else "Ask the issuer for its public key"
        )
        raise CertificateError(f"{path} holds no public key in PEM format", hint=hint) from None
    if not isinstance(key, Ed25519PublicKey):
        raise CertificateError(f"{path} must hold an Ed25519 public key, got another kind")
    return build_public_key(key)


def _create_file(path: Path, content: bytes, mode: int) -> None:
    """Write a new file with a mode; raises FileExistsError if it exists."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
        file.write(content)


def _encode_pem(key: PublicKey) -> bytes:
    """Return a public key in PEM format."""
    public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(key.keyval["public"]))
    return public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
