"""The mutation score of client certification, measured: `python -m tests.certify.clients.matrix`.

Every mutant runs against all scenarios of its kind of client. The table is written into docs/client-mutants.md.
With `--selected` each mutant runs in its own selection of scenarios only; `--only TEXT` keeps mutants by name.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

from conformance.certify.api_clients.catalogue import load_client_requirements
from conformance.model import Level
from tests.certify.clients.mutants import MUTANTS
from tests.certify.clients.mutation import MutantResult, certify_source, run_mutant
from tests.certify.clients.sample import read_sample

PAGE = Path(__file__).parents[3] / "docs" / "client-mutants.md"
TARGET = 0.98


def format_page(results: Iterable[MutantResult]) -> str:
    """Return the page: the score per requirement, then every mutant with what detected it."""
    results = list(results)
    lines = [
        "# Mutants of the sample client",
        "",
        "Each mutant is the sample client with one fault of the kind that partners make. It is detected when",
        "the certification reports the requirement that the fault violates: as FAIL for a MUST, as WARN for a",
        "SHOULD. A stray finding is another MUST that the fault neither violates nor implies. Measured by",
        "`tox -e client-mutants`; with `-- --selected`, in the cases that the mutant names.",
        "",
        "| requirement | level | mutants | detected | score | strays |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for requirement in load_client_requirements():
        own = [result for result in results if result.mutant.requirement == requirement.id]
        if own:
            lines.append(f"| {requirement.id} | {requirement.level} | {format_score(own)} |")
    lines += [f"| **all** | | {format_score(results)} |", "", "## Every mutant", ""]
    lines += ["| requirement | level | fault | detected |", "| --- | --- | --- | --- |"]
    for result in sorted(results, key=lambda result: (result.mutant.requirement, result.mutant.name)):
        mutant = result.mutant
        stray = f", and {', '.join(sorted(result.stray_musts))}" if result.stray_musts else ""
        detected = "yes" if result.is_detected else "NO"
        lines.append(f"| {mutant.requirement} | {mutant.level} | {mutant.name} | {detected}{stray} |")
    return "\n".join(lines) + "\n"


def format_score(results: list[MutantResult]) -> str:
    """Return the cells of a score: mutants, detected, percentage, stray findings."""
    detected = sum(result.is_detected for result in results)
    strays = sum(len(result.stray_musts) for result in results)
    return f"{len(results)} | {detected} | {detected / len(results):.0%} | {strays}"


def main() -> int:
    """Measure, write the page, and return 0 if the score is reached and the correct client is accused of nothing."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--selected", action="store_true")
    parser.add_argument("--only", default="")
    options = parser.parse_args()
    results = []
    with tempfile.TemporaryDirectory() as folder:
        summary = certify_source(read_sample(), Path(folder) / "correct")
        accused = sorted({finding.requirement for finding in summary.findings if finding.level is Level.MUST})
        print(f"correct client: {summary.verdict}, accused of {accused or 'nothing'}", flush=True)
        for number, mutant in enumerate(mutant for mutant in MUTANTS if options.only in mutant.name):
            began = time.monotonic()
            result = run_mutant(mutant, Path(folder) / str(number), is_whole=not options.selected)
            results.append(result)
            state = "detected" if result.is_detected else "SURVIVED"
            strays = f" strays {sorted(result.stray_musts)}" if result.stray_musts else ""
            print(f"{state} {mutant.requirement} {mutant.name}{strays} ({time.monotonic() - began:.1f} s)", flush=True)
    if not options.only:
        PAGE.write_text(format_page(results), encoding="utf-8")
    detected = sum(result.is_detected for result in results)
    print(f"{detected} of {len(results)} detected")
    return 0 if detected >= TARGET * len(results) else 1


if __name__ == "__main__":
    sys.exit(main())
