"""CON-09: identical reads of two users in turn, against scripted targets."""

import pytest

from conformance.model import Verdict
from conformance.probes.consistency.flaky_reads import PROBES
from tests.probes.scripted import BASE, is_affordable, make_id, make_problem, make_response, run_probe

(PROBE,) = PROBES
LIST = "GET /vehicles"


def list_vehicles(*numbers):
    ids = [make_id("vhcl", number) for number in numbers]
    return make_response([{"id": key, "url": f"{BASE}/vehicles/{key}"} for key in ids])


class Target:
    """A target that answers a numbered read of a user otherwise than the rest: `odd` by number, from 1 on."""

    def __init__(self, odd=None):
        self.odd, self.counts = odd or {}, {}

    def __call__(self, request):
        number = self.counts[request.identity] = self.counts.get(request.identity, 0) + 1
        own = (1, 2) if request.identity == "user_a" else (3,)
        return self.odd.get((request.identity, number)) or list_vehicles(*own)


def test_equal_answers_pass_and_say_how_often_they_were_read(subject):
    run = run_probe(PROBE, LIST, subject, Target())
    assert run.passed_requirements() == {"CON-09"}
    assert {(outcome.tried, outcome.known) for outcome in run.outcomes} == {(4, 4)}
    assert [request.identity for request in run.requests[:4]] == ["user_a", "user_b", "user_a", "user_b"]
    assert is_affordable(run, PROBE, LIST, subject)


@pytest.mark.parametrize("odd", [make_problem(404), make_response([]), list_vehicles(3), list_vehicles(1)])
@pytest.mark.parametrize("number", [2, 3])
def test_one_answer_that_differs_is_flaky(number, odd, subject):
    run = run_probe(PROBE, LIST, subject, Target({("user_a", number): odd}))
    assert run.violated_requirements() == {"CON-09"}
    assert run.outcomes_on("CON-09")[0].message.startswith("flaky: 1 of 4 identical reads")


def test_what_changes_for_good_is_not_flaky(subject):
    later = {("user_b", number): list_vehicles(3, 4) for number in (3, 4)}
    assert not run_probe(PROBE, LIST, subject, Target(later)).violated_requirements()


def test_what_moves_on_with_each_read_is_not_flaky(subject):
    moving = {("user_b", number): list_vehicles(*range(3, 3 + number)) for number in (2, 3, 4)}
    assert not run_probe(PROBE, LIST, subject, Target(moving)).violated_requirements()


def test_a_busy_server_decides_nothing(subject):
    busy = {(user, number): make_problem(503) for user in ("user_a", "user_b") for number in (2, 3)}
    assert run_probe(PROBE, LIST, subject, Target(busy)).verdicts_on("CON-09") == {Verdict.NOT_OBSERVABLE}
