"""The mutation score of client certification, measured: `python -m tests.certify.clients`.

Every mutant runs against the scenarios that it may fail, without those that can only warn of another requirement: all
of its own requirement, and of the other MUSTs one of each kind, in turn, or every one with `--every`. With `--selected`
each mutant runs in its own selection of scenarios alone; `--only TEXT` keeps mutants by name.

The table is written into docs/client-mutants.md when every mutant has a result. `--record FILE` keeps the results, one
a line, and a later run with the same file measures what is missing: an interrupted matrix goes on, and one in parts
(`--part 1/4`) comes together. A result counts for the code that it was measured with.
"""

import argparse
import os
import tempfile
import time
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from pathlib import Path

import msgspec

from conformance.certify.api_clients.catalogue import load_client_requirements
from conformance.certify.digests import digest_json, digest_suite
from conformance.model import Verdict
from tests.certify.clients.mutants import MUTANTS
from tests.certify.clients.mutants.definition import ClientMutant
from tests.certify.clients.mutation import Extent, MutantResult, certify_source, run_mutant
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
        "`tox -e client-mutants` in all scenarios of the mutant's own requirement, and, of each other MUST, in one",
        "scenario of each kind (with the same task and the same judge), another one for each mutant.",
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


class RecordedResult(msgspec.Struct, frozen=True):
    """A result of a mutant as it is recorded; `code` is the digest of what was measured."""

    name: str
    code: str
    seconds: float
    violated_musts: frozenset[str]
    violated_shoulds: frozenset[str]
    errors: frozenset[str]


class Record:
    """The file of results, one a line; without a path, results are kept for this run alone."""

    def __init__(self, path: Path | None, extent: Extent) -> None:
        self._path, self._extent = path, extent
        lines = path.read_bytes().splitlines() if path and path.exists() else []
        self._results = {result.code: result for line in lines if (result := _decode_result(line)) is not None}

    def find(self, mutant: ClientMutant) -> MutantResult | None:
        """Return the result of a mutant with the code of today, None where there is none."""
        result = self._results.get(self._digest(mutant))
        if result is None:
            return None
        return MutantResult(mutant, result.violated_musts, result.violated_shoulds, result.errors)

    def add(self, result: MutantResult, seconds: float) -> None:
        """Add a result; one that decides nothing is not written, so that a later run measures it again."""
        found = result.violated_musts, result.violated_shoulds, result.errors
        recorded = RecordedResult(result.mutant.name, self._digest(result.mutant), round(seconds, 1), *found)
        self._results[recorded.code] = recorded
        if self._path and not result.is_open:
            with self._path.open("ab") as file:
                file.write(msgspec.json.encode(recorded) + b"\n")

    def _digest(self, mutant: ClientMutant) -> str:
        return digest_json([digest_suite(), msgspec.to_builtins(mutant), self._extent])


def _decode_result(line: bytes) -> RecordedResult | None:
    """Return a recorded result, None where the line broke off."""
    try:
        return msgspec.json.decode(line, type=RecordedResult)
    except msgspec.MsgspecError:
        return None


def main() -> int:
    """Measure, write the page, and return 0 if the score is reached and the correct client is accused of nothing."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--selected", action="store_true", help="each mutant in its own selection of scenarios")
    parser.add_argument("--every", action="store_true", help="each mutant in every scenario of a MUST")
    parser.add_argument("--only", default="", metavar="TEXT", help="mutants whose name or requirement contains TEXT")
    parser.add_argument("--part", default="1/1", metavar="I/N", help="every Nth mutant, from the Ith on")
    parser.add_argument("--record", type=Path, metavar="FILE", help="keep results here, and measure what is missing")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args()
    number, parts = map(int, options.part.split("/"))
    mutants = [mutant for mutant in MUTANTS if options.only in f"{mutant.requirement} {mutant.name}"]
    extent = Extent.SELECTED if options.selected else Extent.EVERY if options.every else Extent.EACH_KIND
    record = Record(options.record, extent)
    missing = [mutant for mutant in mutants[number - 1 :: parts] if record.find(mutant) is None]
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder, ProcessPoolExecutor(options.workers, get_context("spawn")) as pool:
        accused = pool.submit(find_accusations, Path(folder) / "correct").result()
        print(f"correct client: accused of {accused or 'nothing'}", flush=True)
        futures = {
            pool.submit(run_timed, mutant, Path(folder) / str(place), extent): mutant
            for place, mutant in enumerate(missing)
        }
        for count, future in enumerate(as_completed(futures), 1):
            result, seconds = future.result()
            record.add(result, seconds)
            print(f"{count}/{len(missing)} {describe_result(result)}, {seconds:.0f} s", flush=True)
    results = [result for mutant in mutants if (result := record.find(mutant)) is not None]
    if len(results) == len(MUTANTS) and not options.selected:
        PAGE.write_text(format_page(results), encoding="utf-8")
    detected = sum(result.is_detected for result in results)
    strays = sum(bool(result.stray_musts) for result in results)
    print(f"{detected} of {len(results)} detected, {strays} with strays, in {time.monotonic() - began:.0f} s")
    return 0 if detected >= TARGET * len(results) and not accused else 1


def run_timed(mutant: ClientMutant, folder: Path, extent: Extent) -> tuple[MutantResult, float]:
    """Certify a mutant, once more where that decided nothing, and return its result and how long that took."""
    began = time.monotonic()
    result = run_mutant(mutant, folder, extent)
    if result.is_open:
        result = run_mutant(mutant, folder / "again", extent)
    return result, time.monotonic() - began


def describe_result(result: MutantResult) -> str:
    """Return a result in one line."""
    state = "detected" if result.is_detected else "INCONCLUSIVE" if result.is_open else "SURVIVED"
    strays = f", strays {sorted(result.stray_musts)}" if result.stray_musts else ""
    return f"{state} {result.mutant.requirement} {result.mutant.name}{strays}"


def find_accusations(folder: Path) -> list[str]:
    """Return the requirements that the correct client is said to violate, in all scenarios."""
    summary = certify_source(read_sample(), folder)
    return sorted({case.requirement for case in summary.case_results if case.verdict in {Verdict.FAIL, Verdict.WARN}})
