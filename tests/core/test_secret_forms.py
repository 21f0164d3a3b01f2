"""A secret is found and cut out in whatever form a server writes it."""

import json
import quopri
from base64 import b64encode, encodebytes, urlsafe_b64encode
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.tools.secret_forms import SecretForms, undo_escapes

SECRET = "s3cr3T-t0ken/VALUE+1.x_~"
MARK = b"[redacted:full.token]"


def break_in_two(text, with_what):
    return text[:9] + with_what + text[9:]


def percent_encode_all(text):
    return "".join(f"%{byte:02x}" for byte in text.encode())


FORMS = {
    "raw": SECRET,
    "upper": SECRET.upper(),
    "lower": SECRET.lower(),
    "percent": quote(SECRET, safe=""),
    "percent lower": quote(SECRET, safe="").replace("%2F", "%2f"),
    "percent all": percent_encode_all(SECRET),
    "percent twice": quote(percent_encode_all(SECRET), safe=""),
    "json slashes": SECRET.replace("/", "\\/"),
    "json all": "".join(f"\\u{ord(sign):04x}" for sign in SECRET),
    "json twice": json.dumps("".join(f"\\u{ord(sign):04X}" for sign in SECRET)),
    "c": "".join(f"\\x{ord(sign):02x}" for sign in SECRET),
    "entities": "".join(f"&#{ord(sign)};" for sign in SECRET),
    "hex entities": "".join(f"&#x{ord(sign):X};" for sign in SECRET),
    "named entities": SECRET.replace("/", "&sol;").replace("+", "&plus;").replace(".", "&period;"),
    "entities in json": json.dumps("".join(f"&#{ord(sign)};" for sign in SECRET)),
    "hex": SECRET.encode().hex(),
    "hex upper": SECRET.encode().hex().upper(),
    "hex spaced": SECRET.encode().hex(" "),
    "hex colons": SECRET.encode().hex(":"),
    "base64": b64encode(SECRET.encode()).decode(),
    "base64url": urlsafe_b64encode(SECRET.encode()).decode().rstrip("="),
    "base64 of the header": b64encode(f"Bearer {SECRET}".encode()).decode(),
    "base64 of the line": b64encode(f"Authorization: Bearer {SECRET}\r\n".encode()).decode(),
    "base64 of client:secret": b64encode(f"client:{SECRET}".encode()).decode(),
    "base64 of quoted client:secret": b64encode(f"client:{quote(SECRET, safe='')}".encode()).decode(),
    "base64 in lines": encodebytes(f"{'x' * 50}{SECRET}{'y' * 50}".encode()).decode(),
    "base64 in a URL": quote(b64encode(SECRET.encode()).decode(), safe=""),
    "base64 in lower case": b64encode(SECRET.encode()).decode().lower(),
    "line break": break_in_two(SECRET, "\n"),
    "folded line": break_in_two(SECRET, "\r\n    "),
    "escaped line break": break_in_two(SECRET, "\\r\\n"),
    "continued line": break_in_two(SECRET, "\\\n"),
    "soft break": break_in_two(SECRET, "=\r\n"),
    "percent-encoded break": break_in_two(SECRET, "%0D%0A"),
    "break after each": "\n".join(SECRET),
    "UTF-16": SECRET.encode("utf-16-le").decode("latin-1"),
}


@pytest.fixture(scope="module")
def forms():
    return SecretForms({"full.token": SECRET})


@pytest.mark.parametrize("name", FORMS)
def test_a_secret_is_cut_out_and_what_is_around_it_stays(forms, name):
    clean = forms.replace(f"before {FORMS[name]} after".encode("latin-1"))
    assert MARK in clean
    assert clean.startswith(b"before ")
    assert clean.endswith(b" after")
    assert len(clean) < len(MARK) + 200  # of base64, what else it holds may stay
    assert undo_escapes(SECRET.encode()) not in undo_escapes(clean)


def test_what_is_wrapped_too_often_takes_the_whole_text_with_it(forms):
    wrapped = f"before {quote(quote(percent_encode_all(percent_encode_all(SECRET)), safe=''), safe='')} after"
    assert forms.replace(json.dumps(wrapped).encode()) == MARK


@given(
    before=st.binary(max_size=40), after=st.binary(max_size=40), secret=st.text("abcXYZ019-._~+/=", min_size=12),
    form=st.sampled_from(["raw", "percent", "base64", "hex", "quoted-printable"]),
)  # fmt: skip
def test_no_secret_is_left_whatever_stands_around_it(before, after, secret, form):
    written = {
        "raw": secret.encode(),
        "percent": percent_encode_all(secret).encode(),
        "base64": b64encode(before + secret.encode() + after),
        "hex": secret.encode().hex().encode(),
        "quoted-printable": quopri.encodestring(b"x" * 70 + secret.encode()),
    }[form]
    if form == "quoted-printable" and "=" in secret:
        return
    clean = SecretForms({"full.token": secret}).replace(before + b" " + written + b" " + after)
    plain = undo_escapes(clean)
    assert undo_escapes(secret.encode()) not in plain.replace(MARK, b"")
    assert secret.encode().hex().encode() not in plain
    assert MARK in clean


@given(st.binary(max_size=200))
def test_a_text_without_a_secret_stays_as_it_is(text):
    assert SecretForms({"full.token": SECRET}).replace(text) == text
