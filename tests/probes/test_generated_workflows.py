"""Histories on the built-in server: the fault that needs three steps is found and shown briefly, and no clean one."""

import pytest

from conformance.eventlog import read
from conformance.execution.opening import RunOptions
from conformance.execution.session import Session
from conformance.execution.spec import MEMORY
from conformance.execution.worker import Worker
from conformance.mock_server import running
from conformance.model import Exchanged, Observed, Profile, Verdict

OPERATION = "POST /users/{user_id}/saved_routes"


def ran(folder, faults):
    """The violations that the workflow probe saw, the exchanges by id, and whether anything was remembered."""
    with running(seed=1, faults=faults) as server:
        options = RunOptions(
            target=server.base_url, profile=Profile.DEEP, budget=10**6, allow_writes=True, report_dir=folder
        )
        session = Session.open(options)
        worker = Worker(session.spec, session.brief, "main")
        items = [each for each in worker.todo if each.probe == "workflow" and each.operation == OPERATION]
        for item in items:
            worker.run(item)
        worker.close()
        events = list(read([session.finish()]))
        session.close()
    seen = [each.outcome for each in events if isinstance(each, Observed) and each.item]
    exchanges = {each.exchange.id: each.exchange for each in events if isinstance(each, Exchanged)}
    return [each for each in seen if each.verdict in {Verdict.FAIL, Verdict.ERROR}], exchanges


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    folder = tmp_path_factory.mktemp("faulty") / "run"
    return *ran(folder, ("wrt-patch-undoes-patch",)), folder


def test_a_fault_of_three_steps_is_found_and_its_history_is_short(found):
    violations, exchanges, folder = found
    assert {each.requirement for each in violations} == {"WRT-02"}
    methods = [exchanges[each].request.method for each in violations[0].exchanges]
    assert methods.count("PATCH") in {2, 3}  # shrinking may keep a harmless one within its budget
    assert len(methods) <= 8
    assert any((folder / MEMORY).rglob("*"))


def test_a_clean_server_is_not_accused(found, tmp_path):
    violations, exchanges = ran(tmp_path / "run", ())
    assert violations == []
    assert sum(each.request.method == "PATCH" for each in exchanges.values()) > 3
