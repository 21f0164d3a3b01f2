"""Histories on the built-in server: a fault that needs three steps is found and shown briefly."""

import pytest

from conformance.execution.spec import FAILED_HISTORIES_FOLDER
from conformance.mock_server import run_server
from tests.probes.deep import run_items

WORKFLOW = {"workflow"}
ROUTES, VEHICLES, ARRAYS = "POST /users/{user_id}/saved_routes", "POST /vehicles", "POST /solar_arrays"


@pytest.fixture(scope="module")
def faulty_run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("faulty") / "run"
    with run_server(seed=1, faults=("wrt-patch-undoes-patch",)) as server:
        return *run_items(server.base_url, folder, WORKFLOW, ROUTES), folder


def test_fault_of_three_steps_is_shown_by_a_short_history(faulty_run):
    violations, exchanges, folder = faulty_run
    assert {violation.requirement for violation in violations} == {"WRT-02"}
    methods = [exchanges[exchange_id].request.method for exchange_id in violations[0].exchanges]
    assert methods.count("PATCH") in {2, 3}  # shrinking may keep a harmless one within its budget
    assert len(methods) <= 8
    assert any((folder / FAILED_HISTORIES_FOLDER).rglob("*"))


def tried_before(violations, exchanges):
    """Return the ids of POST requests sent before the history that is shown."""
    shown = violations[0].exchanges
    sent = list(exchanges)[: list(exchanges).index(shown[0])]
    return [
        exchange_id
        for exchange_id in sent
        if exchanges[exchange_id].request.method == "POST" and exchange_id not in shown
    ]


def test_failed_history_comes_first_in_a_rerun(tmp_path):
    with run_server(seed=1, faults=("wrt-expanded-read-blocks-patch",)) as server:
        first, sent = run_items(server.base_url, tmp_path / "first", WORKFLOW, ARRAYS)
        again, later = run_items(
            server.base_url, tmp_path / "again", WORKFLOW, ARRAYS, resume=tmp_path / "first", rerun_failed=True
        )
    assert [violation.requirement for violation in first] == ["WRT-02"]
    assert [violation.requirement for violation in again] == ["WRT-02"]
    assert len(tried_before(again, later)) * 3 < len(tried_before(first, sent))


@pytest.mark.parametrize(
    ("fault", "requirement"), [("wrt-create-revives", "WRT-04"), ("wrt-newest-hides-newer", "WRT-07")]
)
def test_fault_that_needs_several_steps_is_found(fault, requirement, tmp_path):
    with run_server(seed=1, faults=(fault,)) as server:
        violations, _ = run_items(server.base_url, tmp_path / "run", WORKFLOW, VEHICLES)
    assert {violation.requirement for violation in violations} == {requirement}


def test_clean_server_has_no_violation(tmp_path):
    with run_server(seed=1) as server:
        violations, exchanges = run_items(server.base_url, tmp_path / "run", WORKFLOW, ROUTES)
    assert violations == []
    assert sum(request.request.method == "PATCH" for request in exchanges.values()) > 3
