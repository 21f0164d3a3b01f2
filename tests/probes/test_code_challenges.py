"""AUT-21: codes with a challenge, against a scripted authorization server."""

from urllib.parse import parse_qsl

import msgspec
import pytest

from conformance.model import Response, Verdict
from conformance.probes.authorization.code_challenges import PROBES, hash_verifier
from tests.probes.scripted import is_affordable, make_response, run_probe

(CHALLENGE,) = PROBES


class AuthorizationServer:
    """A server that signs a user in at once; `takes` says whether it exchanges a code with this verifier."""

    def __init__(self, takes, *, compares_redirect=True):
        self.takes, self.challenge, self.compares_redirect = takes, "", compares_redirect

    def __call__(self, request):
        path, _, query = request.target.partition("?")
        if path.endswith("/authorize/"):
            self.challenge = dict(parse_qsl(query)).get("code_challenge", "")
            return Response(302, (("Location", f"{dict(parse_qsl(query))['redirect_uri']}?code=c1"),))
        form = dict(parse_qsl(request.body.decode()))
        if self.compares_redirect and "redirect_uri" not in form:
            return make_response({"error": "invalid_grant"}, 400)
        verifier = form.get("code_verifier", "")
        is_right = hash_verifier(verifier) == self.challenge
        if self.takes(verifier, is_right):
            return make_response({"access_token": "a1", "refresh_token": "r1"})
        return make_response({"error": "invalid_grant"}, 400)


@pytest.fixture
def signed_up(subject):
    target = msgspec.structs.replace(subject.target, clients=("full",))
    return msgspec.structs.replace(subject, target=target, seeds={"client_id": ("evconform-full",)})


@pytest.mark.parametrize(
    ("takes", "verdict"),
    [
        (lambda _verifier, is_right: is_right, Verdict.PASS),
        (lambda verifier, is_right: is_right or not verifier, Verdict.FAIL),
        (lambda verifier, _is_right: bool(verifier), Verdict.FAIL),
        (lambda _verifier, _is_right: True, Verdict.REVIEW),
        (lambda _verifier, _is_right: False, Verdict.NOT_OBSERVABLE),
    ],
)
def test_only_the_verifier_of_the_challenge_is_enough(takes, verdict, signed_up):
    run = run_probe(CHALLENGE, "*", signed_up, AuthorizationServer(takes))
    assert run.verdicts_on("AUT-21") == {verdict}
    assert is_affordable(run, CHALLENGE, "*", signed_up)


def test_a_code_without_a_challenge_needs_its_redirect_uri(signed_up):
    server = AuthorizationServer(lambda verifier, is_right: is_right or not verifier, compares_redirect=False)
    messages = [o.message for o in run_probe(CHALLENGE, "*", signed_up, server).outcomes_on("AUT-21")]
    assert "a code is exchanged without the redirect_uri of its request" in messages


def test_nothing_is_exchanged_where_a_person_must_sign_in(signed_up):
    run = run_probe(CHALLENGE, "*", signed_up, lambda request: make_response({}))
    assert run.verdicts_on("AUT-21") == {Verdict.NOT_OBSERVABLE}
    assert len(run.requests) == 1


def test_the_challenge_of_the_standard():  # RFC 7636, appendix B
    assert hash_verifier("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk") == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
