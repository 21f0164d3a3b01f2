"""No secret reaches the run log, wherever in an exchange it stands."""

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from conformance.execution.redactor import Redactor
from conformance.model import Exchange, Outcome, Request, Response, Verdict

SECRET = "s3cr3t-t0ken-value"
words = st.text("abc &?=/", max_size=8)
places = st.tuples(words, words).map(lambda pair: pair[0] + SECRET + pair[1])


@given(
    target=places, header=places, body=places, echoed=places, failure=places, name=st.sampled_from(["X-A", "Cookie"])
)
def test_a_known_secret_is_redacted_everywhere(target, header, body, echoed, failure, name):
    request = Request("GET /", "GET", "/" + target, ((name, header),), body.encode())
    response = Response(200, (("Set-Cookie", header), ("X-B", header)), echoed.encode())
    exchange = Exchange("x", request, "http://h/v2/" + target, 0.0, response, failure)
    clean = Redactor({"full.token": SECRET}).redact_exchange(exchange)
    assert SECRET.encode() not in msgspec.msgpack.encode(clean)
    assert SECRET not in repr(clean)


def test_unknown_tokens_are_redacted_in_json_and_forms():
    json = Response(200, (("Content-Type", "application/json"),), b'{"access_token": "abc\\"d", "expires_in": 36000}')
    form = Request(
        "POST /", "POST", "/?access_token=abc&x=1", (("Content-Type", "application/x-www-form-urlencoded"),),
        b"grant_type=refresh_token&refresh_token=abc&client_secret=def",
    )  # fmt: skip
    clean = Redactor({}).redact_exchange(Exchange("x", form, "http://h/?access_token=abc&x=1", 0.0, json))
    assert clean.response.body == b'{"access_token": "[redacted]", "expires_in": 36000}'
    assert clean.request.body == b"grant_type=refresh_token&refresh_token=[redacted]&client_secret=[redacted]"
    assert clean.request.target == "/?access_token=[redacted]&x=1"
    assert clean.url == "http://h/?access_token=[redacted]&x=1"


def test_invented_values_stay_readable():
    form = (("Content-Type", "application/x-www-form-urlencoded"), ("Authorization", "Bearer odd"), ("Cookie", "abc"))
    body = b"refresh_token=odd&client_secret=def"
    request = Request("POST /", "POST", "/?code=odd&token=abc", form, body, invented=("odd",))
    clean = Redactor({}).redact_exchange(Exchange("x", request, "http://h/?code=odd&token=abc", 0.0)).request
    assert clean.headers[1:] == (("Authorization", "Bearer odd"), ("Cookie", "[redacted]"))
    assert clean.body == b"refresh_token=odd&client_secret=[redacted]"
    assert clean.target == "/?code=odd&token=[redacted]"
    known = Redactor({"full.token": SECRET}).redact_exchange(
        Exchange("x", Request("GET /", "GET", "/", (("Authorization", SECRET),), invented=(SECRET,)), "http://h/", 0.0)
    )
    assert SECRET not in repr(known.request.headers)


def test_an_issued_token_is_a_secret_in_later_exchanges():
    redactor = Redactor({})
    body = b'{"access_token": "issued-t0ken-1234", "refresh_token": "issued-t0ken-5678"}'
    issuing = Request("*", "POST", "/o/token/", authority="http://h")
    redactor.redact_exchange(Exchange("x", issuing, "http://h/o/token/", 0.0, Response(200, (), body)))
    shown = Response(200, (("X-Echo", "issued-t0ken-1234"),), b"<p>aXNzdWVkLXQwa2VuLTU2Nzg=")
    clean = redactor.redact_exchange(Exchange("y", Request("GET /", "GET", "/"), "http://h/", 0.0, shown)).response
    assert clean.headers == (("X-Echo", "[redacted:issued.0]"),)
    assert clean.body.startswith(b"<p>[redacted:issued.1]")


def test_an_outcome_shows_no_secret_in_any_text():
    outcome = Outcome(
        "EXP-01", "GET /", Verdict.FAIL, SECRET, SECRET.upper(), SECRET.encode().hex(), f"/{SECRET}", cause=SECRET
    )
    clean = Redactor({"full.token": SECRET}).redact_outcome(outcome)
    assert SECRET.encode().hex() not in repr(clean)
    assert SECRET not in repr(clean).lower()
    assert clean.pointer == "/[redacted:full.token]"


def test_the_scheme_of_a_credential_stays_readable():
    request = Request("GET /", "GET", "/", (("Authorization", "Bearer abc"),))
    clean = Redactor({}).redact_exchange(Exchange("x", request, "http://h/", 0.0))
    assert clean.request.headers == (("Authorization", "Bearer [redacted]"),)
