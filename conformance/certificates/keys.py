"""Ed25519 keys in PEM files; a key is named by the SHA-256 of its public half (DER, SubjectPublicKeyInfo)."""

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

from conformance.certificates.files import read
from conformance.errors import CertificateError

PRIVATE, PUBLIC = "evconform.key.pem", "evconform.pub.pem"
_NEW = "Make a pair with: evconform keys new"


class KeyFiles(msgspec.Struct, frozen=True):
    """A pair of keys on disk, and the id that certificates name it by."""

    private: Path
    public: Path
    id: str


def new_keys(directory: Path) -> KeyFiles:
    """Make a pair of keys: the private one readable by its owner alone (mode 0600), neither over another file.

    Raises CertificateError where one of the files is there already, or cannot be written.
    """
    private, public = directory / PRIVATE, directory / PUBLIC
    signer = signer_of(Ed25519PrivateKey.generate())
    for path in (private, public):
        if path.exists() or path.is_symlink():
            raise CertificateError(f"{path} is there already", hint="Keys are never overwritten: name another --out.")
    try:
        directory.mkdir(parents=True, exist_ok=True)
        _create(private, signer.private_bytes, 0o600)
        _create(public, _pem(signer.public_key), 0o644)
    except OSError as fault:
        raise CertificateError(f"{fault.filename} cannot be written: {fault.strerror}") from fault
    return KeyFiles(private, public, signer.public_key.keyid)


def signer_of(key: Ed25519PrivateKey) -> Signer:
    """What signs with a private key."""
    return Signer(key, public_of(key.public_key()))


def public_of(key: Ed25519PublicKey) -> PublicKey:
    """What verifies with a public key, under our id of it."""
    der = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return PublicKey.from_crypto(key, keyid=hashlib.sha256(der).hexdigest())


def private_key(path: Path) -> Signer:
    """The signer of a PEM file; raises CertificateError, which never quotes the file."""
    content = read(path)
    try:
        key = load_pem_private_key(content, password=None)
    except TypeError as fault:
        raise CertificateError(f"{path} is protected by a passphrase", hint="Name a key without one.") from fault
    except (ValueError, UnsupportedAlgorithm):
        hint = "That is the public half; its owner signs with the other." if b"PUBLIC KEY" in content else _NEW
        raise CertificateError(f"{path} holds no private key in PEM", hint=hint) from None
    if not isinstance(key, Ed25519PrivateKey):
        raise CertificateError(f"{path} holds a private key of another kind than Ed25519", hint=_NEW)
    return signer_of(key)


def public_key(path: Path) -> PublicKey:
    """The public key of a PEM file; raises CertificateError, which never quotes the file."""
    content = read(path)
    try:
        key = load_pem_public_key(content)
    except (ValueError, UnsupportedAlgorithm):
        private = b"PRIVATE KEY" in content
        hint = (
            "That is a private key: verify with the public half." if private else "Ask the issuer for its public key."
        )
        raise CertificateError(f"{path} holds no public key in PEM", hint=hint) from None
    if not isinstance(key, Ed25519PublicKey):
        raise CertificateError(f"{path} holds a public key of another kind than Ed25519")
    return public_of(key)


def _create(path: Path, content: bytes, mode: int) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
        file.write(content)


def _pem(key: PublicKey) -> bytes:
    public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(key.keyval["public"]))
    return public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
