"""Lint and drift on malformed descriptions: findings, changes or errors, never a traceback."""

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance.description.builder import build_description
from conformance.description.drift import compare_descriptions
from conformance.description.lint import find_all
from conformance.description.sources import Fragment
from conformance.errors import DescriptionError
from conformance.validation import SchemaValidators
from tests.description.sound_description import sound

JUNK = st.sampled_from([None, 1, -1, "x", [], {}, [None], ["x"], {"x": None}, [[]], True, {"$ref": "#/components"}])


@st.composite
def misshapen_documents(draw) -> dict[str, Any]:
    """Draw the sound description with one value replaced."""
    document = sound()
    node: Any = document
    while True:
        key = draw(st.sampled_from(list(node) if isinstance(node, dict) else range(len(node))))
        if isinstance(node[key], dict | list) and node[key] and draw(st.integers(0, 5)):
            node = node[key]
            continue
        node[key] = draw(JUNK)
        return document


def build_document(document):
    return build_description([Fragment("x", json.dumps(document).encode())], (), "x")


SOUND = build_document(sound())


@settings(max_examples=300)
@given(misshapen_documents())
def test_lint_has_findings_or_words(document):
    with contextlib.suppress(DescriptionError):
        find_all(build_document(document), SchemaValidators)


@settings(max_examples=300)
@given(misshapen_documents())
def test_diff_has_changes_or_words(document):
    with contextlib.suppress(DescriptionError):
        compare_descriptions(SOUND, build_document(document))
        compare_descriptions(build_document(document), SOUND)


@pytest.mark.parametrize(
    "schema",
    [
        {"anyOf": [{"$ref": "#/components/schemas/Make"}, {"type": "null"}]},
        {"oneOf": [{"$ref": "#/components/schemas/Make"}]},
        {"allOf": [{"$ref": "#/components/schemas/Make"}, {"$ref": "#/components/schemas/Make"}]},
        {"type": "array", "items": {"$ref": "#/components/schemas/Make"}},
        {"type": "object", "additionalProperties": {"$ref": "#/components/schemas/Make"}},
        {"not": {"$ref": "#/components/schemas/Make"}},
    ],
    ids=json.dumps,
)
def test_a_recursive_schema_is_walked_once(schema):
    document = sound()
    document["components"]["schemas"]["Make"] = schema
    description = build_document(document)
    assert find_all(description, SchemaValidators) is not None
    assert compare_descriptions(SOUND, description)
    assert compare_descriptions(description, SOUND)
    assert compare_descriptions(description, build_document(document)) == ()
