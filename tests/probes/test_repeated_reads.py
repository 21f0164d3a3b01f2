"""CON-01, CON-02, CON-05, VER-02 and VER-03: contradictions are found, volatile values are left out."""

import itertools

import msgspec
import pytest

from conformance.model import Response, Verdict
from conformance.probes.consistency.head_requests import PROBES as HEADS
from conformance.probes.consistency.list_items import PROBES as ITEMS
from conformance.probes.consistency.repeated_reads import PROBES as VERSIONED
from conformance.probes.headers.api_versions import PROBES as VERSIONS
from tests.probes.scripted import BASE, ListTarget, is_affordable, make_id, make_problem, make_response, run_probe

AGREE, LISTED, HEAD = (*VERSIONED, *ITEMS, *HEADS)
(UNSUPPORTED,) = VERSIONS
MAKES = [
    {"id": make_id("emak", n), "url": f"{BASE}/evse_makes/{make_id('emak', n)}", "name": f"Make {n}"} for n in range(3)
]
LIST, ITEM = "GET /evse_makes", "GET /evse_makes/{evse_make_id}"
SHELF = ListTarget({"/evse_makes": MAKES})


def asked_for(request, name="EvEnergy-Version"):
    return next((value for key, value in request.headers if key == name), None)


class TestAgreement:
    @pytest.mark.parametrize("operation", [LIST, ITEM])
    def test_agreeing_target_passes(self, operation, subject):
        run = run_probe(AGREE, operation, subject, SHELF)
        assert run.passed_requirements() == {"CON-01", "VER-03"}
        assert is_affordable(run, AGREE, operation, subject)

    def test_version_header_may_not_change_the_response(self, subject):
        def target(request):
            makes = [{**item, "name": "other"} for item in MAKES] if asked_for(request) else MAKES
            return make_response(makes)

        run = run_probe(AGREE, LIST, subject, target)
        assert run.violated_requirements() == {"VER-03"}
        assert run.passed_requirements() == {"CON-01"}

    def test_requested_version_may_not_be_refused(self, subject):
        run = run_probe(
            AGREE, LIST, subject, lambda request: make_problem(400) if asked_for(request) else make_response(MAKES)
        )
        assert run.violated_requirements() == {"VER-03"}

    @pytest.mark.parametrize("names", [["one", "other"], [1, 2], [True, False], [{"a": 1}, {"a": 2}]])
    def test_repeated_reads_may_not_take_turns(self, names, subject):
        turn = itertools.cycle(names)
        run = run_probe(AGREE, LIST, subject, lambda request: make_response([{**MAKES[0], "name": next(turn)}]))
        assert "CON-01" in run.violated_requirements()
        assert "VER-03" not in run.violated_requirements()

    @pytest.mark.parametrize(
        "values",
        [
            [1, 2, *[2] * 9],  # a measurement came in
            range(99),
            [f"2026-01-01T00:00:{second:02}Z" for second in range(60)],
            "abaacdabbaacdabba",
        ],
    )
    def test_volatile_value_is_noted_and_left_out(self, values, subject):
        turn = iter(values)
        run = run_probe(AGREE, LIST, subject, lambda request: make_response([{**MAKES[0], "name": next(turn)}]))
        assert not run.violated_requirements()
        assert [notice.topic for notice in run.notices] == ["volatile-field"]

    def test_redirect_may_have_a_new_ticket_each_time(self, subject):
        seeded = msgspec.structs.replace(subject, seeds={"client_id": ("me",), "user_id": (make_id("user", 1),)})
        tickets = itertools.count()

        def target(request):
            return Response(302, (("Location", f"https://pages.example.com/{next(tickets)}"),))

        assert not run_probe(AGREE, "GET /inverter_onboarding", seeded, target).violated_requirements()

    def test_failed_read_is_not_observable(self, subject):
        run = run_probe(AGREE, LIST, subject, lambda request: make_problem(403))
        assert run.verdicts_on("CON-01") == run.verdicts_on("VER-03") == {Verdict.NOT_OBSERVABLE}


class TestListAndItem:
    def test_list_with_current_items_passes(self, subject):
        run = run_probe(LISTED, ITEM, subject, SHELF)
        assert run.passed_requirements() == {"CON-02"}
        assert is_affordable(run, LISTED, ITEM, subject)

    @pytest.mark.parametrize("wrong", [0, 1, 2])
    def test_outdated_item_in_a_list_is_found(self, wrong, subject):
        several = [msgspec.structs.replace(subject, seed=seed) for seed in range(8)]
        old = [{**item, "name": "old"} if index == wrong else item for index, item in enumerate(MAKES)]
        shelf = ListTarget({"/evse_makes": MAKES}, {"/evse_makes": make_response(old)})
        violations = [run_probe(LISTED, ITEM, seeded, shelf).violated_requirements() for seeded in several]
        assert {"CON-02"} in violations  # the first item always, another one by the seed
        assert wrong or set() not in violations

    def test_change_between_two_reads_is_no_violation(self, subject):
        new = [{**MAKES[0], "name": "new"}, *MAKES[1:]]
        lists = iter([MAKES, new, new, new, new])

        def target(request):
            return (
                make_response(next(lists))
                if request.target == "/evse_makes"
                else ListTarget({"/evse_makes": new})(request)
            )

        seeds = msgspec.structs.replace(subject, target=msgspec.structs.replace(subject.target, identities=("full",)))
        assert not run_probe(LISTED, ITEM, seeds, target).violated_requirements()

    def test_empty_list_is_not_tested(self, subject):
        assert run_probe(LISTED, ITEM, subject, ListTarget({"/evse_makes": []})).verdicts_on("CON-02") == {
            Verdict.NOT_TESTED
        }


class TestHead:
    @pytest.fixture
    def operation(self, subject):
        return next(o.key for o in subject.model.operations if HEAD.applies(o, subject.model) and "{" not in o.path)

    @pytest.mark.parametrize(
        ("head", "verdict"),
        [
            (Response(200, (("Content-Type", "application/json"),)), Verdict.PASS),
            (Response(404, (("Content-Type", "application/json"),)), Verdict.FAIL),
            (Response(200, (("Content-Type", "text/html"),)), Verdict.FAIL),
            (make_problem(405), Verdict.NOT_APPLICABLE),
        ],
    )
    def test_head_must_agree_with_get(self, head, verdict, operation, subject):
        run = run_probe(
            HEAD, operation, subject, lambda request: head if request.method == "HEAD" else make_response([])
        )
        assert run.verdicts_on("CON-05") == {verdict}


class TestUnsupportedVersion:
    @pytest.mark.parametrize("operation", [LIST, ITEM])
    def test_refusal_with_400_passes(self, operation, subject):
        run = run_probe(UNSUPPORTED, operation, subject, lambda r: make_problem(400) if asked_for(r) else SHELF(r))
        assert run.passed_requirements() == {"VER-02"}
        assert is_affordable(run, UNSUPPORTED, operation, subject)

    def test_unsupported_version_may_not_be_accepted(self, subject):
        assert run_probe(UNSUPPORTED, LIST, subject, SHELF).violated_requirements() == {"VER-02"}

    def test_refusal_must_have_status_400(self, subject):
        run = run_probe(UNSUPPORTED, LIST, subject, lambda r: make_problem(406) if asked_for(r) else SHELF(r))
        assert run.violated_requirements() == {"VER-02"}

    def test_forbidden_read_is_not_observable(self, subject):
        run = run_probe(UNSUPPORTED, LIST, subject, lambda request: make_problem(403))
        assert run.verdicts_on("VER-02") == {Verdict.NOT_OBSERVABLE}
