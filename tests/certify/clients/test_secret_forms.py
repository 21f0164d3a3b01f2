"""Secrets of a client are recognised in every form, in front of and behind other text."""

import base64
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.certify.api_clients.trace import Trace

SECRETS = st.text("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_", min_size=20, max_size=60)
BESIDE = st.text("abcdefghijklmnopqrstuvwxyz:. ", max_size=12)
WRITINGS = {
    "as it is": lambda text: text,
    "percent-encoded": lambda text: quote(text, safe=""),
    "percent-encoded twice": lambda text: quote(quote(text, safe=""), safe=""),
    "reversed": lambda text: text[::-1],
    "hexadecimal": lambda text: text.encode().hex(),
    "upper hexadecimal": lambda text: text.encode().hex().upper(),
    "hexadecimal of the reversed": lambda text: text[::-1].encode().hex(),
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "base64url": lambda text: base64.urlsafe_b64encode(text.encode()).decode().rstrip("="),
    "quoted base64": lambda text: quote(base64.b64encode(text.encode()).decode(), safe=""),
    "base64 of the reversed": lambda text: base64.b64encode(text[::-1].encode()).decode(),
}


@pytest.mark.parametrize("writing", WRITINGS)
@given(secret=SECRETS, before=BESIDE, after=BESIDE)
def test_a_secret_is_found_however_it_is_written(writing, secret, before, after):
    assert Trace((), secrets=frozenset({secret})).shows_secret(WRITINGS[writing](f"{before}{secret}{after}"))


@given(secret=SECRETS, text=st.text("0123456789abcdef=&%", max_size=200))
def test_another_text_shows_nothing(secret, text):
    assert Trace((), secrets=frozenset({secret + "zz"})).shows_secret(text) is False
