"""The matrix of mutants: what it runs, and that its record is taken up again."""

from conformance.certify.api_clients.catalogue import load_scenarios
from conformance.model import Level
from tests.certify.clients.matrix import Record
from tests.certify.clients.mutants import MUTANTS
from tests.certify.clients.mutation import Extent, MutantResult, list_cases

FIRST, SECOND = MUTANTS[:2]


def build_result(mutant, *violated: str, inconclusive: tuple[str, ...] = ()) -> MutantResult:
    return MutantResult(mutant, frozenset(violated), frozenset(), frozenset(), frozenset(inconclusive))


def test_a_record_keeps_what_decides_for_the_same_extent(tmp_path):
    path = tmp_path / "record"
    record = Record(path, Extent.EACH_KIND)
    record.add(build_result(FIRST, FIRST.requirement), 1.0)
    record.add(build_result(SECOND, inconclusive=(SECOND.requirement,)), 1.0)
    path.write_bytes(path.read_bytes() + b'{"name": "broken o')
    again = Record(path, Extent.EACH_KIND)
    assert again.find(FIRST).is_detected
    assert again.find(SECOND) is None
    assert Record(path, Extent.EVERY).find(FIRST) is None


def test_a_mutant_runs_all_cases_of_its_requirement_and_one_of_each_other_kind():
    cases = list_cases(FIRST, Extent.EACH_KIND)
    own = {scenario.name for scenario in load_scenarios() if scenario.requirement == FIRST.requirement}
    assert own <= set(cases)
    posts = {scenario.name for scenario in load_scenarios() if scenario.requirement == "C07"}
    assert len(posts & set(cases)) == 2  # one of each task
    assert posts <= set(list_cases(FIRST, Extent.EVERY))


def test_the_mutants_together_run_every_case_of_a_must():
    run = {case for mutant in MUTANTS for case in list_cases(mutant, Extent.EACH_KIND)}
    assert {scenario.name for scenario in load_scenarios() if scenario.level is Level.MUST} <= run
