"""RED, AUT-07, LIM-02 and LIM-03: redirects, token flows and an exhausted rate limit."""

from urllib.parse import parse_qs

import msgspec
import pytest

from conformance.model import Response, Verdict
from conformance.probes.authorization.oauth import PROBES as OAUTH
from conformance.probes.responses.rate_limit import PROBES as LIMITS
from conformance.probes.responses.redirects import PROBES as REDIRECTS
from tests.probes.scripted import BASE, is_affordable, make_id, make_problem, make_response, run_probe

(REDIRECT,), (TOKENS, REVOCATION), (RATE_LIMIT,) = REDIRECTS, OAUTH, LIMITS
OPERATION = "GET /evse_onboarding"
PAGE = "https://pages.example.com/connect"


def target_with(subject, **more):
    return msgspec.structs.replace(subject, target=msgspec.structs.replace(subject.target, **more))


class TestRedirects:
    @pytest.fixture
    def seeded_subject(self, subject):
        return msgspec.structs.replace(subject, seeds={"client_id": ("me",), "user_id": (make_id("user", 1),)})

    def target(self, location=PAGE, body=None, status=200):
        def answer(request):
            if "response_type=json" in request.target:
                return make_response(body if body is not None else {"url": PAGE}, status)
            return Response(302, (("Location", location),) if location is not None else ())

        return answer

    def test_a_redirect_to_a_page_passes(self, seeded_subject):
        assert run_probe(REDIRECT, OPERATION, seeded_subject, self.target()).passed_requirements() == {
            "RED-01",
            "RED-02",
        }

    @pytest.mark.parametrize(
        "location",
        ["/connect", "http://pages.example.com/", "//pages.example.com/", None, "javascript:1", "https://[", "https:///x",
         f"{PAGE}?access_token=abc", f"{PAGE}#access_token=abc", f"{PAGE}?state=[redacted:full.token]"],
    )  # fmt: skip
    def test_a_bad_location_is_a_violation(self, location, seeded_subject):
        assert run_probe(REDIRECT, OPERATION, seeded_subject, self.target(location)).violated_requirements() == {
            "RED-01"
        }

    def test_plain_http_is_allowed_only_on_this_machine(self, seeded_subject):
        local = target_with(seeded_subject, base_url="http://127.0.0.1:8000/v2")
        there = self.target("http://127.0.0.1:9000/connect")
        assert run_probe(REDIRECT, OPERATION, local, there).passed_requirements() == {"RED-01", "RED-02"}
        assert run_probe(REDIRECT, OPERATION, seeded_subject, there).violated_requirements() == {"RED-01"}

    @pytest.mark.parametrize(
        ("body", "status"), [({"url": "/connect"}, 200), ([], 200), ({}, 200), ({"url": PAGE}, 201)]
    )
    def test_json_without_a_url_is_a_violation(self, body, status, seeded_subject):
        assert run_probe(
            REDIRECT, OPERATION, seeded_subject, self.target(body=body, status=status)
        ).violated_requirements() == {"RED-02"}

    def test_an_ignored_response_type_is_a_violation(self, seeded_subject):
        answer = run_probe(REDIRECT, OPERATION, seeded_subject, lambda _: Response(302, (("Location", PAGE),)))
        assert answer.violated_requirements() == {"RED-02"}

    def test_an_optional_id_is_sent_where_the_redirect_needs_it(self, seeded_subject):
        make = {"id": make_id("emak", 1), "url": f"{BASE}/evse_makes/{make_id('emak', 1)}"}

        def target(request):
            if request.target == "/evse_makes":
                return make_response([make])
            bare = "response_type" in request.target and "make_id" not in request.target
            return make_problem(400) if bare else self.target()(request)

        assert run_probe(REDIRECT, OPERATION, seeded_subject, target).passed_requirements() == {"RED-01", "RED-02"}

    def test_without_a_known_id_nothing_is_tested(self, subject):
        run = run_probe(REDIRECT, OPERATION, subject, lambda _: make_response([]))
        assert run.verdicts_on("RED-01") == run.verdicts_on("RED-02") == {Verdict.NOT_TESTED}


class Issuer:
    """A token endpoint; `wrong` changes one behaviour."""

    def __init__(self, wrong=""):
        self.wrong, self.valid, self.used = wrong, set(), set()

    def __call__(self, request):
        path, form = request.target, parse_qs(request.body.decode())
        if path == "/v2/o/token/":
            return self.token(request, form)
        if path.startswith("/v2/o/revoke_token"):
            slash = path.endswith("/") or self.wrong == "slash"
            if slash and self.wrong != "deathless":
                self.valid -= set(form["token"]) - (self.used if self.wrong == "caching" else set())
            return Response(200 if slash else 405)
        token = next((value for name, value in request.headers if name == "Authorization"), "")
        self.used.add(token.removeprefix("Bearer "))
        return make_response([]) if token.removeprefix("Bearer ") in self.valid else make_problem(401)

    def token(self, request, form):
        if request.token_in == "wrong-secret" and self.wrong != "open":
            return make_response({"error": "invalid_client"}, 401)
        if form["grant_type"] == ["refresh_token"] or request.identity != "full#client":
            return make_response({}, 200) if self.wrong == "lax" else make_response({"error": "invalid_grant"}, 400)
        if self.wrong != "stillborn":
            self.valid.add("fresh")
        known = {"access_token": "fresh", "token_type": "Bearer", "expires_in": 36000}
        bent = {"type": {"token_type": "mac"}, "expiry": {"expires_in": "soon"}, "none": {"access_token": ""}}
        caching = {} if self.wrong == "storable" else {"Cache_Control": "no-store"}
        return make_response(known | bent.get(self.wrong, {}), **caching)


class TestTokens:
    @pytest.fixture
    def client(self, subject):
        return target_with(subject, clients=("full",))

    def test_a_documented_issuer_passes(self, client):
        assert run_probe(REVOCATION, "*", client, Issuer()).passed_requirements() == {"AUT-07"}
        run = run_probe(TOKENS, "*", client, Issuer())
        assert run.passed_requirements() == {"AUT-07", "AUT-09", "AUT-12"}
        lent = {
            request.identity
            for request in run.requests
            if not any(name == "Authorization" for name, _ in request.headers)
        }
        assert lent == {"full#client", ""}  # the secret is for the sender to add

    @pytest.mark.parametrize("wrong", ["lax", "stillborn", "type", "expiry", "none"])
    def test_each_wrong_behaviour_is_a_violation(self, wrong, client):
        assert run_probe(TOKENS, "*", client, Issuer(wrong)).violated_requirements() == {"AUT-07"}

    @pytest.mark.parametrize(("wrong", "requirement"), [("storable", "AUT-09"), ("open", "AUT-12")])
    def test_a_token_that_may_be_stored_or_needs_no_secret_is_a_violation(self, wrong, requirement, client):
        assert run_probe(TOKENS, "*", client, Issuer(wrong)).violated_requirements() == {requirement}

    @pytest.mark.parametrize("wrong", ["slash", "deathless", "caching"])
    def test_each_wrong_revocation_is_a_violation(self, wrong, client):
        assert run_probe(REVOCATION, "*", client, Issuer(wrong)).violated_requirements() == {"AUT-07"}

    def test_a_revocation_is_affordable(self, client):
        assert is_affordable(run_probe(REVOCATION, "*", client, Issuer()), REVOCATION, "*", client)

    def test_without_a_client_nothing_is_observable(self, subject):
        run = run_probe(TOKENS, "*", subject, Issuer())
        assert run.verdicts_on("AUT-07") == {Verdict.NOT_OBSERVABLE}
        assert not run.requests


class TestRateLimit:
    def target(self, left, answer):
        remaining = iter(range(left, -1, -1))

        def respond(request):
            now = next(remaining, None)
            return answer if now is None else make_response([], X_RateLimit_Remaining=str(now))

        return respond

    def spent(self, **headers):
        return msgspec.structs.replace(make_problem(429), headers=(*make_problem(429).headers, *headers.items()))

    def test_a_spent_rate_limit_with_429_passes(self, subject):
        answer = self.spent(**{"Retry-After": "30"})
        assert run_probe(RATE_LIMIT, "*", subject, self.target(5, answer)).passed_requirements() == {"LIM-02"}

    @pytest.mark.parametrize("wait", [None, "soon", "Sun, 06 Nov 1994 08:49:37 GMT", "-1"])
    def test_retry_after_must_be_seconds(self, wait, subject):
        answer = self.spent(**({"Retry-After": wait} if wait else {}))
        assert run_probe(RATE_LIMIT, "*", subject, self.target(5, answer)).violated_requirements() == {"LIM-02"}

    def test_a_rate_limit_that_never_refuses_is_a_violation(self, subject):
        assert run_probe(RATE_LIMIT, "*", subject, self.target(5, make_response([]))).violated_requirements() == {
            "LIM-02"
        }

    def test_what_a_cache_answers_spends_nothing(self, subject):
        answer = make_response([], Age="1")
        run = run_probe(RATE_LIMIT, "*", subject, self.target(5, answer))
        assert run.verdicts_on("LIM-02") == {Verdict.NOT_OBSERVABLE}

    @pytest.mark.parametrize(
        ("wait", "later", "verdict"),
        [
            ("2", make_problem(429), Verdict.FAIL),
            ("2", make_response([]), Verdict.PASS),
            ("2", make_problem(503), Verdict.NOT_OBSERVABLE),
            ("3601", make_response([]), Verdict.FAIL),
            ("3000", make_response([]), Verdict.NOT_OBSERVABLE),
            ("soon", make_response([]), Verdict.NOT_OBSERVABLE),
        ],
    )
    def test_a_request_after_the_wait_is_not_refused(self, wait, later, verdict, subject):
        answers = iter([self.spent(**{"Retry-After": wait}), later])
        spend = self.target(5, None)
        run = run_probe(RATE_LIMIT, "*", subject, lambda request: spend(request) or next(answers))
        assert run.verdicts_on("LIM-03") == {verdict}

    @pytest.mark.parametrize("left", ["900", "many"])
    def test_a_large_rate_limit_is_not_spent(self, left, subject):
        run = run_probe(RATE_LIMIT, "*", subject, lambda _: make_response([], X_RateLimit_Remaining=left))
        assert run.verdicts_on("LIM-02") == {Verdict.NOT_OBSERVABLE}
        assert len(run.requests) == 1
