"""Make specs/violations.json: for each requirement an example of a violation, on a server with one seeded fault.

Usage: python docs/make_violations.py [--thorough] [REQUIREMENT …] (or `tox run -e violations`). Examples of others
stay; without names, those whose fault is gone are removed and only requirements without an example get one.
A fault is looked for near its place (about three seconds); with --thorough then everywhere (up to a minute).
"""

import sys
from collections.abc import Iterable
from pathlib import Path

import msgspec

from conformance.matrices.faults import list_inapplicable_faults
from conformance.matrices.violation_examples import build_examples
from conformance.mock_server.faults import load_faults
from conformance.mock_server.seeded_faults import SeededFault
from specs.violations import FILE_NAME, ViolationExample, load_violation_examples

FILE = Path(__file__).parent.parent / "specs" / FILE_NAME
MAX_TRIALS = 3  # faults that are tried for a requirement


def main(arguments: list[str]) -> None:
    """Make the examples of these requirements, of all that have none without names."""
    is_quick = "--thorough" not in arguments
    names = [argument for argument in arguments if argument != "--thorough"]
    faults = load_faults()
    left_out = list_inapplicable_faults(faults, None)
    examples = {
        requirement: example
        for requirement, example in load_violation_examples().items()
        if requirement not in names and example.fault in faults
    }
    candidates = list_candidates([fault for name, fault in faults.items() if name not in left_out])
    for requirement in names or candidates:
        for fault in candidates.get(requirement, [])[:MAX_TRIALS]:
            if requirement not in examples:
                examples = {**build_examples(fault, is_quick=is_quick), **examples}
                write(examples)
        fault_name = examples[requirement].fault if requirement in examples else "no example"
        sys.stdout.write(f"{requirement}: {fault_name}\n")
        sys.stdout.flush()


def list_candidates(faults: Iterable[SeededFault]) -> dict[str, list[str]]:
    """Return the faults that break each requirement, by requirement: first those that are plain, and break it first."""
    candidates: dict[str, list[str]] = {}
    for fault in sorted(faults, key=lambda fault: (fault.difficulty != "plain", fault.shown_by != "requests")):
        for requirement in fault.requirements:
            candidates.setdefault(requirement, []).append(fault.name)
    for requirement, own in candidates.items():
        own.sort(key=lambda name: load_faults()[name].requirements[0] != requirement)
    return dict(sorted(candidates.items()))


def write(examples: dict[str, ViolationExample]) -> None:
    """Write all examples, sorted by requirement."""
    text = msgspec.json.format(msgspec.json.encode(dict(sorted(examples.items()))), indent=1)
    FILE.write_bytes(text + b"\n")


if __name__ == "__main__":
    main(sys.argv[1:])
