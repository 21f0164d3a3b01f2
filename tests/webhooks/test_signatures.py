"""Signatures: the published vector, the library, and the vectors that partners get."""

import base64
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook, webhooks
from svix.webhooks import Webhook as Svix

import specs
from conformance.certify.webhook_receivers.vectors import build_vectors
from conformance.errors import UsageError
from conformance.webhooks.signatures import WebhookKey, build_signature_headers

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
SHIPPED: dict[str, Any] = json.loads(specs.find_data("webhooks/vectors.json").read_bytes())
IDS = st.text("abcdefghijklmnopqrstuvwxyz_0123456789", min_size=1)
TIMES = st.integers(0, 4_000_000_000)
BODIES = st.text(st.characters(exclude_categories=("Cs",))).map(str.encode)


def test_published_vector():
    key = WebhookKey(SECRET)
    signature = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    body = b'{"test": 2432232314}'
    assert key.sign("msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", body) == signature
    assert key.has_valid_signature("msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", body, signature)


@given(identifier=IDS, at=TIMES, body=BODIES)
def test_our_mac_is_the_library_s(identifier, at, body):
    theirs = Svix(SECRET).sign(identifier, datetime.fromtimestamp(at, UTC), body.decode())
    assert (
        theirs
        == WebhookKey(SECRET).sign(identifier, str(at), body)
        == "v1," + WebhookKey(SECRET).compute_mac(identifier, str(at), body)
    )


@given(identifier=IDS, stamp=st.text(), body=st.binary())
def test_anything_at_all_is_signed(identifier, stamp, body):
    stamp = stamp.encode("utf-8", "replace").decode()
    assert WebhookKey(SECRET).has_valid_signature(
        identifier, stamp, body, WebhookKey(SECRET).sign(identifier, stamp, body)
    )


@given(identifier=IDS, at=TIMES, body=BODIES, flip=st.integers(0))
def test_any_other_byte_is_refused(identifier, at, body, flip):
    key = WebhookKey(SECRET)
    signature = key.sign(identifier, str(at), body)
    content = f"{identifier}.{at}.".encode() + body
    place = flip % len(content)
    changed = content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]
    assert not key.has_valid_signature("", "", changed, signature)
    assert key.has_valid_signature(identifier, str(at), body, f"v1,{'A' * 43}= {signature}")
    assert not key.has_valid_signature(identifier, str(at), body, signature.replace("v1,", "v2,"))


@pytest.mark.parametrize(
    "secret",
    ["", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_", "whsec_not base64!", "whsec_c2hvcnQ=", "whsec_" + "A" * 400],
)
def test_a_wrong_secret_is_refused_and_not_shown(secret):
    with pytest.raises(UsageError) as fault:
        WebhookKey(secret)
    text = fault.value.message + fault.value.hint
    assert len(secret) < 8 or secret not in text
    assert "whsec_" in text


def test_secrets_without_padding_are_taken():
    assert WebhookKey("whsec_" + base64.b64encode(b"k" * 25).decode().rstrip("=")).compute_mac("a", "1", b"")


def test_a_key_shows_nothing():
    assert "MfKQ" not in repr(WebhookKey(SECRET))


@pytest.mark.parametrize("family", ["svix", "webhook"])
def test_both_families(family):
    assert [name for name, _ in build_signature_headers("a", "1", "v1,x", family=family)] == [
        f"{family}-{part}" for part in ("id", "timestamp", "signature")
    ]


def test_packaged_vectors_are_those_of_the_table():
    assert json.loads(json.dumps(build_vectors())) == SHIPPED


@pytest.mark.parametrize("vector", SHIPPED["vectors"], ids=lambda v: f"{v['requirement']} {v['name']}")
def test_the_official_library_agrees_with_each_vector(monkeypatch, vector):
    class Then(datetime):
        @classmethod
        def now(cls, tz=None):
            return cls.fromtimestamp(SHIPPED["now"], tz)

    monkeypatch.setattr(webhooks, "datetime", Then)
    headers = dict(vector["headers"])
    accepted = True
    try:
        Svix(SHIPPED["secret"]).verify(base64.b64decode(vector["body_base64"]), headers)
    except Exception:  # noqa: BLE001 - it raises what it likes where a header is malformed
        accepted = False
    assert accepted is vector["valid"]


def test_the_library_refuses_what_is_no_delivery():
    with pytest.raises(webhooks.WebhookVerificationError):
        Webhook(SECRET).verify(b"{}", {})
