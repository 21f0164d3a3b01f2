"""DSC-01: references that resolve inside the document, valid OpenAPI 3.1, valid JSON Schema 2020-12."""

import json
from collections.abc import Iterator
from functools import cache
from importlib.metadata import distribution

import jsonschema_rs

from conformance.description import pointers
from conformance.description.lint.context import LintContext
from conformance.description.lint.finding import LintRule, RuleViolation
from conformance.model import Level

_DIALECT = "https://json-schema.org/draft/2020-12/schema"


@cache
def _load_openapi_validator() -> jsonschema_rs.Draft202012Validator:
    """Return a validator for the OpenAPI Initiative's schema of 3.1 documents.

    The schema is read as a file: importing its package takes longer than lint.
    """
    file = distribution("openapi-spec-validator").locate_file(
        "openapi_spec_validator/resources/schemas/v3.1/schema.json"
    )
    return jsonschema_rs.Draft202012Validator(json.loads(file.read_text()))


def _find_broken_references(reading: LintContext) -> Iterator[RuleViolation]:
    for pointer, target in pointers.find_references(reading.document):
        if not target.startswith("#"):
            yield RuleViolation(
                pointer, f"$ref leads out of the document: {target}", "a pointer into this document", target, target
            )
        elif not pointers.is_resolvable(reading.document, target):
            yield RuleViolation(
                pointer, f"$ref points to nothing: {target}", "a pointer into this document", target, target
            )


def _find_openapi_errors(reading: LintContext) -> Iterator[RuleViolation]:
    for error in _load_openapi_validator().iter_errors(reading.document):
        yield RuleViolation(pointers.join("#", *error.instance_path), error.message[:300], kind=error.kind.name)


def find_invalid_schemas(reading: LintContext) -> Iterator[RuleViolation]:
    """Yield the errors of each outermost schema; schemas inside it are validated with it."""
    for node in reading.list_objects("schema"):
        holder, _, name = node.pointer.rpartition("/")
        if name != "schema" and holder != "#/components/schemas":
            continue
        try:
            jsonschema_rs.meta.validate({**node.value, "$schema": _DIALECT})
        except jsonschema_rs.ValidationError as error:
            pointer = pointers.join(node.pointer, *error.instance_path)
            yield RuleViolation(pointer, error.message[:300], kind=error.kind.name)


RULES = (
    LintRule(
        "reference-broken",
        "DSC-01",
        Level.MUST,
        "A reference does not resolve inside the document.",
        _find_broken_references,
    ),
    LintRule("openapi-invalid", "DSC-01", Level.MUST, "The document is not valid OpenAPI 3.1.", _find_openapi_errors),
    LintRule(
        "schema-invalid", "DSC-01", Level.MUST, "A schema is not valid JSON Schema 2020-12.", find_invalid_schemas
    ),
)
