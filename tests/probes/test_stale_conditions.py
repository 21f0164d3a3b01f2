"""HDR-09: conditions that the validators of a read do not meet."""

import msgspec
import pytest

from conformance.model import Verdict
from conformance.probes.headers.unneeded_headers import PROBES
from tests.probes.scripted import is_affordable, make_response, run_probe

STALE = next(probe for probe in PROBES if probe.name == "stale-conditions")
UNNEEDED = next(probe for probe in PROBES if probe.name == "unneeded-headers")
LIST = "GET /evse_makes"
PLAIN = make_response([])
MODIFIED = ("Last-Modified", "Tue, 14 Nov 2023 22:13:20 GMT")


def validate(header, status):
    """Return a target that sends a validator, and answers conditions with a status."""

    def answer(request):
        is_conditional = any(name.startswith("If-") for name, _ in request.headers)
        headers = (*PLAIN.headers, header) if header else PLAIN.headers
        return msgspec.structs.replace(PLAIN, headers=headers, status=status if is_conditional else 200)

    return answer


@pytest.mark.parametrize("header", [MODIFIED, ("ETag", '"1"'), ("ETag", 'W/"1"')])
def test_a_condition_that_is_not_met_is_no_reason_for_304(subject, header):
    assert run_probe(STALE, LIST, subject, validate(header, 304)).verdicts_on("HDR-09") == {Verdict.FAIL}
    assert run_probe(STALE, LIST, subject, validate(header, 200)).verdicts_on("HDR-09") == {Verdict.PASS}


def test_the_date_sent_is_before_the_last_change(subject):
    sent = run_probe(STALE, LIST, subject, validate(MODIFIED, 200)).requests[-1]
    assert ("If-Modified-Since", "Mon, 13 Nov 2023 22:13:20 GMT") in sent.headers


@pytest.mark.parametrize("header", [None, ("Last-Modified", "yesterday")])
def test_a_read_without_validators_costs_nothing_more(subject, header):
    run = run_probe(STALE, LIST, subject, validate(header, 304))
    assert len(run.requests) == 1
    assert is_affordable(run, STALE, LIST, subject)


def test_a_cookie_that_the_suite_invents_is_named_as_no_secret(subject):
    sent = run_probe(UNNEEDED, LIST, subject, validate(None, 200)).requests
    cookies = [
        (dict(request.headers)["Cookie"], request.invented) for request in sent if "Cookie" in dict(request.headers)
    ]
    assert cookies
    assert all(cookie in invented for cookie, invented in cookies)


@pytest.mark.parametrize(
    ("kept", "verdict"), [(("ETag", "Vary"), Verdict.PASS), (("ETag",), Verdict.FAIL), ((), Verdict.FAIL)]
)
def test_a_304_has_the_headers_of_the_200(subject, kept, verdict):
    validators = {"ETag": '"1"', "Vary": "Accept"}

    def answer(request):
        if ("If-None-Match", '"1"') in request.headers:
            return msgspec.structs.replace(make_response(None, 304), headers=tuple((n, validators[n]) for n in kept))
        return msgspec.structs.replace(PLAIN, headers=(*PLAIN.headers, *validators.items()))

    assert verdict in run_probe(STALE, LIST, subject, answer).verdicts_on("HDR-09")
    assert (verdict is Verdict.FAIL) == bool(run_probe(STALE, LIST, subject, answer).violated_requirements())
