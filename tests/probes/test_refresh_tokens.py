"""AUT-18 to AUT-20: refresh tokens and codes, against a scripted authorization server."""

from urllib.parse import parse_qsl

import msgspec
import pytest

from conformance.model import Response, Verdict
from conformance.probes.authorization.refresh_tokens import PROBES
from tests.probes.scripted import make_problem, make_response, run_probe

REFRESH, REVOCATION = PROBES


class AuthorizationServer:
    """A server that signs a user in at once; `wrong` names what it does wrong."""

    def __init__(self, wrong=""):
        self.wrong, self.owner, self.scopes, self.revoked = wrong, "", "", False
        self.is_code_used = False

    def __call__(self, request):
        path = request.target.partition("?")[0]
        query = dict(parse_qsl(request.target.partition("?")[2]))
        form = dict(parse_qsl(request.body.decode()))
        if path.endswith("/authorize/"):
            self.is_code_used = False
            self.scopes = query.get("scope", "evses:read vehicles:read")
            return Response(302, (("Location", f"{query['redirect_uri']}?code=c1"),))
        if path.endswith("/revoke_token/"):
            self.revoked = True
            return make_response({})
        if path.endswith("/token/"):
            return self.issue(form, request.identity)
        is_ended = self.revoked and self.wrong != "access outlives"
        return make_problem(401) if is_ended else make_response([])

    def issue(self, form, client):
        scopes = self.scopes
        if form["grant_type"] == "authorization_code":
            if self.is_code_used and self.wrong != "code twice":
                return make_response({"error": "invalid_grant"}, 400)
            self.owner, self.is_code_used = client, True
        elif (client != self.owner and self.wrong != "anyone") or (self.revoked and self.wrong != "refresh outlives"):
            return make_response({"error": "invalid_grant"}, 400)
        elif self.wrong == "widens":
            scopes = form.get("scope", scopes)
        stored = self.wrong == f"{form['grant_type']} is stored"
        headers = {} if stored else {"Cache_Control": "no-store"}
        return make_response({"access_token": "a1", "refresh_token": "r1", "scope": scopes}, **headers)


@pytest.fixture
def signed_up(subject):
    target = msgspec.structs.replace(subject.target, clients=("full", "readonly"))
    return msgspec.structs.replace(subject, target=target, seeds={"client_id": ("evconform-full",)})


def test_a_server_in_order_passes(signed_up):
    assert run_probe(REFRESH, "*", signed_up, AuthorizationServer()).passed_requirements() == {
        "AUT-18",
        "AUT-20",
        "AUT-09",
    }
    assert run_probe(REVOCATION, "*", signed_up, AuthorizationServer()).passed_requirements() == {"AUT-19", "AUT-09"}


@pytest.mark.parametrize("wrong", ["anyone", "widens"])
def test_what_a_refresh_token_may_not_do_is_found(wrong, signed_up):
    assert run_probe(REFRESH, "*", signed_up, AuthorizationServer(wrong)).violated_requirements() == {"AUT-18"}


def test_a_code_that_buys_tokens_twice_is_a_violation(signed_up):
    run = run_probe(REFRESH, "*", signed_up, AuthorizationServer("code twice"))
    assert run.violated_requirements() == {"AUT-20"}


@pytest.mark.parametrize("grant", ["authorization_code", "refresh_token"])
@pytest.mark.parametrize("probe", PROBES)
def test_every_response_with_tokens_forbids_to_store_it(probe, grant, signed_up):
    run = run_probe(probe, "*", signed_up, AuthorizationServer(f"{grant} is stored"))
    assert run.violated_requirements() == {"AUT-09"}


def test_a_revoked_refresh_token_that_works_is_a_violation(signed_up):
    run = run_probe(REVOCATION, "*", signed_up, AuthorizationServer("refresh outlives"))
    assert run.violated_requirements() == {"AUT-19"}


def test_access_tokens_that_outlive_their_refresh_token_are_a_warning(signed_up):
    run = run_probe(REVOCATION, "*", signed_up, AuthorizationServer("access outlives"))
    assert Verdict.WARN in run.verdicts_on("AUT-19")
    assert run.violated_requirements() == set()


@pytest.mark.parametrize("probe", PROBES)
def test_nothing_is_observable_where_a_person_must_sign_in(probe, signed_up):
    run = run_probe(probe, "*", signed_up, lambda request: make_response({}))
    assert run.verdicts_on(probe.requirements[0]) == {Verdict.NOT_OBSERVABLE}
    assert not any(request.body for request in run.requests)
