"""How well `run --against` tells a fault: `python -m tests.regressions.against_matrix`, or `tox -e against-matrix`.

The sample client's reads, and odd ones at the same paths, go to a server with each seeded fault and to a clean one as
baseline, in this process. A fault counts where a response differs. Two clean servers, whose clocks differ, must show no
regression: over one world for each of 20 seeds, and over two worlds with other ids and times for some of them.

`--only TEXT` keeps faults by name, `--share I/N` every Nth of them. The table is written into docs/recorded-traffic.md
where all faults were tried.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import msgspec

from conformance.cli.matrix_files import append_result, read_results, replace_table
from conformance.matrices.suite_runs import run_in_parallel
from conformance.mock_server.clock import DAY
from conformance.model import Request, Response
from tests.regressions.replayed_reads import (
    NOW,
    TICK,
    build_server,
    compare_servers,
    differ,
    list_reads,
    load_once,
    send_all,
)
from tests.traffic.fault_judgement import list_faults, take_share

PAGE = Path(__file__).parents[2] / "docs" / "recorded-traffic.md"
SEEDS, OTHER_WORLDS = range(1, 21), range(1, 6)
_FEW_READS = 300  # of each kind, for a seed
TARGET = 0.95


class Comparison(msgspec.Struct, frozen=True):
    """A fault, how many responses differ from those of a clean server, and the regressions that were told of it."""

    fault: str
    differs: int
    told: tuple[str, ...] = ()


def main() -> int:
    """Run the matrix and return 0 if the target is reached and two clean servers show no regression."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default="", help="keep faults whose name contains this text")
    parser.add_argument("--share", default="1/1", help="I/N: every Nth fault, from the Ith on")
    parser.add_argument("--no-clean", action="store_true", help="leave out the clean servers")
    parser.add_argument("--results", type=Path, help="file of results of faults, which are not tried again")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args()
    names = [name for name in take_share(list_faults(), options.share) if options.only in name]
    known = [result for result in read_results(options.results, Comparison) if result.fault in names]
    names = [name for name in names if name not in {result.fault for result in known}]
    for result in run_in_parallel(compare_fault, ((name,) for name in names), options.workers):
        append_result(options.results, result)
        known.append(result)
        if result.differs and not result.told:
            print(f"not told: {result.fault}, {result.differs} responses", flush=True)
    alarms = 0 if options.no_clean else _count_alarms(options.workers)
    lines = format_table(known, alarms)
    print("\n".join(lines))
    if known and not options.only and options.share == "1/1":
        replace_table(PAGE, "\n".join(lines), "against-matrix")
    shown = [result for result in known if result.differs]
    return 0 if not alarms and sum(bool(result.told) for result in shown) >= TARGET * len(shown) else 1


def compare_fault(fault: str) -> Comparison:
    """Compare a server with a fault with a clean one over the same world."""
    reads, clean = _read_clean()
    responses = send_all(build_server(load_once(), faults=(fault,), now=NOW), reads)
    differing = sum(map(differ, responses, clean))
    if not differing:
        return Comparison(fault, 0)
    return Comparison(fault, differing, find_regressions(1, reads, (fault,)))


def find_regressions(
    seed: int, reads: Sequence[Request], faults: Sequence[str] = (), apart: int = 0
) -> tuple[str, ...]:
    """Return the regressions of a server from a clean one whose world is so many microseconds older."""
    baseline = build_server(load_once(), seed, now=NOW - apart)
    baseline.clock.advance(apart + TICK)
    target = build_server(load_once(), seed, faults, now=NOW)
    regressions, _ = compare_servers(target, baseline, reads)
    return tuple(f"{regression.operation}: {regression.sentence}" for regression in regressions)


def compare_clean(seed: int, apart: int) -> tuple[str, ...]:
    """Return the regressions between two clean servers."""
    return find_regressions(seed, list_reads(seed, _FEW_READS), apart=apart)


def _count_alarms(workers: int) -> int:
    pairs = [*((seed, 0) for seed in SEEDS), *((seed, DAY) for seed in OTHER_WORLDS)]
    alarms = 0
    for regressions in run_in_parallel(compare_clean, pairs, workers):
        alarms += bool(regressions)
        for regression in regressions:
            print(f"false alarm: {regression}", flush=True)
    return alarms


@cache
def _read_clean() -> tuple[list[Request], list[Response]]:
    reads = list_reads()
    return reads, send_all(build_server(load_once(), now=NOW), reads)


def format_table(results: Sequence[Comparison], alarms: int) -> list[str]:
    """Return the lines of the summary: how many faults show, how many were told, and which were not."""
    shown = [result for result in results if result.differs]
    told = sum(bool(result.told) for result in shown)
    missed = ", ".join(f"`{result.fault}`" for result in sorted(shown, key=lambda r: r.fault) if not result.told)
    share = f" ({told / len(shown):.0%})" if shown else ""
    return [
        f"Of {len(results)} faults, {len(shown)} show in these reads, and {told} of them are told{share}.",
        f"Not told: {missed or 'none'}.",
        f"Of {len(SEEDS) + len(OTHER_WORLDS)} pairs of clean servers {alarms or 'none'} showed a regression.",
    ]


if __name__ == "__main__":
    sys.exit(main())
