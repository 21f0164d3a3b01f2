"""CON-01, CON-02, CON-05, VER-02 and VER-03: contradictions are found, volatile values are left out."""

import itertools

import msgspec
import pytest
from scripted import BASE, Shelf, affordable, drive, problem, reply, ulid

from conformance.model import Response, Verdict
from conformance.probes.consistency.head_requests import PROBES as HEADS
from conformance.probes.consistency.list_items import PROBES as ITEMS
from conformance.probes.consistency.repeated_reads import PROBES as VERSIONED
from conformance.probes.headers.api_versions import PROBES as VERSIONS

AGREE, LISTED, HEAD = (*VERSIONED, *ITEMS, *HEADS)
(UNSUPPORTED,) = VERSIONS
MAKES = [{"id": ulid("emak", n), "url": f"{BASE}/evse_makes/{ulid('emak', n)}", "name": f"Make {n}"} for n in range(3)]
LIST, ITEM = "GET /evse_makes", "GET /evse_makes/{evse_make_id}"
SHELF = Shelf({"/evse_makes": MAKES})


def asked_for(request, name="EvEnergy-Version"):
    return next((value for key, value in request.headers if key == name), None)


class TestAgreement:
    @pytest.mark.parametrize("operation", [LIST, ITEM])
    def test_agreeing_target_passes(self, operation, subject):
        run = drive(AGREE, operation, subject, SHELF)
        assert run.passed() == {"CON-01", "VER-03"}
        assert affordable(run, AGREE, operation, subject)

    def test_version_header_may_not_change_the_response(self, subject):
        def target(request):
            makes = [{**item, "name": "other"} for item in MAKES] if asked_for(request) else MAKES
            return reply(makes)

        run = drive(AGREE, LIST, subject, target)
        assert run.violated() == {"VER-03"}
        assert run.passed() == {"CON-01"}

    def test_requested_version_may_not_be_refused(self, subject):
        run = drive(AGREE, LIST, subject, lambda request: problem(400) if asked_for(request) else reply(MAKES))
        assert run.violated() == {"VER-03"}

    @pytest.mark.parametrize("names", [["one", "other"], list("abcdefgh"), [1, 2, 3, 4, 5, 6, 7]])
    def test_repeated_reads_may_not_differ(self, names, subject):
        turn = itertools.cycle(names)
        run = drive(AGREE, LIST, subject, lambda request: reply([{**MAKES[0], "name": next(turn)}]))
        assert "CON-01" in run.violated()
        assert "VER-03" not in run.violated()

    @pytest.mark.parametrize(
        "values",
        [
            [1, 2, 2, 2, 2],  # a measurement came in
            ["2026-01-01T00:00:00Z", "2026-01-01T00:00:01Z", "2026-01-01T00:00:02Z", "2026-01-01T00:00:03Z",
             "2026-01-01T00:00:04Z"],
        ],
    )  # fmt: skip
    def test_volatile_value_is_noted_and_left_out(self, values, subject):
        turn = iter(values)
        run = drive(AGREE, LIST, subject, lambda request: reply([{**MAKES[0], "name": next(turn)}]))
        assert not run.violated()
        assert [notice.topic for notice in run.notices] == ["volatile-field"]

    def test_redirect_may_have_a_new_ticket_each_time(self, subject):
        seeded = msgspec.structs.replace(subject, seeds={"client_id": ("me",), "user_id": (ulid("user", 1),)})
        tickets = itertools.count()

        def target(request):
            return Response(302, (("Location", f"https://pages.example.com/{next(tickets)}"),))

        assert not drive(AGREE, "GET /inverter_onboarding", seeded, target).violated()

    def test_failed_read_is_not_observable(self, subject):
        run = drive(AGREE, LIST, subject, lambda request: problem(403))
        assert run.verdicts("CON-01") == run.verdicts("VER-03") == {Verdict.NOT_OBSERVABLE}


class TestListAndItem:
    def test_list_with_current_items_passes(self, subject):
        run = drive(LISTED, ITEM, subject, SHELF)
        assert run.passed() == {"CON-02"}
        assert affordable(run, LISTED, ITEM, subject)

    @pytest.mark.parametrize("wrong", [0, 1, 2])
    def test_outdated_item_in_a_list_is_found(self, wrong, subject):
        several = [msgspec.structs.replace(subject, seed=seed) for seed in range(8)]
        old = [{**item, "name": "old"} if index == wrong else item for index, item in enumerate(MAKES)]
        shelf = Shelf({"/evse_makes": MAKES}, {"/evse_makes": reply(old)})
        violations = [drive(LISTED, ITEM, seeded, shelf).violated() for seeded in several]
        assert {"CON-02"} in violations  # the first item always, another one by the seed
        assert wrong or set() not in violations

    def test_change_between_two_reads_is_no_violation(self, subject):
        new = [{**MAKES[0], "name": "new"}, *MAKES[1:]]
        lists = iter([MAKES, new, new, new, new])

        def target(request):
            return reply(next(lists)) if request.target == "/evse_makes" else Shelf({"/evse_makes": new})(request)

        seeds = msgspec.structs.replace(subject, target=msgspec.structs.replace(subject.target, identities=("full",)))
        assert not drive(LISTED, ITEM, seeds, target).violated()

    def test_empty_list_is_not_tested(self, subject):
        assert drive(LISTED, ITEM, subject, Shelf({"/evse_makes": []})).verdicts("CON-02") == {Verdict.NOT_TESTED}


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
            (problem(405), Verdict.NOT_APPLICABLE),
        ],
    )
    def test_head_must_agree_with_get(self, head, verdict, operation, subject):
        run = drive(HEAD, operation, subject, lambda request: head if request.method == "HEAD" else reply([]))
        assert run.verdicts("CON-05") == {verdict}


class TestUnsupportedVersion:
    @pytest.mark.parametrize("operation", [LIST, ITEM])
    def test_refusal_with_400_passes(self, operation, subject):
        run = drive(UNSUPPORTED, operation, subject, lambda r: problem(400) if asked_for(r) else SHELF(r))
        assert run.passed() == {"VER-02"}
        assert affordable(run, UNSUPPORTED, operation, subject)

    def test_unsupported_version_may_not_be_accepted(self, subject):
        assert drive(UNSUPPORTED, LIST, subject, SHELF).violated() == {"VER-02"}

    def test_refusal_must_have_status_400(self, subject):
        run = drive(UNSUPPORTED, LIST, subject, lambda r: problem(406) if asked_for(r) else SHELF(r))
        assert run.violated() == {"VER-02"}

    def test_forbidden_read_is_not_observable(self, subject):
        run = drive(UNSUPPORTED, LIST, subject, lambda request: problem(403))
        assert run.verdicts("VER-02") == {Verdict.NOT_OBSERVABLE}
