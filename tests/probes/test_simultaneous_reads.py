"""CON-09: two users who read at the same moment, against scripted targets."""

import pytest

from conformance.model import Verdict
from conformance.probes.consistency.simultaneous_reads import PROBES
from tests.probes.scripted import BASE, is_affordable, make_id, make_problem, make_response, run_probe

FIRST, SECOND = PROBES
LIST = "GET /vehicles"


def list_vehicles(*numbers):
    ids = [make_id("vhcl", number) for number in numbers]
    return make_response([{"id": key, "url": f"{BASE}/vehicles/{key}"} for key in ids])


class Target:
    """A target of two users, which answers some reads otherwise: `odd` by user and number of the read, from 1 on."""

    def __init__(self, odd=None, shared=False):
        self.odd, self.shared, self.counts = odd or {}, shared, {}

    def __call__(self, request):
        number = self.counts[request.identity] = self.counts.get(request.identity, 0) + 1
        own = (1, 2) if request.identity == "user_a" or self.shared else (3,)
        return self.odd.get((request.identity, number)) or list_vehicles(*own)


@pytest.mark.parametrize("probe", PROBES)
@pytest.mark.parametrize("shared", [False, True])
def test_each_user_gets_its_own_answer(probe, shared, subject):
    run = run_probe(probe, LIST, subject, Target(shared=shared))
    assert run.passed_requirements() == {"CON-09"}
    assert len(run.requests) == 3 + shared  # what both see alike is read once more
    assert is_affordable(run, probe, LIST, subject) or shared


@pytest.mark.parametrize("odd", [list_vehicles(1, 2), make_response([]), make_problem(404)])
def test_an_answer_beside_another_read_that_differs_is_flaky(odd, subject):
    run = run_probe(SECOND, LIST, subject, Target({("user_b", 2): odd}))
    assert run.violated_requirements() == {"CON-09"}


def test_a_user_who_always_gets_the_answer_to_the_other_but_alone_is_reported(subject):
    taken = {("user_b", number): list_vehicles(1, 2) for number in (1, 2)}
    run = run_probe(SECOND, LIST, subject, Target(taken))
    assert [outcome.message for outcome in run.outcomes if outcome.verdict is Verdict.FAIL] == [
        "flaky: two users who read at the same moment get one answer"
    ]
    assert not run_probe(FIRST, LIST, subject, Target(taken)).violated_requirements()


def test_what_changes_for_both_users_is_no_exchange(subject):
    later = {(user, number): list_vehicles(1, 2, 4) for user in ("user_a", "user_b") for number in (2, 3, 4)}
    run = run_probe(FIRST, LIST, subject, Target({**later, ("user_a", 2): list_vehicles(1, 2)}, shared=True))
    assert run.verdicts_on("CON-09") == {Verdict.PASS}


def test_what_a_user_may_not_read_is_not_observable(subject):
    closed = {("user_a", 1): make_problem(403)}
    assert run_probe(FIRST, LIST, subject, Target(closed)).verdicts_on("CON-09") == {Verdict.NOT_OBSERVABLE}
