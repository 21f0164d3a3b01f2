"""Generated requests: valid ones must succeed, invalid ones be refused, disputed ones violate nothing."""

import pytest
from scripted import BASE, Shelf, drive, exchange_of, problem, reply, ulid

from conformance.model import Request, Response, Verdict
from conformance.plan import Catalogue
from conformance.probes.generated import requests
from conformance.validation import request_errors
from specs.catalogue import requirements
from strategies import disk_cache

LISTING = "GET /suppliers"
READS = requests.PROBES[0]
SUPPLIERS = [
    {"id": ulid("supl", n), "url": f"{BASE}/suppliers/{ulid('supl', n)}", "name": "S", "country": "GB"}
    for n in range(3)
]


@pytest.fixture(autouse=True)
def own_cache(tmp_path_factory, monkeypatch):
    folder = tmp_path_factory.getbasetemp() / "cases"
    monkeypatch.setattr(disk_cache, "default_dir", lambda: folder)


def target(subject, wrong=lambda request: problem(400), right=None):
    """Return a target that refuses what the compiled validators refuse."""
    shelf = Shelf({"/suppliers": SUPPLIERS})
    operation = subject.model.by_key[LISTING]

    def answer(request: Request) -> Response:
        if request_errors(subject.validators, operation, request):
            return wrong(request)
        return right(request) if right and "?" in request.target else shelf(request)

    return answer


def test_strict_target_has_no_violation(subject):
    run = drive(READS, LISTING, subject, target(subject))
    assert run.violated() == set()
    assert {"RSP-12", "PAG-06"} <= run.passed()
    assert len(run.requests) > 10


def test_target_that_accepts_everything_violates_each_place(subject):
    run = drive(READS, LISTING, subject, target(subject, wrong=lambda _: reply(SUPPLIERS)))
    assert {"PAG-06", "VER-02"} <= run.violated()


def test_target_that_fails_has_violations(subject):
    run = drive(READS, LISTING, subject, target(subject, wrong=lambda _: problem(500)))
    assert "PAG-06" in run.violated()


def test_a_target_that_refuses_valid_page_sizes_breaks_rsp_12(subject):
    run = drive(READS, LISTING, subject, target(subject, right=lambda _: problem(400)))
    assert "RSP-12" in run.violated()


def test_forbidding_target_is_not_observable(subject):
    def refuse_fresh(request: Request) -> Response:
        return problem(403) if request.fresh else Shelf({"/suppliers": SUPPLIERS})(request)

    run = drive(READS, LISTING, subject, refuse_fresh)
    assert run.violated() == set()
    assert run.passed() == set()
    assert Verdict.NOT_OBSERVABLE in run.verdicts("PAG-06")


def test_one_request_is_judged_again_by_itself(subject):
    operation = subject.model.by_key[LISTING]
    steps = requests.read_again(Request(LISTING, "GET", "/suppliers?page_size=0"), operation, subject)
    asked = next(steps)
    outcome = steps.send(exchange_of(asked, reply(SUPPLIERS)))
    assert (outcome.requirement, outcome.verdict) == ("PAG-06", Verdict.FAIL)


def test_requests_are_the_same_for_one_seed(subject):
    first, again = (drive(READS, LISTING, subject, target(subject)).requests for _ in range(2))
    assert first == again


def test_generated_probes_need_profile_deep():
    probes = Catalogue.of(requirements()).probes
    deep = {probes[name].profile for name in ("generated", "generated-writes", "workflow")}
    assert deep == {"deep"}
    assert probes["generated-writes"].writes
    assert probes["workflow"].writes
