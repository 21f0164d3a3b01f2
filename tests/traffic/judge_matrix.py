"""How well `judge` sees faults in recorded traffic: `python -m tests.traffic.judge_matrix`, or `tox -e judge-matrix`.

An hour of ordinary reads is recorded in this process from a server with each seeded fault, and from a clean one at the
same time of its clock. A fault counts where a response differs from that of the clean server. It is seen where `judge`
reports a violation (FAIL or WARN), since the traffic of a clean server has none, and named where this is one of the
requirements that the fault breaks. Clean servers of several seeds, and servers with each admissible reading, must not
be accused of anything.

`--only TEXT` keeps faults and readings by name, `--part` one of the three. The table is written into
docs/recorded-traffic.md where all faults were tried.
"""

import argparse
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from conformance.cli.matrix_files import append_result, read_results, replace_table
from conformance.matrices.suite_runs import run_in_parallel
from tests.traffic.fault_judgement import (
    FaultJudgement,
    find_accusations,
    judge_fault,
    list_faults,
    list_readings,
    take_share,
)

PAGE = Path(__file__).parents[2] / "docs" / "recorded-traffic.md"
SEEDS = range(1, 4)
TARGET = 0.8
PARTS = ("faults", "clean", "readings")


class Accusation(NamedTuple):
    """What a conforming server is accused of; empty for nothing."""

    server: str
    findings: tuple[str, ...]


def main() -> int:
    """Run the matrix and return 0 if the target is reached and no conforming server is accused."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default="", help="keep faults and readings whose name contains this text")
    parser.add_argument("--share", default="1/1", help="I/N: every Nth of them, from the Ith on")
    parser.add_argument("--part", action="append", choices=PARTS, help="repeatable (default: all)")
    parser.add_argument("--results", type=Path, help="file of results of faults, which are not tried again")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args()
    parts, began = options.part or PARTS, time.monotonic()
    names = take_share(list_faults(), options.share) if "faults" in parts else []
    names = [name for name in names if options.only in name]
    known = [result for result in read_results(options.results, FaultJudgement) if result.fault in names]
    names = [name for name in names if name not in {result.fault for result in known}]
    for result in _judge_faults(names, options.workers):
        append_result(options.results, result)
        known.append(result)
    results = sorted(known, key=lambda result: result.fault)
    accused = list(_accuse(parts, options))
    for line in format_table(results):
        print(line)
    if results and not options.only and options.share == "1/1":
        replace_table(PAGE, "\n".join(format_table(results)), "judge-matrix")
    print(f"{len(accused)} conforming servers accused, in {time.monotonic() - began:.0f} s")
    touched = [result for result in results if result.differs]
    seen = sum(result.is_seen for result in touched)
    return 0 if not accused and seen >= TARGET * len(touched) else 1


def _judge_faults(names: Sequence[str], workers: int) -> Iterator[FaultJudgement]:
    for result in run_in_parallel(judge_fault, ((name,) for name in names), workers):
        if result.differs and not result.is_named:
            state = "seen elsewhere" if result.is_seen else "missed"
            print(f"{state}: {result.fault} ({', '.join(result.expected)}), {result.differs} responses", flush=True)
        yield result


def _accuse(parts: Sequence[str], options: argparse.Namespace) -> Iterator[Accusation]:
    """Yield the conforming servers that are accused."""
    servers: list[tuple[int, str]] = [(seed, "") for seed in SEEDS] if "clean" in parts else []
    readings = take_share(list_readings(), options.share) if "readings" in parts else []
    servers += [(1, name) for name in readings if options.only in name]
    for server, findings in run_in_parallel(find_accusations, servers, options.workers):
        if findings:
            print(f"accused: {server}: {', '.join(findings)}", flush=True)
            yield Accusation(server, findings)


def format_table(results: Sequence[FaultJudgement]) -> Iterator[str]:
    """Yield the lines of the table: by family, the faults that the reads touch, and those that were seen."""
    families = sorted({result.family for result in results})
    yield "| family | faults that the reads touch | seen | named | for review alone | missed |"
    yield "| --- | ---: | ---: | ---: | ---: | --- |"
    for family in families:
        own = [result for result in results if result.family == family and result.differs]
        if own:
            yield f"| {family} | {_format_counts(own)} | {', '.join(_list_missed(own))} |"
    touched = [result for result in results if result.differs]
    yield f"| all | {_format_counts(touched)} | |"
    if touched:
        seen, named = (sum(getattr(result, name) for result in touched) for name in ("is_seen", "is_named"))
        untouched = len(results) - len(touched)
        yield ""
        shares = f"seen {seen / len(touched):.0%}, named {named / len(touched):.0%}"
        yield f"Of {len(touched)} faults that the reads touch: {shares}. {untouched} other faults touch none."


def _format_counts(results: Sequence[FaultJudgement]) -> str:
    tests: tuple[Callable[[FaultJudgement], bool], ...] = (
        lambda result: result.is_seen,
        lambda result: result.is_named,
        lambda result: not result.is_seen and bool(result.reviews),
    )
    return " | ".join(str(count) for count in (len(results), *(sum(map(test, results)) for test in tests)))


def _list_missed(results: Sequence[FaultJudgement]) -> list[str]:
    return [f"`{result.fault}`" for result in results if not result.is_seen]


if __name__ == "__main__":
    sys.exit(main())
