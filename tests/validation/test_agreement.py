"""The compiled validators and the reference implementation of JSON Schema agree on any instance."""

from typing import Any

import jsonschema
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance.validation.formats import is_decimal, is_uri

ID = "evse01HSH04KDEWF6Z4DB2J77J74K5"
WORDS = ["ON", "OFF", "Point", "Line", "", ID, f"x{ID}", "1.5", "1,5", "https://api.example/v2/m", "/m", "toolong"]
leaves = st.one_of(
    st.none(), st.booleans(), st.integers(-1, 25), st.sampled_from([1.0, 2.5, -0.0, 1e300]), st.sampled_from(WORDS)
)


def fields(value: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    names = ["id", "url", "name", "model", "make", "user", "power", "price", "nickname", "state", "sessions"]
    more = ["custom", "labels", "area", "closed", "type", "coordinates", "notes", "a", "x"]
    return st.dictionaries(st.sampled_from(names + more), value, max_size=5)


bodies = st.recursive(leaves, lambda inner: st.lists(inner, max_size=3) | fields(inner), max_leaves=12)
chargers = st.builds(lambda extra: {"id": ID, "url": "https://api.example/v2/m", **extra}, fields(bodies))


def reference(document: dict[str, Any], name: str) -> jsonschema.Draft202012Validator:
    checker = jsonschema.FormatChecker([])
    checker.checks("uri")(is_uri)
    checker.checks("decimal")(is_decimal)
    schema = {"$ref": f"#/components/schemas/{name}", "components": document["components"]}
    return jsonschema.Draft202012Validator(schema, format_checker=checker)


@settings(max_examples=200)
@given(name=st.sampled_from(["Charger", "ChargerDetail", "Model", "Point", "Line"]), instance=bodies | chargers)
def test_compiled_and_reference_agree(validators, description, name, instance):
    reference_errors = list(reference(description.document, name).iter_errors(instance))
    errors = validators.validate_instance(f"#/components/schemas/{name}", instance)
    assert bool(errors) is bool(reference_errors)
    ambiguous = "is valid under each of"
    if len(reference_errors) == 1 and ambiguous in reference_errors[0].message:
        assert all(error.ambiguous for error in errors)
    pointers = {"".join(f"/{part}" for part in error.absolute_path) for error in reference_errors}
    for error in errors:
        assert any(error.pointer.startswith(pointer) for pointer in pointers)
