"""The mutation score of receiver certification: `python -m tests.receivers.matrix` writes it into the documentation.

Every faulty receiver, in Python and in JavaScript, goes through the stimuli of the requirement that it breaks, or with
`--whole` through a whole standard certification. The faults in JavaScript need node, and are left out with a note where
it is absent.
"""

import argparse
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from functools import cache
from pathlib import Path

import msgspec

from conformance.certify.webhook_receivers.certification import ReceiverOptions, open_runner
from conformance.certify.webhook_receivers.live_resources import LiveResources, serve_resources
from conformance.description import Description, load_description
from reports import Summary, fold, read_events
from tests.receivers.javascript import JavaScriptFault, has_node, serve_javascript
from tests.receivers.mutants import MUTANTS
from tests.receivers.plain import PREVIOUS, SECRET
from tests.receivers.plain_certification import TABLE, certify_plain_receiver, is_found, list_stimuli

PAGE = Path(__file__).parents[2] / "docs" / "webhook-receivers.md"
HEADING = "## How well faults are found\n"

_WORKER_STACK = ExitStack()  # keeps the server of a worker open
Result = tuple[str, str, str, bool]  # language, requirement, name of the fault, whether it was found


class Job(msgspec.Struct, frozen=True):
    """A faulty receiver to certify: the number of a mutant in Python, or a fault in JavaScript and its endpoint."""

    directory: Path
    is_whole: bool
    mutant: int = -1
    fault: JavaScriptFault | None = None
    endpoint: str = ""


def main() -> None:
    """Run the matrix, write the table into the page, and end with 1 if a fault was missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--whole", action="store_true", help="all stimuli instead of those of the requirement")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args()
    began, results = time.monotonic(), []
    with ExitStack() as stack:
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        jobs = [*_list_python_jobs(scratch, options.whole), *_list_javascript_jobs(scratch, options.whole, stack)]
        pool = stack.enter_context(ProcessPoolExecutor(options.workers))
        for result in pool.map(certify, jobs):
            results.append(result)
            if not result[3]:
                sys.stdout.write(f"missed: {', '.join(result[:3])}\n")
    text = PAGE.read_text()
    start = text.index(HEADING)
    PAGE.write_text(text[:start] + HEADING + "\n" + _write_table(results, is_whole=options.whole))
    found = sum(was_found for *_, was_found in results)
    sys.stdout.write(f"{found} of {len(results)} faults found in {time.monotonic() - began:.0f} s\n")
    raise SystemExit(0 if found == len(results) else 1)


def _list_python_jobs(scratch: Path, is_whole: bool) -> Iterator[Job]:
    for number in range(len(MUTANTS)):
        yield Job(scratch / f"python-{number}", is_whole, mutant=number)


def _list_javascript_jobs(scratch: Path, is_whole: bool, stack: ExitStack) -> Iterator[Job]:
    if not has_node():
        sys.stdout.write("node is not installed: the faults in JavaScript are left out\n")
        return
    receivers = stack.enter_context(serve_javascript())
    for number, fault in enumerate(receivers.faults, 1):
        yield Job(
            scratch / f"javascript-{number}", is_whole, fault=fault, endpoint=receivers.build_endpoint(number)
        )  # fmt: skip


def certify(job: Job) -> Result:
    """Certify one faulty receiver, in a worker."""
    description, world = _load_world()
    if job.fault is None:
        mutant = MUTANTS[job.mutant]
        stimuli = TABLE if job.is_whole else list_stimuli(mutant.requirement)
        summary = certify_plain_receiver(mutant.receiver(), description, world, job.directory, stimuli)
        found = is_found(summary, mutant.requirement, is_warned=mutant.is_warned)
        return "Python", mutant.requirement, mutant.name, found
    summary = _certify_endpoint(job, job.fault.requirement, description, world)
    found = is_found(summary, job.fault.requirement, is_warned=job.fault.is_warned)
    return "JavaScript", job.fault.requirement, job.fault.name, found


@cache
def _load_world() -> tuple[Description, LiveResources]:
    """Return the description and the resources of a worker; their server ends with its process."""
    description = load_description()
    return description, _WORKER_STACK.enter_context(serve_resources(description))


def _certify_endpoint(job: Job, requirement: str, description: Description, world: LiveResources) -> Summary:
    """Certify a receiver behind a network."""
    hook = job.endpoint.replace("/webhook", "/effects")
    options = ReceiverOptions(job.endpoint, SECRET, job.directory, previous_secret=PREVIOUS, observe=hook, rate=0.0)
    with open_runner(options, description, world) as runner:
        runner.run_stimuli(TABLE if job.is_whole else list_stimuli(requirement))
    return fold(read_events([job.directory]))


def _write_table(results: list[Result], *, is_whole: bool) -> str:
    """Return the score by requirement as Markdown."""
    planted = Counter((requirement, language) for language, requirement, *_ in results)
    found = Counter((requirement, language) for language, requirement, _, was_found in results if was_found)
    stimuli = "all stimuli" if is_whole else "the stimuli of the requirement that they break"
    lines = [
        f"Receivers with one fault each, as partners make them, are certified with a hook, by {stimuli}.",
        "A fault counts as found when the requirement that it breaks fails, or warns if it is a SHOULD.",
        "`tox -e receivers` (`python -m tests.receivers.matrix --whole`) writes this table.",
        "",
        "| requirement | faults in Python | found | faults in JavaScript | found |",
        "| --- | ---: | ---: | ---: | ---: |",
    ]
    languages = ("Python", "JavaScript")
    for requirement in sorted({requirement for requirement, _ in planted}):
        cells = [f"{counts[requirement, language]}" for language in languages for counts in (planted, found)]
        lines.append(f"| {requirement} | {' | '.join(cells)} |")
    score = 100 * found.total() / planted.total()
    lines.append(f"\nFound: {found.total()} of {planted.total()}, {score:.1f} %.")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
