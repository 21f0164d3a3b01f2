"""Two representations of one resource are compared on the fields that both of their schemas document."""

import pytest

from conformance.description.builder import build_description
from conformance.description.sources import Fragment
from conformance.evidence.representations import Representation, find_common_differences

SCHEMAS = """
openapi: 3.1.0
info: {title: Sample, version: '1'}
paths: {}
components:
  schemas:
    Place: {type: object, properties: {name: {type: string}, zone: {type: string}}}
    PlaceDetail:
      allOf: [{$ref: '#/components/schemas/Place'}, {type: object, properties: {carbon: {type: integer}}}]
    Full:
      type: object
      properties:
        id: {type: string}
        price: {type: integer}
        place: {anyOf: [{$ref: '#/components/schemas/Place'}, {$ref: '#/components/schemas/PlaceDetail'}]}
        tags: {type: array, items: {type: object, properties: {name: {type: string}}}}
        open: {type: object}
    Short: {type: object, additionalProperties: true, properties: {id: {type: string}, tags: {type: array, items: {}}}}
"""
FULL, SHORT = "#/components/schemas/Full", "#/components/schemas/Short"
DESCRIPTION = build_description([Fragment("sample.yaml", SCHEMAS.encode())], [], "sample")


@pytest.mark.parametrize(
    ("first", "second", "schema", "pointers"),
    [
        ({"id": "a"}, {"id": "b"}, FULL, ["/id"]),
        ({"id": "a", "price": 9}, {"id": "a"}, SHORT, []),  # the short form has no price
        ({"id": "a", "price": 9}, {"id": "a", "price": 8}, SHORT, []),  # and documents none
        ({"id": "a", "price": 9}, {"id": "a"}, FULL, ["/price"]),
        ({"id": "a", "price": None}, {"id": "a"}, FULL, []),  # null may be left out
        ({"id": "a", "price": None}, {"id": "a", "price": 0}, FULL, ["/price"]),
        ({"place": {"name": "x"}}, {"place": {"name": "x", "carbon": 4}}, FULL, []),  # one of two forms
        ({"place": {"name": "x", "carbon": 5}}, {"place": {"name": "x", "carbon": 4}}, FULL, ["/place/carbon"]),
        ({"place": {"name": "x"}}, {"place": {}}, FULL, ["/place/name"]),
        ({"tags": [{"name": "x"}]}, {"tags": [{"name": "y"}]}, FULL, ["/tags/0/name"]),
        ({"open": {"any": 1}}, {"open": {"any": 2}}, FULL, ["/open/any"]),
        ({"id": "a", "price": 9}, {"id": "a"}, "", ["/price"]),
    ],
)
def test_fields_that_both_document_are_compared(first, second, schema, pointers):
    found = find_common_differences(Representation(first, FULL), Representation(second, schema), DESCRIPTION)
    assert [difference.pointer for difference in found] == pointers
