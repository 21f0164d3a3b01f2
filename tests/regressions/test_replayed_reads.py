"""Two servers in this process, compared by the reads of a sample client."""

import pytest

from conformance.mock_server.clock import DAY
from tests.regressions.against_matrix import Comparison as FaultComparison
from tests.regressions.against_matrix import find_regressions, format_table
from tests.regressions.replayed_reads import list_reads

READS = list_reads(limit=60)


@pytest.mark.parametrize("apart", [0, DAY])
def test_clean_servers_show_no_regression(apart: int) -> None:
    assert find_regressions(1, READS, apart=apart) == ()


def test_fault_is_told_by_its_operation() -> None:
    assert any("header" in line for line in find_regressions(1, READS, ("ver-missing-on-errors",)))


def test_table_names_what_was_not_told() -> None:
    results = [FaultComparison("a", 1, ("x",)), FaultComparison("b", 2), FaultComparison("c", 0)]
    lines = format_table(results, 0)
    assert lines[0] == "Of 3 faults, 2 show in these reads, and 1 of them are told (50%)."
    assert "`b`" in lines[1]
