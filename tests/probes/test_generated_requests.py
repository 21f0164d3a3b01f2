"""Generated requests: valid ones must succeed, invalid ones be refused, disputed ones violate nothing."""

import msgspec
import pytest

from conformance.model import Generated, KeywordsListed, Profile, Request, Response, Verdict
from conformance.plan import Catalogue
from conformance.plan.sampling import count_probe_parts
from conformance.probes.generated import requests
from conformance.validation import validate_request
from specs.catalogue import load_requirements
from strategies import disk_cache
from strategies.case_pool import pool_cases
from tests.probes.scripted import BASE, ListTarget, make_exchange, make_id, make_problem, make_response, run_probe

LISTING = "GET /suppliers"
READS = requests.PROBES[0]
SUPPLIERS = [
    {"id": make_id("supl", n), "url": f"{BASE}/suppliers/{make_id('supl', n)}", "name": "S", "country": "GB"}
    for n in range(3)
]


@pytest.fixture
def subject(subject):
    return msgspec.structs.replace(subject, profile=Profile.DEEP, seed=1)


@pytest.fixture(autouse=True)
def own_cache(tmp_path_factory, monkeypatch):
    folder = tmp_path_factory.getbasetemp() / "cases"
    monkeypatch.setattr(disk_cache, "find_default_dir", lambda: folder)


def target(subject, wrong=lambda request: make_problem(400), right=None):
    """Return a target that refuses what the compiled validators refuse."""
    shelf = ListTarget({"/suppliers": SUPPLIERS})
    operation = subject.model.operations_by_key[LISTING]

    def answer(request: Request) -> Response:
        if validate_request(subject.validators, operation, request):
            return wrong(request)
        return right(request) if right and "?" in request.target else shelf(request)

    return answer


def test_strict_target_has_no_violation(subject):
    run = run_probe(READS, LISTING, subject, target(subject))
    assert run.violated_requirements() == set()
    assert {"RSP-12", "PAG-06"} <= run.passed_requirements()
    assert len(run.requests) > 10


def test_target_that_accepts_everything_violates_each_place(subject):
    run = run_probe(READS, LISTING, subject, target(subject, wrong=lambda _: make_response(SUPPLIERS)))
    assert {"PAG-06", "VER-02"} <= run.violated_requirements()


def test_target_that_fails_has_violations(subject):
    run = run_probe(READS, LISTING, subject, target(subject, wrong=lambda _: make_problem(500)))
    assert "PAG-06" in run.violated_requirements()


def test_a_target_that_refuses_valid_page_sizes_breaks_rsp_12(subject):
    run = run_probe(READS, LISTING, subject, target(subject, right=lambda _: make_problem(400)))
    assert "RSP-12" in run.violated_requirements()


def test_forbidding_target_is_not_observable(subject):
    def refuse_fresh(request: Request) -> Response:
        return make_problem(403) if request.fresh else ListTarget({"/suppliers": SUPPLIERS})(request)

    run = run_probe(READS, LISTING, subject, refuse_fresh)
    assert run.violated_requirements() == set()
    assert run.passed_requirements() == set()
    assert Verdict.NOT_OBSERVABLE in run.verdicts_on("PAG-06")


def test_one_request_is_judged_again_by_itself(subject):
    operation = subject.model.operations_by_key[LISTING]
    steps = requests.repeat_read(Request(LISTING, "GET", "/suppliers?page_size=0"), operation, subject)
    asked = next(steps)
    outcome = steps.send(make_exchange(asked, make_response(SUPPLIERS)))
    assert (outcome.requirement, outcome.verdict) == ("PAG-06", Verdict.FAIL)


def test_requests_are_the_same_for_one_seed(subject):
    first, again = (run_probe(READS, LISTING, subject, target(subject)).requests for _ in range(2))
    assert first == again


def test_generated_probes_say_that_they_generate():
    probes = Catalogue.collect(load_requirements()).probes
    assert {name for name, probe in probes.items() if probe.sends_generated} == {"generated-reads", "generated-writes"}
    assert probes["generated-writes"].writes
    assert probes["workflow"].writes
    assert probes["workflow"].profile == "deep"


def follow(subject, answer, operation=LISTING):
    """Return the generated requests of one part, and the events on them."""
    sent, events, exchange = [], [], None
    steps = requests.send_reads(subject.model.operations_by_key[operation], subject)
    while True:
        try:
            step = steps.send(exchange) if exchange else next(steps)
        except StopIteration:
            return sent, events
        exchange = make_exchange(step, answer(step), len(sent) + 1) if isinstance(step, Request) else None
        if isinstance(step, Request) and step.fresh:
            sent.append(step)
        elif isinstance(step, Generated | KeywordsListed):
            events.append(step)


def test_parts_of_one_run_send_every_case_once(subject):
    standard = msgspec.structs.replace(subject, profile=Profile.STANDARD, seed=2)
    operation = subject.model.operations_by_key[LISTING]
    pool = pool_cases(operation, subject.validators, seed=2)
    count = count_probe_parts(READS, operation, subject.model)
    parts = [msgspec.structs.replace(standard, part=part) for part in range(count)]
    sent = [request for part in parts for request in follow(part, target(subject))[0]]
    assert len(sent) == len({(request.target, request.headers) for request in sent}) == len(pool)


def test_successive_seeds_begin_with_other_cases(subject):
    standard = msgspec.structs.replace(subject, profile=Profile.STANDARD)
    first, second = (follow(msgspec.structs.replace(standard, seed=s), target(subject))[0] for s in (1, 2))
    assert len(first) == len(second) == requests.READ_SAMPLE
    assert {request.target for request in first} != {request.target for request in second}


def test_each_generated_request_is_noted_with_its_keywords(subject):
    sent, events = follow(subject, target(subject))
    listed, *noted = events
    assert isinstance(listed, KeywordsListed)
    assert len(noted) == len(sent)
    keywords = {keyword for event in noted for keyword in event.sent}
    assert {(k.name, k.value) for k in keywords if k.place == "query:page_size"} >= {
        ("maximum", ""),
        ("above maximum", ""),
    }
    assert keywords <= {*listed.sendable}
