"""The order in which scenarios run: clients that wait do not keep the others from running."""

from conformance.certify.api_clients.catalogue import load_scenarios
from conformance.certify.api_clients.scenario_run import ScenarioRun, divide_into_lanes
from tests.certify.clients.reach import find_reached_tasks
from tests.certify.clients.sample import mutate, read_sample

RUNS = [ScenarioRun(scenario.task, scenario) for scenario in load_scenarios()]


def test_waiting_runs_get_the_larger_part_of_the_jobs():
    (waiting, their_jobs), (others, other_jobs) = divide_into_lanes(RUNS, 9)
    assert (their_jobs, other_jobs) == (5, 4)
    assert all(run.is_waiting for run in waiting)
    assert sorted(run.name for run in (*waiting, *others)) == sorted(run.name for run in RUNS)


def test_one_job_or_one_kind_of_runs_is_not_divided():
    assert divide_into_lanes(RUNS, 1) == [(RUNS, 1)]
    controls = [run for run in RUNS if not run.is_waiting]
    assert divide_into_lanes(controls, 4) == [(controls, 4)]


def test_a_change_reaches_the_tasks_that_run_it():
    sample = read_sample()
    assert find_reached_tasks(sample, mutate(sample, ('"robin@example.com"', '"x"'))) == {"create_user"}
    lists = {"list_vehicles", "read_vehicles", "read_at_once", "sign_in"}
    assert find_reached_tasks(sample, mutate(sample, ("page_size=100", "page_size=0"))) == lists
    assert len(find_reached_tasks(sample, mutate(sample, ("MAX_TRIES = 5", "MAX_TRIES = 6")))) == 10
