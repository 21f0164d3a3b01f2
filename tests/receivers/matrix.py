"""The mutation score of receiver certification: `python -m tests.receivers.matrix` writes it into the documentation.

Every faulty receiver, in Python and in JavaScript, goes through the stimuli of the requirement that it breaks, or with
`--whole` through a whole standard certification. The faults in JavaScript need node, and are left out with a note where
it is absent.
"""

import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from conformance.certify.webhook_receivers.certification import ReceiverOptions, open_runner
from conformance.certify.webhook_receivers.definitions import Stimulus
from conformance.certify.webhook_receivers.live_resources import LiveResources, serve_resources
from conformance.description import Description, load_description
from reports import Summary, fold, read_events
from tests.receivers.javascript import has_node, serve_javascript
from tests.receivers.mutants import MUTANTS
from tests.receivers.plain import PREVIOUS, SECRET
from tests.receivers.plain_certification import TABLE, certify_plain_receiver, is_found, list_stimuli

PAGE = Path(__file__).parents[2] / "docs" / "webhook-receivers.md"
HEADING = "## How well faults are found\n"

Result = tuple[str, str, str, bool]  # language, requirement, name of the fault, whether it was found


def main() -> None:
    """Run the matrix, write the table into the page, and end with 1 if a fault was missed."""
    description = load_description()
    with serve_resources(description) as world, tempfile.TemporaryDirectory() as scratch:
        directory = Path(scratch)
        results = [*_run_python(description, world, directory), *_run_javascript(description, world, directory)]
    text = PAGE.read_text()
    start = text.index(HEADING)
    PAGE.write_text(text[:start] + HEADING + "\n" + _write_table(results))
    missed = [result for result in results if not result[3]]
    for language, requirement, name, _ in missed:
        sys.stdout.write(f"missed: {language}, {requirement} {name}\n")
    sys.stdout.write(f"{len(results) - len(missed)} of {len(results)} faults found\n")
    raise SystemExit(1 if missed else 0)


def _run_python(description: Description, world: LiveResources, scratch: Path) -> Iterator[Result]:
    for number, mutant in enumerate(MUTANTS):
        summary = certify_plain_receiver(
            mutant.receiver(), description, world, scratch / f"python-{number}", _choose_stimuli(mutant.requirement)
        )
        found = is_found(summary, mutant.requirement, is_warned=mutant.is_warned)
        yield "Python", mutant.requirement, mutant.name, found


def _run_javascript(description: Description, world: LiveResources, scratch: Path) -> Iterator[Result]:
    if not has_node():
        sys.stdout.write("node is not installed: the faults in JavaScript are left out\n")
        return
    with serve_javascript() as receivers:
        for number, fault in enumerate(receivers.faults, 1):
            endpoint = receivers.build_endpoint(number)
            summary = _certify_endpoint(
                endpoint, description, world, scratch / f"javascript-{number}", fault.requirement
            )
            found = is_found(summary, fault.requirement, is_warned=fault.is_warned)
            yield "JavaScript", fault.requirement, fault.name, found


def _choose_stimuli(requirement: str) -> tuple[Stimulus, ...]:
    """Return what a faulty receiver goes through."""
    return TABLE if "--whole" in sys.argv else list_stimuli(requirement)


def _certify_endpoint(
    endpoint: str, description: Description, world: LiveResources, directory: Path, requirement: str
) -> Summary:
    """Certify a receiver behind a network."""
    hook = endpoint.replace("/webhook", "/effects")
    options = ReceiverOptions(endpoint, SECRET, directory, previous_secret=PREVIOUS, observe=hook, rate=0.0)
    with open_runner(options, description, world) as runner:
        runner.run_stimuli(_choose_stimuli(requirement))
    return fold(read_events([directory]))


def _write_table(results: list[Result]) -> str:
    """Return the score by requirement as Markdown."""
    planted = Counter((requirement, language) for language, requirement, *_ in results)
    found = Counter((requirement, language) for language, requirement, _, was_found in results if was_found)
    lines = [
        "Receivers with one fault each, as partners make them, are certified with a hook, by the stimuli of the",
        "requirement that they break; a fault counts as found when that requirement fails, or warns if it is a SHOULD.",
        "`python -m tests.receivers.matrix` (`tox -e receivers`) writes this table.",
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
