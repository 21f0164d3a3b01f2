"""Faults detected against requests: the table of `evconform faults --budget`."""

import pytest

from conformance.cli.budget_table import parse_budgets, write_budget_table
from conformance.errors import UsageError
from conformance.matrices.faults import FaultResult


def result(fault, budget, requests, *, detected):
    named = ("IDS-01 GET /users",) if detected else ()
    return FaultResult(fault, 1, ("IDS-01",), named, (), requests, "violations", named=named, budget=budget)


def test_budgets_are_sorted_and_counted_once():
    assert parse_budgets("1000, 250,250") == (250, 1000)


@pytest.mark.parametrize("text", ["0", "250,", "many", "-5", "1.5", "²"])
def test_a_wrong_budget_is_refused(text):
    with pytest.raises(UsageError, match="positive integers"):
        parse_budgets(text)


def test_the_table_has_a_row_for_each_budget_and_a_bar_for_what_it_detects():
    proofs = [
        result("a", 250, 1000, detected=True), result("b", 250, 2000, detected=False),
        result("b", 1000, 4000, detected=True), result("a", 1000, 4000, detected=True),
        FaultResult("", 1, (), (), (), 900, "conforms", budget=250),
    ]  # fmt: skip
    rows = write_budget_table(proofs, "standard", "1.0", "2026-11-28").splitlines()
    assert rows[2] == f"| 250 | 1,500 | 1 | 2 | 0.7 | {'█' * 12} |"
    assert rows[3] == f"| 1,000 | 4,000 | 2 | 2 | 0.5 | {'█' * 25} |"
    assert rows[-1] == "Profile `standard`, 2 faults on seed 1, evconform 1.0, 2026-11-28."


def test_results_with_different_budgets_are_different():
    assert len({result("a", budget, 1, detected=True).key for budget in (None, 250, 500)}) == 3
