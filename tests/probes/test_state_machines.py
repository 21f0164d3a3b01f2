"""State machines: the walk covers every order of two actions, and each kind of wrong turn is reported."""

import re
from itertools import pairwise
from pathlib import Path

import pytest

from conformance.description import load_description
from conformance.errors import PlanError
from conformance.evidence.differences import ABSENT, get_value
from conformance.model import Verdict
from conformance.probes.stated_rules.machines import PROBES, plan_walk
from specs.rulebook import load_machines
from tests.probes.scripted import BASE, make_id, make_problem, make_response, run_probe

(WALK,) = PROBES
DISCONNECT = "POST /vehicles/{vehicle_id}/disconnect"
STATES = ("ACTIVE", "INACTIVE", "UNINTEGRATED")
PROVIDER = Path(__file__).parents[3] / "shared" / "reference" / "ev-energy-api-v2-openapi.yaml"
MACHINE = """
[[machine]]
id = "lamp"
read = "GET /lamps/{id}"
states = [{ name = "on", shows = { "/on" = true } }, { name = "off" }]
actions = [{ operation = "POST /lamps/{id}/start", pointer = "#/x", statement = "It is on.", leads = { off = "on" } }]
"""


class Vehicles:
    """A target with one vehicle in each state; a test overrides what an action does."""

    def __init__(self):
        self.states = {make_id("vhcl", n): state for n, state in enumerate(STATES)}
        self.actions = []

    def __call__(self, request):
        path = request.target.partition("?")[0]
        if path == "/vehicles":
            return make_response([self.show(key) for key in self.states])
        key = path.split("/")[2]
        if request.method == "POST":
            self.actions.append((key, path.rpartition("/")[2]))
            return self.act(key, path.rpartition("/")[2])
        return make_response(self.show(key))

    def show(self, key):
        return {"id": key, "url": f"{BASE}/vehicles/{key}", "integrated": self.states[key]}

    def act(self, key, action):
        if action == "disconnect":
            self.states[key] = "INACTIVE" if self.states[key] == "ACTIVE" else self.states[key]
            return make_response(self.show(key))
        return make_response({"url": "https://example.com/reconnect"}, 201)


def judge(subject, target):
    run = run_probe(WALK, DISCONNECT, subject, target)
    return run.violated_requirements(), run


def test_a_walk_has_every_pair_with_its_operation_and_the_operation_twice():
    for others in ([], ["b"], ["b", "c", "d"]):
        walk = plan_walk("a", others)
        pairs = set(pairwise(walk))
        assert {("a", "a"), *(("a", other) for other in others), *((other, "a") for other in others)} <= pairs


def test_a_server_that_follows_the_machine_passes_in_each_state(subject):
    target = Vehicles()
    violated, run = judge(subject, target)
    assert violated == set()
    assert {"STA-02", "STA-03"} <= run.passed_requirements()
    assert {key for key, _ in target.actions} == set(target.states)
    assert any("nothing leads back" in notice.message for notice in run.notices)


def test_an_action_without_its_effect_is_a_violation(subject):
    class Idle(Vehicles):
        def act(self, key, action):
            return make_response(self.show(key))

    assert judge(subject, Idle())[0] == {"STA-02"}


def test_a_repetition_that_is_refused_is_a_violation(subject):
    class Once(Vehicles):
        def act(self, key, action):
            if action == "disconnect" and self.states[key] != "ACTIVE":
                return make_problem(409)
            return super().act(key, action)

    assert judge(subject, Once())[0] == {"STA-03"}


def test_a_repetition_with_an_effect_is_a_violation(subject):
    class Toggling(Vehicles):
        def act(self, key, action):
            if action == "disconnect":
                self.states[key] = {"ACTIVE": "INACTIVE", "INACTIVE": "ACTIVE"}.get(self.states[key], "UNINTEGRATED")
                return make_response(self.show(key))
            return super().act(key, action)

    assert "STA-03" in judge(subject, Toggling())[0]


def test_a_refused_action_with_an_effect_is_a_violation(subject):
    class Half(Vehicles):
        def act(self, key, action):
            super().act(key, action)
            return make_problem(400)

    assert "STA-01" in judge(subject, Half())[0]


@pytest.mark.parametrize("status", [401, 403, 404, 503])
def test_other_refusals_decide_nothing(subject, status):
    class Closed(Vehicles):
        def act(self, key, action):
            return make_problem(status)

    violated, run = judge(subject, Closed())
    assert violated == set()
    assert Verdict.INCONCLUSIVE in run.verdicts_on("STA-01")


def test_machines_name_operations_and_places_that_exist():
    operations = load_description().model.operations_by_key
    for machine in load_machines():
        assert machine.read in operations
        assert {action.operation for action in machine.actions} <= set(operations)
    if PROVIDER.is_file():
        document = load_description(PROVIDER).document
        pointers = [action.pointer for machine in load_machines() for action in machine.actions]
        assert [pointer for pointer in pointers if get_value(document, pointer[1:]) is ABSENT] == []


def test_a_machine_is_read_and_a_faulty_one_is_refused(tmp_path):
    (tmp_path / "lamps.toml").write_text(MACHINE)
    assert load_machines(root=tmp_path)[0].find_action("POST /lamps/{id}/start").leads == {"off": "on"}
    for before, after, message in (('off = "on"', 'off = "dim"', "dim"), ("states = [", "state = [", "state")):
        (tmp_path / "lamps.toml").write_text(MACHINE.replace(before, after))
        with pytest.raises(PlanError, match=r"lamps\.toml") as caught:
            load_machines(root=tmp_path)
        assert re.search(message, caught.value.message)
