"""ERR-05: resources that do not exist."""

import pytest

from conformance.model import Verdict
from conformance.probes.errors.unknown_ids import PROBES
from tests.probes.scripted import BASE, ListTarget, is_affordable, make_id, make_problem, make_response, run_probe

UNKNOWN, PARENT = PROBES
MAKES = [{"id": make_id("emak", n), "url": f"{BASE}/evse_makes/{make_id('emak', n)}"} for n in range(3)]
ITEM = "GET /evse_makes/{evse_make_id}"


def test_an_unknown_id_is_requested_once_by_a_spare_identity(subject):
    run = run_probe(UNKNOWN, ITEM, subject, ListTarget({"/evse_makes": MAKES}))
    assert run.passed_requirements() == {"ERR-05"}
    assert is_affordable(run, UNKNOWN, ITEM, subject)
    assert [request.identity for request in run.requests] == ["user_a"]


def test_a_response_to_an_unknown_id_is_a_violation(subject):
    assert run_probe(UNKNOWN, ITEM, subject, lambda request: make_response(MAKES[0])).violated_requirements() == {
        "ERR-05"
    }


def test_a_refused_identity_is_replaced_by_a_reading_one(subject):
    def by_identity(request):
        return make_problem(404 if request.identity == "readonly" else 403)

    assert run_probe(UNKNOWN, ITEM, subject, by_identity).passed_requirements() == {"ERR-05"}


def test_a_refusal_of_all_identities_is_not_observable(subject):
    run = run_probe(UNKNOWN, ITEM, subject, lambda request: make_problem(403))
    assert run.verdicts_on("ERR-05") == {Verdict.NOT_OBSERVABLE}


def test_a_member_is_unknown_under_a_parent_that_exists(subject):
    program = {"id": make_id("prog", 1), "url": f"{BASE}/programs/{make_id('prog', 1)}"}
    tiers = f"/programs/{program['id']}/tiers"
    tier = {"id": make_id("tier", 1), "url": f"{BASE}{tiers}/{make_id('tier', 1)}"}
    shelf = ListTarget({"/programs": [program], tiers: [tier]})
    run = run_probe(UNKNOWN, "GET /programs/{program_id}/tiers/{tier_id}", subject, shelf)
    assert run.passed_requirements() == {"ERR-05"}
    assert run.requests[-1].target.startswith(f"{tiers}/tier")


def test_an_empty_parent_collection_is_not_tested(subject):
    run = run_probe(UNKNOWN, "GET /programs/{program_id}/tiers/{tier_id}", subject, ListTarget({"/programs": []}))
    assert run.verdicts_on("ERR-05") == {Verdict.NOT_TESTED}


BELOW = "GET /evses/{evse_id}/status_logs"


@pytest.mark.parametrize("key", [BELOW, "GET /evses/{evse_id}/connectivity"])
def test_parts_of_an_unknown_resource_must_not_be_found(subject, key):
    run = run_probe(PARENT, key, subject, lambda request: make_problem(404))
    assert run.passed_requirements() == {"ERR-05"}
    assert is_affordable(run, PARENT, key, subject)


@pytest.mark.parametrize("body", [[], {}])
def test_an_empty_list_below_an_unknown_resource_is_a_violation(subject, body):
    assert run_probe(PARENT, BELOW, subject, lambda request: make_response(body)).violated_requirements() == {"ERR-05"}


def test_parts_with_a_time_as_key_are_not_requested(subject):
    operation = subject.model.operations_by_key["GET /evses/{evse_id}/status_logs/{sampled_at}"]
    assert not PARENT.applies(operation, subject.model)
