"""The bundled examples of violations: complete, and what a run against the seeded fault reports today."""

import pytest

from conformance.matrices.violation_examples import build_examples
from conformance.mock_server.faults import load_faults
from specs.catalogue import load_requirements
from specs.violations import load_violation_examples

EXAMPLES = load_violation_examples()
REQUIREMENTS = {requirement.id: requirement for requirement in load_requirements()}


@pytest.mark.parametrize("requirement", EXAMPLES)
def test_an_example_shows_a_fault_that_breaks_its_requirement(requirement):
    example = EXAMPLES[requirement]
    assert requirement in load_faults()[example.fault].requirements
    is_must = REQUIREMENTS[requirement].level == "MUST"
    assert example.verdict in {"WARN", "REVIEW", *(("FAIL",) if is_must else ())}
    assert example.message
    assert example.requests


@pytest.mark.parametrize("requirement", ["EXP-05", "PAG-05"])
def test_an_example_is_what_a_run_reports_today(requirement):
    example = EXAMPLES[requirement]
    assert build_examples(example.fault)[requirement] == example
