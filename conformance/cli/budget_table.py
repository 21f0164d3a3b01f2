"""The benefit of a budget: faults detected against requests, as the table of `evconform faults --budget`."""

from statistics import median
from typing import TYPE_CHECKING

from conformance.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conformance.matrices.faults import FaultResult

_BAR_LENGTH = 25  # characters that stand for all faults


def parse_budgets(text: str) -> tuple[int, ...]:
    """Return the budgets of a list with commas, in requests of each identity, the smallest first.

    Raises UsageError where one is not a positive integer.
    """
    parts = [part.strip() for part in text.split(",")]
    if not all(part.isascii() and part.isdecimal() and int(part) for part in parts):
        raise UsageError(f"--budget must be positive integers, got {text!r}", hint="For example --budget 250,500,1000")
    return tuple(sorted({int(part) for part in parts}))


def write_budget_table(proofs: "Sequence[FaultResult]", profile: str, version: str, day: str) -> str:
    """Return the faults detected with each budget, as a table in Markdown with the curve as bars."""
    planted = [proof for proof in proofs if proof.fault]
    budgets = sorted({proof.budget or 0 for proof in planted})
    lines = [
        "| budget | requests (median) | detected | of | per 1,000 requests | |",
        "| ---: | ---: | ---: | ---: | ---: | --- |",
        *(_build_row(budget, [proof for proof in planted if proof.budget == budget]) for budget in budgets),
        "",
        "*Budget* is the number of requests that each identity has, *requests* what the identities send together.",
        f"Profile `{profile}`, {len({proof.fault for proof in planted})} faults on seed 1, evconform {version}, {day}.",
    ]
    return "\n".join(lines)


def _build_row(budget: int, proofs: "Sequence[FaultResult]") -> str:
    detected, requests = sum(proof.is_detected for proof in proofs), median(proof.requests for proof in proofs)
    bar = "█" * round(_BAR_LENGTH * detected / len(proofs))
    per_thousand = 1000 * detected / requests if requests else 0
    return f"| {budget:,} | {requests:,.0f} | {detected} | {len(proofs)} | {per_thousand:.1f} | {bar} |"
