"""Every passive requirement: a response that satisfies it, one that violates it alone, one with nothing to judge."""

import pytest

from conformance.model import Expansion, HeaderSpec, Media, ResponseSpec, Verdict
from conformance.probes.responses.plain_reads import PASSIVE_REQUIREMENTS
from tests.checks.conftest import (
    BASE,
    CHECKS,
    DELETE,
    HEADERS,
    ITEM,
    LIST,
    WRAPPED,
    make_model,
    make_problem,
    make_vehicle_make,
    outcomes_on,
    passed_requirements,
    violated_requirements,
)

OURS = {
    requirement
    for requirement in PASSIVE_REQUIREMENTS
    if requirement[:3] in {"RSP", "IDS", "LNK", "EXP", "ERR", "VER", "LIM"} and requirement != "LNK-06"  # has its own
}
FUTURE = "vmod7ZZZZZZZZZZZZZZZZZZZZZZZZZ"
ANCIENT = "vmod00000000010000000000000000"
PUBLISHED = "https://api.ev.energy/v2/problems/x/"
NOT_CROCKFORD = "vmod01KJQXEFCAEHILOU83HWXJ0001"


def model_with_id(key):
    return make_model(id=key, url=f"{BASE}/vehicle_models/{key}")


INTENSITY = {
    "started_at": "2026-03-02T18:30:00Z",
    "interval_seconds": 1800,
    "co2_intensity_grams_per_kilowatt_hour": 142,
    "created_at": "2026-03-02T18:30:05Z",
}
GOOD_READ = {
    "RSP-01", "RSP-02", "RSP-03", "RSP-04", "RSP-06", "RSP-08", "RSP-09", "RSP-11",
    "IDS-01", "IDS-02", "IDS-03", "IDS-04", "LNK-01", "EXP-01", "VER-01", "LIM-01",
}  # fmt: skip
GOOD_ERROR = {"RSP-01", "RSP-02", "RSP-04", "RSP-08", "RSP-09", "RSP-11", "ERR-01", "ERR-02", "VER-01", "LIM-01"}

CONFORMING = {
    "single": (GOOD_READ, (ITEM, make_model()), {}),
    "list": (GOOD_READ | {"RSP-10", "IDS-05"}, (LIST, [make_model(1), make_model(2)]), {}),
    "empty list": (GOOD_READ - {"IDS-01", "IDS-02", "IDS-03", "IDS-04", "LNK-01", "EXP-01", "RSP-06"}, (LIST, []), {}),
    "null link": (GOOD_READ | {"RSP-10", "IDS-05"}, (LIST, [make_model(onboarding_url=None), make_model(2)]), {}),
    "asked for": (GOOD_READ - {"EXP-01"}, (ITEM, make_model(make=make_vehicle_make())), {"query": "?expand=make"}),
    "error": (GOOD_ERROR, (ITEM, make_problem(404), 404), {}),
    "extended error": (GOOD_ERROR, (ITEM, {**make_problem(404), "trace_id": "1"}, 404), {}),
    "typed error": (GOOD_ERROR | {"ERR-03"}, (ITEM, make_problem(400, type=f"{BASE}/problems/x"), 400), {}),
    "published type": (GOOD_ERROR | {"ERR-03"}, (ITEM, make_problem(400, type=PUBLISHED), 400), {}),
    "blank type": (GOOD_ERROR | {"ERR-03"}, (ITEM, make_problem(400, type="about:blank"), 400), {}),
    "no content": (
        {"RSP-01", "RSP-04", "RSP-05", "RSP-08", "VER-01", "LIM-01"},
        (DELETE, b"", 204),
        {"headers": {"Content-Type": None}},
    ),
    "charset": (GOOD_READ, (ITEM, make_model()), {"media": "Application/JSON; charset=utf-8"}),
    "not my status": (
        {"RSP-08", "RSP-09", "RSP-11", "ERR-01", "ERR-02", "VER-01"},
        (ITEM, make_problem(405), 405),
        {},
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CONFORMING)
def test_a_conforming_response_passes_what_it_shows(judge, case):
    expected, arguments, more = CONFORMING[case]
    outcomes = judge(*arguments, **more)
    assert violated_requirements(outcomes) == set()
    assert passed_requirements(outcomes) & OURS == expected
    assert {outcome.verdict for outcome in outcomes if outcome.requirement in OURS} == {Verdict.PASS}


@pytest.mark.parametrize("name", ["If-None-Match", "if-modified-since"])
def test_a_condition_may_be_answered_with_304(judge, name):
    assert "RSP-01" not in violated_requirements(judge(ITEM, b"", 304, sent=((name, "a value"),)))
    assert "RSP-01" in violated_requirements(judge(ITEM, b"", 304))


HEADERS_OF_LIMIT = ("X-RateLimit-Limit", "X-RateLimit-Remaining")
VIOLATING = {
    "an undocumented status": ({"RSP-01"}, (ITEM, make_problem(409), 409), {}),
    "an undocumented 2xx": ({"RSP-01"}, (ITEM, make_model(), 206), {}),
    "another media type": ({"RSP-02"}, (ITEM, b"Kite"), {"media": "text/plain"}),
    "no media type": ({"RSP-02"}, (ITEM, b"Kite"), {"headers": {"Content-Type": None}}),
    "a wrong type": ({"RSP-03"}, (ITEM, make_model(default_battery_size_watt_hours="77000")), {}),
    "a missing field": ({"RSP-03"}, (ITEM, {k: v for k, v in make_model().items() if k != "name"}), {}),
    "a wrong format": ({"RSP-03"}, (ITEM, make_model(onboarding_url="not a url")), {}),
    "an item among many": ({"RSP-03", "RSP-10"}, (LIST, [*map(make_model, range(12)), make_model(99, name=5)]), {}),
    "an item that is none": ({"RSP-03", "RSP-10"}, (LIST, [make_model(), None]), {}),
    "an object for a list": ({"RSP-03"}, (LIST, {}), {}),
    "a header of another type": ({"RSP-04"}, (ITEM, make_problem(429), 429), {"headers": {"Retry-After": "soon"}}),
    "a body with 204": ({"RSP-05"}, (DELETE, b"{}", 204), {}),
    "a length with 204": ({"RSP-05"}, (DELETE, b"", 204), {"headers": {"Content-Length": "5"}}),
    "a body with 304": ({"RSP-01", "RSP-05"}, (ITEM, b"{}", 304), {}),
    "an unknown field": ({"RSP-06"}, (ITEM, make_model(rating=5)), {}),
    "an unknown field far down": (
        {"RSP-06"}, (ITEM, make_model(make={**make_vehicle_make(), "rating": 5})), {"query": "?expand=make"}
    ),
    "half a body": ({"RSP-09"}, (ITEM, b'{"id": "vmod'), {}),
    "no body": ({"RSP-09"}, (ITEM, b""), {}),
    "latin-1": ({"RSP-09"}, (ITEM, b'{"name": "Caf\xe9"}'), {}),
    "not a number": ({"RSP-09"}, (ITEM, b'{"name": NaN}'), {}),
    "a trace": ({"RSP-11"}, (ITEM, make_problem(400, detail="Traceback (most recent call last): …"), 400), {}),
    "a path": ({"RSP-11"}, (ITEM, make_model(name="/srv/api/settings.py")), {}),
    "a statement": ({"RSP-11"}, (ITEM, make_problem(400, detail="SELECT a FROM b WHERE c"), 400), {}),
    "a statement with quotes": (
        {"RSP-11"}, (ITEM, make_problem(400, detail='SELECT "a" FROM "b" WHERE "c" = %s'), 400), {}
    ),
    "a place in a file": ({"RSP-11"}, (ITEM, make_problem(400, detail='File "/x/y.py", line 3, in z'), 400), {}),
    "a place in a script": ({"RSP-11"}, (ITEM, make_problem(400, detail="at f (/srv/a.js:10:5)"), 400), {}),
    "a secret": ({"RSP-11"}, (ITEM, make_model(name="AKIAABCDEFGHIJKLMNOP")), {}),
    "an id of another collection": ({"IDS-01", "RSP-03"}, (ITEM, model_with_id("vmak01KJQXEFCAEH83HWXJHR000001")), {}),
    "a long id": ({"IDS-01", "RSP-03"}, (ITEM, model_with_id(make_model()["id"] + "0")), {}),
    "a number for an id": ({"IDS-01", "RSP-03"}, (ITEM, make_model(id=5)), {}),
    "a wrong letter": ({"IDS-02"}, (ITEM, model_with_id(NOT_CROCKFORD)), {}),
    "born tomorrow": ({"IDS-03"}, (ITEM, model_with_id(FUTURE)), {}),
    "born too early": ({"IDS-03"}, (ITEM, model_with_id(ANCIENT)), {}),
    "another's url": ({"IDS-04"}, (ITEM, make_model(url=make_model(2)["url"])), {}),
    "another path": ({"IDS-04"}, (ITEM, make_model(url=f"{BASE}/vehicle_makes/{make_model()['id']}")), {}),
    "another host": (
        {"IDS-04"}, (ITEM, make_model(url=f"http://other.test/v2/vehicle_models/{make_model()['id']}")), {}
    ),
    "a path that looks like a host": (
        {"IDS-04"}, (ITEM, make_model(url=f"{BASE}//x/vehicle_models/{make_model()['id']}")), {}
    ),
    "an expanded stranger": (
        {"IDS-04"}, (ITEM, make_model(make={**make_vehicle_make(), "url": BASE})), {"query": "?expand=make"}
    ),
    "the same twice": ({"IDS-05"}, (LIST, [make_model(1), make_model(2), make_model(1)]), {}),
    "a link elsewhere": ({"LNK-01"}, (ITEM, make_model(vehicle_trims="https://other.test/v2/vehicle_trims")), {}),
    "a link to another port": ({"LNK-01"}, (ITEM, make_model(vehicle_trims="http://127.0.0.1:2/v2/vehicle_trims")), {}),
    "a link by way of dots": ({"LNK-01"}, (ITEM, make_model(vehicle_trims=f"{BASE}/x/../../vehicle_trims")), {}),
    "a link around a list": (
        {"LNK-01"},
        (WRAPPED, {"url": f"{BASE}/x", "carbon_feed": "http://other.test/v2/x", "carbon_intensities": [INTENSITY]}),
        {},
    ),
    "expanded unasked": ({"EXP-01"}, (ITEM, make_model(make=make_vehicle_make())), {}),
    "expanded in a list": ({"EXP-01"}, (LIST, [make_model(1), make_model(2, make=make_vehicle_make())]), {}),
    "an error that is no problem": ({"ERR-01"}, (ITEM, b"Not here.", 405), {"media": "text/plain"}),
    "an error without a title": ({"ERR-01"}, (ITEM, {"detail": "In words."}, 405), {}),
    "an error without a detail": ({"ERR-01"}, (ITEM, {"title": "Refused", "detail": None}, 405), {}),
    "an error with a detail of no words": ({"ERR-01"}, (ITEM, {"title": "Refused", "detail": " "}, 405), {}),
    "an error that is a list": ({"ERR-01"}, (ITEM, [make_problem(405)], 405), {}),
    "another status": ({"ERR-02"}, (ITEM, make_problem(400), 404), {}),
    "a status in words": ({"ERR-02"}, (ITEM, {**make_problem(405), "status": "405"}, 405), {}),
    "a type of others": ({"ERR-03"}, (ITEM, make_problem(400, type="https://other.test/problems/x"), 400), {}),
    "a type without a name": ({"ERR-03"}, (ITEM, make_problem(400, type=f"{BASE}/problems/"), 400), {}),
    "a relative type": ({"ERR-03"}, (ITEM, make_problem(405, type="/v2/problems/x"), 405), {}),
    "no version": ({"VER-01"}, (ITEM, make_model()), {"headers": {"EvEnergy-Version": None}}),
    "no version of an error": ({"VER-01"}, (ITEM, make_problem(404), 404), {"headers": {"EvEnergy-Version": None}}),
    "more left than allowed": ({"LIM-01"}, (ITEM, make_model()), {"headers": {"X-RateLimit-Remaining": "1001"}}),
    "no allowance": ({"LIM-01"}, (ITEM, make_model()), {"headers": {"X-RateLimit-Limit": None}}),
    "an allowance in words": ({"LIM-01", "RSP-04"}, (ITEM, make_model()), {"headers": {"X-RateLimit-Limit": "many"}}),
    "an endless allowance": (
        {"LIM-01", "RSP-04"}, (ITEM, make_model()), {"headers": {"X-RateLimit-Remaining": "9" * 5000}}
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", VIOLATING)
def test_a_violation_is_found_by_its_requirement(judge, case):
    expected, arguments, more = VIOLATING[case]
    outcomes = judge(*arguments, **more)
    assert violated_requirements(outcomes) & OURS == expected
    assert all(outcome.message for outcome in outcomes if outcome.verdict is Verdict.FAIL)


def test_a_documented_server_error_is_a_violation(bench):
    documented = (*bench.operation(ITEM).responses, *(ResponseSpec(status) for status in ("500", "503")))
    operation = bench.operation(ITEM, responses=documented)
    assert violated_requirements(bench.judge(operation, make_problem(500), 500)) == {"RSP-08"}
    assert violated_requirements(bench.judge(operation, make_problem(503), 503)) == set()
    assert violated_requirements(bench.judge(ITEM, make_problem(503), 503)) == {"RSP-01", "RSP-08"}


def test_every_passive_requirement_has_been_satisfied_and_violated():
    judged = {requirement for check in CHECKS for requirement in check.requirements} & OURS
    satisfied = set().union(*(expected for expected, _, _ in CONFORMING.values()))
    broken = set().union(*(expected for expected, _, _ in VIOLATING.values())) | {"RSP-08"}
    assert judged == OURS
    assert satisfied == OURS
    assert broken == OURS


class TestNothingToJudge:
    @pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "PUT"])
    def test_the_description_of_a_get_does_not_bind_other_methods(self, judge, method):
        body = b"" if method == "HEAD" else b"<p>allowed: GET</p>"
        outcomes = judge(ITEM, body, method=method, media="text/html", headers={"X-RateLimit-Limit": None})
        assert violated_requirements(outcomes) == set()
        assert passed_requirements(outcomes) <= {
            *("RSP-08", "RSP-09", "RSP-11", "VER-01"),
            *("HDR-03", "HDR-04", "HDR-05"),  # bind every response
        }

    def test_a_truncated_body_is_not_judged_by_its_schema(self, judge):
        outcomes = judge(LIST, b'[{"id": 1}, {"id"', cut=True)
        assert violated_requirements(outcomes) == set()
        assert not passed_requirements(outcomes) & {"RSP-03", "RSP-06", "RSP-09", "RSP-10"}
        assert not outcomes_on(judge(ITEM, b'{"title": "', 404, cut=True), "ERR-01")

    @pytest.mark.parametrize(
        "body", [b'{"name": "\\ud800"}', b'{"name": 1e999}', b'{"a":' * 70 + b"1" + b"}" * 70, b"9" * 5000]
    )
    def test_json_that_readers_may_refuse_is_inconclusive(self, judge, body):
        outcomes = judge(ITEM, body)
        assert violated_requirements(outcomes) == set()
        assert [outcome.verdict for outcome in outcomes_on(outcomes, "RSP-09")] == [Verdict.INCONCLUSIVE]
        assert not outcomes_on(judge(ITEM, body, 404), "ERR-01")

    def test_an_anonymous_response_needs_no_rate_limit_headers(self, judge):
        outcomes = judge(
            ITEM, make_model(), identity="", headers={"X-RateLimit-Limit": None, "X-RateLimit-Remaining": None}
        )
        assert not outcomes_on(outcomes, "LIM-01")

    def test_a_text_is_decoded_by_the_charset_that_it_declares(self, judge):
        def parse_verdicts(media, body):
            return [outcome.verdict for outcome in outcomes_on(judge(ITEM, body, 405, media=media), "RSP-09")]

        assert parse_verdicts("text/plain; charset=iso-8859-1", b"caf\xe9") == [Verdict.PASS]
        assert parse_verdicts('text/plain; Charset="latin-1"', b"caf\xe9") == [Verdict.PASS]
        assert parse_verdicts("text/plain", b"caf\xe9") == [Verdict.FAIL]
        assert parse_verdicts("text/plain; charset=utf-8", b"caf\xe9") == [Verdict.FAIL]
        assert parse_verdicts("text/plain; charset=base64", b"caf\xe9") == [Verdict.FAIL]
        assert parse_verdicts("text/plain", b"") == []
        assert parse_verdicts("image/png", b"\xff") == []

    def test_an_undocumented_body_may_be_absent(self, judge):
        outcomes = judge("POST /user_rebates/{user_rebate_id}:submit", b"", headers={"Content-Type": None})
        assert violated_requirements(outcomes) == set()
        assert not outcomes_on(outcomes, "RSP-02")

    def test_an_error_without_documented_body_may_be_a_problem(self, bench):
        operation = bench.operation(ITEM, responses=(ResponseSpec("404"),))
        assert not outcomes_on(bench.judge(operation, make_problem(404), 404), "RSP-02")

    def test_a_redirect_may_show_a_page(self, judge):
        outcomes = judge("GET /evse_onboarding", b"<a>here</a>", 302, media="text/html")
        assert violated_requirements(outcomes) == set()

    def test_media_ranges_are_understood(self, bench):
        schema = bench.operation(ITEM).find_response(200).media[0].schema
        for documented in ("application/*", "*/*", "Application/JSON", "application/json; charset=utf-8"):
            operation = bench.operation(ITEM, responses=(ResponseSpec("200", media=(Media(documented, schema),)),))
            assert "RSP-02" in passed_requirements(bench.judge(operation, make_model()))
        operation = bench.operation(ITEM, responses=(ResponseSpec("200", media=(Media("text/*", schema),)),))
        assert "RSP-02" in violated_requirements(bench.judge(operation, make_model()))

    def test_an_exchange_without_response_is_not_judged(self, bench):
        from conformance.evidence.responses import OperationResponse
        from conformance.model import Exchange, Request

        lost = Exchange("x", Request(ITEM, "GET", "/x"), BASE, 0.0, failure="lost")
        operation = bench.operation(ITEM, responses=(ResponseSpec("default"),))
        assert not list(bench._outcomes(OperationResponse(lost, operation)))

    def test_a_required_header_that_is_absent_is_found(self, bench):
        headers = (HeaderSpec("Link", required=True),)
        operation = bench.operation(ITEM, responses=(ResponseSpec("200", headers=headers),))
        assert "RSP-04" in violated_requirements(bench.judge(operation, make_model()))
        assert "RSP-04" not in violated_requirements(bench.judge(operation, make_model(), method="HEAD"))

    def test_items_without_a_name_cannot_be_the_same(self, judge):
        assert not outcomes_on(judge(LIST, [{"id": 1}, {"id": 1}, {}, {}, 1, 1]), "IDS-05")

    def test_a_server_without_rate_limit_is_judged_over_the_run(self, judge):
        assert not outcomes_on(judge(ITEM, make_model(), headers=dict.fromkeys(HEADERS_OF_LIMIT)), "LIM-01")

    def test_undocumented_rate_limit_headers_are_not_judged(self, bench):
        operation = bench.operation(ITEM, responses=(ResponseSpec("200"),))
        assert not outcomes_on(bench.judge(operation, make_model(), headers=dict.fromkeys(HEADERS)), "LIM-01")


def test_an_expansion_within_an_array_is_found_there(bench):
    inner = Expansion("tariff", target="tariffs", within="plans[]")
    operation = bench.operation(ITEM, expansions=(inner,))
    body = {"plans": [{"tariff": f"{BASE}/tariffs/x"}]}
    assert "EXP-01" in passed_requirements(bench.judge(operation, body))
    body["plans"].append({"tariff": {"any": 1}})
    pointers = [
        outcome.pointer
        for outcome in outcomes_on(bench.judge(operation, body), "EXP-01")
        if outcome.verdict is Verdict.FAIL
    ]
    assert pointers == ["/plans/1/tariff"]


def test_a_contradiction_of_the_description_is_for_review(bench):
    """Grade a list that fits two forms of a oneOf as REVIEW, not as a violation."""
    from conformance.checks.body_schemas import _grade_schema_error
    from conformance.validation import SchemaError

    error = SchemaError("/x", "fits two", "oneOf", "one", "two", "#/x", ambiguous=True)
    answer = type("A", (), {"operation": bench.operation(ITEM), "exchange": type("E", (), {"id": "x"})()})()
    assert _grade_schema_error("RSP-03", answer, error, ("agrees",)).verdict is Verdict.REVIEW
    plain = SchemaError("/x", "is wrong", "type", "one", "two", "#/x")
    assert _grade_schema_error("RSP-03", answer, plain, ()).verdict is Verdict.INCONCLUSIVE
    assert _grade_schema_error("RSP-03", answer, plain, ("agrees",)).verdict is Verdict.FAIL


class TestOtherReadings:
    """What a server does by another admissible reading of the description is no violation."""

    CURRENT = "GET /programs/{program_id}/participation_agreement_versions/current"
    PROGRAM = f"{BASE}/programs/prog01KJQXEFCAEH83HWXJHR000001"

    @pytest.mark.parametrize(
        ("tail", "violated"),
        [
            ("/participation_agreement_versions/pagv01KJQXEFCAEH83HWXJHR000002", False),
            ("/participation_agreement_versions/current", False),
            ("/participation_agreement_versions/pagv01KJQXEFCAEH83HWXJHR000003", True),
            ("/tiers/pagv01KJQXEFCAEH83HWXJHR000002", True),
        ],
    )
    def test_an_alias_may_show_the_address_of_what_it_stands_for(self, judge, tail, violated):
        body = {"id": "pagv01KJQXEFCAEH83HWXJHR000002", "url": self.PROGRAM + tail}
        assert ("IDS-04" in violated_requirements(judge(self.CURRENT, body))) is violated

    def test_an_id_that_its_path_does_not_take_is_for_review(self, bench):
        operation = bench.subject.model.operations_by_key[ITEM]
        (schema,) = (parameter.schema for parameter in operation.path_parameters)
        before = schema["pattern"]
        schema["pattern"] = "^vmod[0-9]{26}$"
        try:
            verdicts = {o.verdict for o in bench.judge(ITEM, make_model()) if o.requirement == "IDS-01"}
        finally:
            schema["pattern"] = before
        assert Verdict.REVIEW in verdicts
        assert Verdict.FAIL not in verdicts

    @pytest.mark.parametrize(
        ("keyword", "words", "value", "verdict"),
        [
            ("VehicleModel/properties/name", "Null where the name is unknown.", None, Verdict.REVIEW),
            ("VehicleModel/properties/name", "Never null.", None, Verdict.FAIL),
            ("VehicleModel", "A model; all fields are nullable.", None, Verdict.REVIEW),
            ("VehicleModel", "A model; null where unknown.", None, Verdict.FAIL),
            ("VehicleModel/properties/name", "A list of names.", ["Kite"], Verdict.REVIEW),
            ("VehicleModel/properties/name", "A name of a list of names.", ["Kite"], Verdict.FAIL),
            ("VehicleModel/properties/name", "A list of names. Null where unknown.", 7, Verdict.FAIL),
        ],
    )
    def test_what_words_allow_and_the_schema_forbids_is_for_review(self, bench, keyword, words, value, verdict):
        schema = bench.subject.description.resolve(f"#/components/schemas/{keyword}")
        before = schema.get("description")
        assert judge_name(bench, value) == Verdict.FAIL
        schema["description"] = words
        try:
            assert judge_name(bench, value) == verdict
        finally:
            schema.pop("description") if before is None else schema.update(description=before)


def judge_name(bench, name):
    """Return the verdict on RSP-03 of a model with a name."""
    return next(o.verdict for o in bench.judge(ITEM, make_model(name=name)) if o.requirement == "RSP-03")
