"""Any OpenAPI 3.1 description can be run: nothing is required that it does not document."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from conformance.applicability.bases import BASES, find_missing_basis
from conformance.description import load_description
from conformance.description.lint import lint_description
from conformance.model import KeyKind, Role
from conformance.validation import SchemaValidators
from specs.catalogue import load_requirements

HERE = Path(__file__).parent
FOREIGN = ("library", "stations", "oddities")


def load(name):
    return load_description(HERE / f"{name}.yaml")


@pytest.mark.parametrize("name", FOREIGN)
@pytest.mark.parametrize("options", [(), ("--allow-writes",)])
def test_the_built_in_server_conforms_to_a_foreign_description(name, options, tmp_path):
    command = [sys.executable, "-m", "conformance", "run", "--description", HERE / f"{name}.yaml", "--workers", "1"]
    subprocess.run([*command, "--report-dir", tmp_path / "out", *options], check=True, capture_output=True, timeout=300)
    summary = json.loads((tmp_path / "out" / "summary.json").read_text())
    assert (summary["counts"]["FAIL"], summary["counts"]["ERROR"]) == (0, 0)
    assert summary["counts"]["PASS"] > 20


@pytest.mark.parametrize("name", FOREIGN)
def test_lint_speaks_of_nothing_that_a_foreign_description_does_not_promise(name):
    assert lint_description(HERE / f"{name}.yaml", SchemaValidators) == ()


def test_a_wrapped_list_above_its_members_is_a_list():
    operation = load("library").model.operations_by_key["GET /books"]
    assert (operation.role, operation.items_at) == (Role.LIST, "books")


def test_ids_have_the_type_that_the_description_gives_them():
    model = load("stations").model
    assert model.resources_by_name["stations"].key_kind is KeyKind.ID


@pytest.mark.parametrize("name", FOREIGN)
def test_foreign_descriptions_document_no_basis_of_this_api(name):
    model = load(name).model
    operation = model.operations[0]
    missing = {basis for basis in BASES if not BASES[basis].is_documented(operation, model)}
    assert {
        "version-header",
        "rate-headers",
        "link-header",
        "problem-details",
        "id-pattern",
        "general-rules",
    } <= missing


def test_the_bundled_description_documents_every_basis():
    model = load_description().model
    operations = model.operations
    assert not {name for name, basis in BASES.items() if not any(basis.is_documented(o, model) for o in operations)}


def test_the_reason_names_what_is_not_documented():
    model = load("stations").model
    version = next(requirement for requirement in load_requirements() if requirement.id == "VER-01")
    assert find_missing_basis(version, model.operations[0], model) == "the description documents no version header"


def test_an_error_of_an_operation_decides_whether_problems_are_documented():
    model = load_description().model
    problems = BASES["problem-details"]
    assert all(problems.is_documented(operation, model) for operation in model.operations)
    foreign = load("library").model
    assert not problems.is_documented(foreign.operations[0], model)
