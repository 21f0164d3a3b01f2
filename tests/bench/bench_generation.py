"""What generated cases are worth and cost: the share that succeeds, who is wrongly accused, exchanges a second.

`python tests/bench/bench_generation.py [SEEDS] [--provided]` runs the generated probes of the profile deep against
clean built-in servers of so many seeds (3 without), of the bundled description or of the provider's. The first run of a
description compiles its cases, which takes minutes for the provider's; the rate is that of the exchanges alone, and
counts the time that the server takes, unless it is said to be of our own processor time.
"""

import re
import sys
import tempfile
import time
from pathlib import Path

from conformance.evidence.subject import Subject
from conformance.execution.session import Session
from conformance.execution.setup import RunOptions
from conformance.execution.worker import Worker
from conformance.mock_server import run_server
from conformance.model import Exchanged, Noticed, Observed, Profile, Verdict
from conformance.run_log.event_log import read_events
from strategies.compiled_cases import compile_cases

PROVIDED = Path(__file__).parents[3] / "shared" / "reference" / "ev-energy-api-v2-openapi.yaml"
NAMES = ("generated-reads", "generated-writes")
_REACHED = re.compile(r"(\d+) of (\d+) valid")


def compile_all(subject: Subject) -> tuple[int, float]:
    """All cases of a description and a seed, and the seconds that they took."""
    began = time.perf_counter()
    model, validators, opinion = subject.model, subject.validators, subject.second_opinion
    return sum(len(compile_cases(o, validators, opinion, seed=subject.seed)) for o in model.operations), (
        time.perf_counter() - began
    )


def measure(description: Path | None, seed: int) -> tuple[int, int, int, list[str]]:
    """Valid requests that succeeded, valid requests, exchanges, and what a clean server is accused of."""
    with tempfile.TemporaryDirectory() as folder, run_server(description, seed=seed) as server:
        options = RunOptions(
            target=server.base_url,
            description=description,
            profile=Profile.DEEP,
            seed=seed,
            budget=10**6,
            allow_writes=True,
            report_dir=Path(folder) / "run",
        )
        session = Session.open(options)
        worker = Worker(session.spec, session.brief, "main")
        cases, compiling = compile_all(worker.subject)
        items = [item for item in worker.remaining_items if item.probe in NAMES]
        began, busy = time.perf_counter(), time.process_time()
        for item in items:
            worker.run(item)
        took, busy = time.perf_counter() - began, time.process_time() - busy
        worker.close()
        events = list(read_events([session.finish()]))
        session.close()
    told = [_REACHED.search(e.message) for e in events if isinstance(e, Noticed) and e.topic == "generated"]
    reached, valid = (sum(int(each[part]) for each in told if each) for part in (1, 2))
    exchanges = sum(isinstance(each, Exchanged) for each in events)
    accused = [
        f"{e.outcome.requirement} {e.outcome.operation}: {e.outcome.message}"
        for e in events
        if isinstance(e, Observed) and e.item and e.outcome.verdict in {Verdict.FAIL, Verdict.ERROR}
    ]
    print(
        f"seed {seed}: {cases} cases compiled in {compiling:.1f} s, {reached} of {valid} valid ones succeed, "
        f"{exchanges} exchanges in {took:.1f} s ({exchanges / took:.0f} a second, {exchanges / busy:.0f} of our "
        f"own processor time), {len(accused)} accusations"
    )
    return reached, valid, exchanges, accused


def main() -> int:
    """Measure and print; 1 where a clean server is accused or too few valid requests succeed."""
    numbers = [int(each) for each in sys.argv[1:] if each.isdigit()]
    description = PROVIDED if "--provided" in sys.argv and PROVIDED.exists() else None
    found = [measure(description, seed) for seed in range(1, (numbers or [3])[0] + 1)]
    share = sum(each[0] for each in found) / max(sum(each[1] for each in found), 1)
    accused = [text for each in found for text in each[3]]
    print(f"share of valid requests that succeed: {share:.1%}; accusations of clean servers: {len(accused)}")
    for text in accused:
        print(f"  {text}")
    return int(bool(accused) or share < 0.9)


if __name__ == "__main__":
    sys.exit(main())
