"""The mutation score of client certification, measured: `python -m tests.certify.clients.matrix`.

Every mutant runs against all scenarios of its kind of client, without those that can only warn of another requirement.
The table is written into docs/client-mutants.md. With `--selected` each mutant runs in its own selection of scenarios
only; `--only TEXT` keeps mutants by name.
"""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path

from conformance.certify.api_clients.catalogue import load_client_requirements
from conformance.model import Verdict
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
        "`tox -e client-mutants` in every scenario of a MUST, and in those of the mutant's own requirement.",
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
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args()
    mutants = [mutant for mutant in MUTANTS if options.only in mutant.name]
    began, results = time.monotonic(), []
    with tempfile.TemporaryDirectory() as folder, ProcessPoolExecutor(options.workers, get_context("spawn")) as pool:
        accused = pool.submit(find_accusations, Path(folder) / "correct").result()
        print(f"correct client: accused of {accused or 'nothing'}", flush=True)
        folders = [Path(folder) / str(number) for number in range(len(mutants))]
        run = partial(run_mutant, is_whole=not options.selected)
        for result in pool.map(run, mutants, folders):
            results.append(result)
            state = "detected" if result.is_detected else "SURVIVED"
            strays = f" strays {sorted(result.stray_musts)}" if result.stray_musts else ""
            print(f"{state} {result.mutant.requirement} {result.mutant.name}{strays}", flush=True)
    if not options.only:
        PAGE.write_text(format_page(results), encoding="utf-8")
    detected = sum(result.is_detected for result in results)
    strays = sum(bool(result.stray_musts) for result in results)
    print(f"{detected} of {len(results)} detected, {strays} with strays, in {time.monotonic() - began:.0f} s")
    return 0 if detected >= TARGET * len(results) and not accused else 1


def find_accusations(folder: Path) -> list[str]:
    """Return the requirements that the correct client is said to violate, in all scenarios."""
    summary = certify_source(read_sample(), folder)
    return sorted({case.requirement for case in summary.case_results if case.verdict in {Verdict.FAIL, Verdict.WARN}})


if __name__ == "__main__":
    sys.exit(main())
