"""Every kind of change: its rule, and the side that it breaks."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema_rs import Draft202012Validator

from conformance.description.builder import build_description
from conformance.description.drift import Severity, View, compare_descriptions, formats
from conformance.description.drift.change import FIXED_RULES, Direction, ValidityEffect, derive_severities
from conformance.description.drift.schemas import SchemaComparison
from conformance.description.sources import Fragment
from tests.description.mutations import Mutation, both, drop, put
from tests.description.sound_description import BASE, URI, sound

BREAKING, RISKY, HARMLESS = Severity
LIST, ITEM, POST = "paths /makes get", "paths /makes/{make_id} get", "paths /makes post"
MAKE = "components schemas Make"
PROPERTIES = f"{MAKE} properties"
NEW = "components schemas MakeNew"
SIZE = "components parameters size"
KIND = "components parameters kind schema"
BODY = f"{POST} requestBody"
JSON = f"{BODY} content application/json"


def describe(*mutations: Mutation):
    document = sound()
    for mutation in mutations:
        mutation(document)
    return build_description([Fragment("api.json", json.dumps(document).encode())], (), "test")


def change_nothing(document) -> None:
    pass


# what stood before, what was done to it, the rule, where, what it means to clients
CASES = [
    # operations
    (change_nothing, drop("paths /models/{model_id}"), "operation-removed", "GET /models/{model_id}", BREAKING),
    (change_nothing, put("paths /kinds", {"get": {"responses": {}}}), "operation-added", "GET /kinds", HARMLESS),
    (change_nothing, put(f"{LIST} deprecated", value=True), "operation-deprecated", "operation", RISKY),
    (put(f"{LIST} deprecated", value=True), change_nothing, "operation-reinstated", "operation", HARMLESS),
    (change_nothing, put(f"{LIST} operationId", "makes"), "operation-id-changed", "operation", RISKY),
    # the whole API
    (change_nothing, put("servers", [{"url": f"{BASE}/new"}]), "server-removed", BASE, BREAKING),
    (change_nothing, put("servers -1", {"url": f"{BASE}/new"}), "server-added", f"{BASE}/new", HARMLESS),
    (put("webhooks", {"made": {"post": {"responses": {}}}}), change_nothing, "webhook-removed", "made", BREAKING),
    (change_nothing, put("webhooks", {"made": {"post": {"responses": {}}}}), "webhook-added", "made", HARMLESS),
    # security
    (
        change_nothing,
        put(f"{LIST} security", [{"oauth2": ["makes:read", "more"]}]),
        "security-tightened",
        "security",
        BREAKING,
    ),
    (
        put(f"{LIST} security", []),
        put(f"{LIST} security", [{"oauth2": []}]),
        "security-tightened",
        "security",
        BREAKING,
    ),
    (
        put(f"{LIST} security", [{"oauth2": []}, {"key": []}]),
        change_nothing,
        "security-tightened",
        "security",
        BREAKING,
    ),
    (change_nothing, put(f"{LIST} security", [{"other": []}]), "security-tightened", "security", BREAKING),
    (change_nothing, put(f"{LIST} security", [{"oauth2": []}]), "security-loosened", "security", HARMLESS),
    (change_nothing, put(f"{LIST} security", []), "security-loosened", "security", HARMLESS),
    (
        drop(f"{LIST} security"),
        put("security", [{"oauth2": ["makes:read"]}]),
        "security-tightened",
        "security",
        BREAKING,
    ),
    (
        change_nothing,
        put("components securitySchemes oauth2 flows clientCredentials scopes", {}),
        "scope-removed",
        "oauth2 clientCredentials makes:read",
        RISKY,
    ),
    (
        change_nothing,
        put("components securitySchemes oauth2 flows clientCredentials scopes more", ""),
        "scope-added",
        "oauth2 clientCredentials more",
        HARMLESS,
    ),
    (
        change_nothing,
        put("components securitySchemes oauth2 flows clientCredentials tokenUrl", BASE),
        "token-url-changed",
        "oauth2 clientCredentials tokenUrl",
        BREAKING,
    ),
    # parameters
    (change_nothing, drop(f"{LIST} parameters 4"), "parameter-removed", "query kind", BREAKING),
    (
        change_nothing,
        put(f"{LIST} parameters -1", {"name": "q", "in": "query", "schema": {}}),
        "parameter-added",
        "query q",
        HARMLESS,
    ),
    (
        change_nothing,
        put(f"{LIST} parameters -1", {"name": "q", "in": "query", "required": True, "schema": {}}),
        "parameter-added-required",
        "query q",
        BREAKING,
    ),
    (change_nothing, put(f"{SIZE} required", value=True), "parameter-required", "query page_size", BREAKING),
    (put(f"{SIZE} required", value=True), change_nothing, "parameter-optional", "query page_size", HARMLESS),
    (change_nothing, put(f"{SIZE} deprecated", value=True), "parameter-deprecated", "query page_size", RISKY),
    (
        change_nothing,
        put("components parameters expand explode", value=False),
        "parameter-style-changed",
        "query expand",
        BREAKING,
    ),
    (change_nothing, put(f"{SIZE} schema maximum", 50), "request-maximum-narrows", "query page_size", BREAKING),
    (change_nothing, put(f"{SIZE} schema maximum", 500), "request-maximum-widens", "query page_size", HARMLESS),
    (change_nothing, put(f"{SIZE} schema minimum", 2), "request-minimum-narrows", "query page_size", BREAKING),
    (change_nothing, put(f"{SIZE} schema minimum", 0), "request-minimum-widens", "query page_size", HARMLESS),
    (change_nothing, drop(f"{SIZE} schema maximum"), "request-maximum-widens", "query page_size", HARMLESS),
    (change_nothing, put(f"{SIZE} schema multipleOf", 5), "request-multipleOf-narrows", "query page_size", BREAKING),
    (
        put(f"{SIZE} schema multipleOf", 5),
        put(f"{SIZE} schema multipleOf", 7),
        "request-multipleOf-replaces",
        "query page_size",
        BREAKING,
    ),
    (change_nothing, put(f"{SIZE} schema default", 25), "request-default-changed", "query page_size", RISKY),
    (change_nothing, put(f"{SIZE} schema type", "number"), "request-type-widens", "query page_size", HARMLESS),
    (change_nothing, put(f"{SIZE} schema type", "string"), "request-type-replaces", "query page_size", BREAKING),
    (change_nothing, put(f"{KIND} enum", ["AC"]), "request-enum-narrows", "query kind", BREAKING),
    (change_nothing, put(f"{KIND} enum", ["AC", "DC", "BOTH"]), "request-enum-widens", "query kind", HARMLESS),
    (change_nothing, drop(f"{KIND} enum"), "request-enum-widens", "query kind", HARMLESS),
    (drop(f"{KIND} enum"), put(f"{KIND} enum", ["AC"]), "request-enum-narrows", "query kind", BREAKING),
    (
        change_nothing,
        put("components parameters expand schema items enum", []),
        "request-enum-narrows",
        "query expand[]",
        BREAKING,
    ),
    (
        change_nothing,
        put("components parameters make_id schema pattern", "^make[A-Z]{26}$"),
        "request-pattern-unclear",
        "path make_id",
        RISKY,
    ),
    (
        put("components parameters make_id schema pattern", "make[A-Z0-9]{26}"),
        change_nothing,
        "request-pattern-narrows",
        "path make_id",
        BREAKING,
    ),
    (
        change_nothing,
        drop("components parameters make_id schema pattern"),
        "request-pattern-widens",
        "path make_id",
        HARMLESS,
    ),
    # request bodies
    (drop(BODY), put(BODY, {"required": True, "content": {}}), "body-added-required", "request body", BREAKING),
    (drop(BODY), put(BODY, {"content": {}}), "body-added", "request body", HARMLESS),
    (change_nothing, drop(BODY), "body-removed", "request body", BREAKING),
    (drop(f"{BODY} required"), put(f"{BODY} required", value=True), "body-required", "request body", BREAKING),
    (change_nothing, drop(f"{BODY} required"), "body-optional", "request body", HARMLESS),
    (change_nothing, drop(JSON), "request-media-type-removed", "request body application/json", BREAKING),
    (
        change_nothing,
        put(f"{BODY} content text/csv", {}),
        "request-media-type-added",
        "request body text/csv",
        HARMLESS,
    ),
    (
        change_nothing,
        put(f"{NEW} properties colour", {"type": "string"}),
        "request-property-added",
        "MakeNew.colour",
        HARMLESS,
    ),
    (
        change_nothing,
        both(put(f"{NEW} properties colour", {"type": "string"}), put(f"{NEW} required -1", "colour")),
        "request-required-narrows",
        "MakeNew.colour",
        BREAKING,
    ),
    (change_nothing, drop(f"{NEW} properties name"), "request-property-removed", "MakeNew.name", RISKY),
    (
        put(f"{NEW} additionalProperties", value=False),
        drop(f"{NEW} properties name"),
        "request-property-narrows",
        "MakeNew.name",
        BREAKING,
    ),
    (
        change_nothing,
        put(f"{NEW} additionalProperties", value=False),
        "request-properties-narrows",
        "MakeNew",
        BREAKING,
    ),
    (change_nothing, put(f"{NEW} required", []), "request-required-widens", "MakeNew.name", HARMLESS),
    (
        change_nothing,
        put(f"{NEW} properties name readOnly", value=True),
        "request-property-read-only",
        "MakeNew.name",
        RISKY,
    ),
    (
        put(f"{NEW} properties name readOnly", value=True),
        change_nothing,
        "request-property-writable",
        "MakeNew.name",
        HARMLESS,
    ),
    (
        change_nothing,
        put(f"{NEW} properties name deprecated", value=True),
        "property-deprecated",
        "MakeNew.name",
        RISKY,
    ),
    (change_nothing, put(f"{NEW} properties name maxLength", 9), "request-maxLength-narrows", "MakeNew.name", BREAKING),
    (
        change_nothing,
        put(f"{NEW} properties name type", ["string", "null"]),
        "request-null-widens",
        "MakeNew.name",
        HARMLESS,
    ),
    (
        put(f"{NEW} properties name type", ["string", "null"]),
        change_nothing,
        "request-null-narrows",
        "MakeNew.name",
        BREAKING,
    ),
    (change_nothing, put(f"{NEW} properties name format", "uuid"), "request-format-narrows", "MakeNew.name", BREAKING),
    (change_nothing, put(f"{NEW} not", {"required": ["x"]}), "request-not-unclear", "MakeNew", RISKY),
    (
        change_nothing,
        put(f"{NEW} allOf", [{"required": ["size"]}]),
        "request-required-narrows",
        "MakeNew.size",
        BREAKING,
    ),
    # responses
    (change_nothing, drop(f"{POST} responses 201"), "success-removed", "response 201", BREAKING),
    (change_nothing, put(f"{POST} responses 202", {"description": ""}), "success-added", "response 202", RISKY),
    (change_nothing, drop(f"{POST} responses 404"), "error-removed", "response 404", HARMLESS),
    (change_nothing, put(f"{POST} responses 409", {"description": ""}), "error-added", "response 409", HARMLESS),
    (
        change_nothing,
        drop(f"{ITEM} responses 200 content application/json"),
        "response-media-type-removed",
        "response 200 application/json",
        BREAKING,
    ),
    (
        change_nothing,
        put(f"{ITEM} responses 200 content text/csv", {}),
        "response-media-type-added",
        "response 200 text/csv",
        HARMLESS,
    ),
    (change_nothing, drop(f"{LIST} responses 200 headers Link"), "header-removed", "response 200 header Link", RISKY),
    (
        put("components headers Link required", value=True),
        drop(f"{LIST} responses 200 headers Link"),
        "header-removed-required",
        "response 200 header Link",
        BREAKING,
    ),
    (
        change_nothing,
        put(f"{ITEM} responses 200 headers ETag", {"schema": {}}),
        "header-added",
        "response 200 header ETag",
        HARMLESS,
    ),
    (
        change_nothing,
        put(f"{ITEM} responses 200 headers ETag", {"required": True, "schema": {}}),
        "header-added-required",
        "response 200 header ETag",
        HARMLESS,
    ),
    (
        change_nothing,
        put("components headers Link required", value=True),
        "header-required",
        "response 200 header Link",
        HARMLESS,
    ),
    (
        put("components headers Link required", value=True),
        change_nothing,
        "header-optional",
        "response 200 header Link",
        BREAKING,
    ),
    (
        change_nothing,
        put("components headers Api-Version schema type", "string"),
        "response-type-replaces",
        "response 200 header Api-Version",
        BREAKING,
    ),
    (change_nothing, drop(f"{PROPERTIES} power"), "response-property-removed", "Make.power", RISKY),
    (
        change_nothing,
        put(f"{PROPERTIES} colour", {"type": "string"}),
        "response-property-added",
        "Make.colour",
        HARMLESS,
    ),
    (change_nothing, put(f"{MAKE} required", ["id", "url"]), "response-required-widens", "Make.name", BREAKING),
    (change_nothing, put(f"{MAKE} required -1", "power"), "response-required-narrows", "Make.power", HARMLESS),
    (change_nothing, put(f"{PROPERTIES} kind enum", ["AC", "DC"]), "response-enum-narrows", "Make.kind", HARMLESS),
    (change_nothing, put(f"{PROPERTIES} kind enum -1", "NONE"), "response-enum-widens", "Make.kind", BREAKING),
    (change_nothing, put(f"{PROPERTIES} power type", "integer"), "response-null-narrows", "Make.power", HARMLESS),
    (change_nothing, put(f"{PROPERTIES} name type", ["string", "null"]), "response-null-widens", "Make.name", BREAKING),
    (
        change_nothing,
        put(f"{PROPERTIES} power type", ["number", "null"]),
        "response-type-widens",
        "Make.power",
        BREAKING,
    ),
    (change_nothing, put(f"{PROPERTIES} name type", "object"), "response-type-replaces", "Make.name", BREAKING),
    (change_nothing, put(f"{PROPERTIES} name", {}), "response-type-widens", "Make.name", BREAKING),
    (change_nothing, put(f"{PROPERTIES} model", URI), "response-alternative-narrows", "Make.model", HARMLESS),
    (put(f"{PROPERTIES} model", URI), change_nothing, "response-alternative-widens", "Make.model", BREAKING),
    (change_nothing, put(f"{PROPERTIES} url", {"type": "string"}), "response-format-widens", "Make.url", BREAKING),
    (change_nothing, put(f"{PROPERTIES} url format", "uuid"), "response-format-replaces", "Make.url", BREAKING),
    (
        change_nothing,
        put(f"{PROPERTIES} tags items", {"type": "integer"}),
        "response-type-replaces",
        "Make.tags[]",
        BREAKING,
    ),
    (
        change_nothing,
        put(f"{PROPERTIES} tags uniqueItems", value=True),
        "response-uniqueItems-narrows",
        "Make.tags",
        HARMLESS,
    ),
    (
        change_nothing,
        put(f"{PROPERTIES} name writeOnly", value=True),
        "response-property-write-only",
        "Make.name",
        RISKY,
    ),
    (put(f"{PROPERTIES} name writeOnly", value=True), change_nothing, "response-property-shown", "Make.name", HARMLESS),
    (change_nothing, put(f"{PROPERTIES} name default", "x"), "response-default-changed", "Make.name", HARMLESS),
    (
        change_nothing,
        put("components schemas Model required", ["id"]),
        "response-required-widens",
        "Model.url",
        BREAKING,
    ),
]


@pytest.mark.parametrize(
    ("before", "after", "rule", "place", "severity"), CASES, ids=[f"{i}-{case[2]}" for i, case in enumerate(CASES)]
)
def test_a_change_has_rule_place_and_severity(before, after, rule, place, severity):
    new = describe() if after is change_nothing else describe(before, after)
    changes = compare_descriptions(describe(before), new)
    assert (rule, place, severity) in {(change.rule, change.place, change.client) for change in changes}


def test_every_rule_of_the_table_has_a_case():
    assert {rule for _, _, rule, _, _ in CASES} >= set(FIXED_RULES)


@pytest.mark.parametrize("direction", Direction)
def test_the_law(direction):
    writer, reader = (0, 1) if direction is Direction.REQUEST else (1, 0)
    assert derive_severities(direction, ValidityEffect.NARROWS)[writer] is BREAKING
    # A server, which reads requests, must now refuse some of them.
    assert derive_severities(direction, ValidityEffect.NARROWS)[reader] is (RISKY if reader else HARMLESS)
    assert derive_severities(direction, ValidityEffect.WIDENS)[reader] is BREAKING
    assert derive_severities(direction, ValidityEffect.WIDENS)[writer] is HARMLESS
    assert set(derive_severities(direction, ValidityEffect.REPLACES)) == {BREAKING}
    assert set(derive_severities(direction, ValidityEffect.UNCLEAR)) == {RISKY}


def test_a_description_does_not_differ_from_itself(description):
    assert compare_descriptions(description, description) == ()


def test_an_equivalent_description_has_no_changes():
    """Compare the same operations inlined one level, with renamed path parameters and other prose."""
    document = sound()
    document["paths"]["/makes/{id}"] = document["paths"].pop("/makes/{make_id}")
    document["components"]["parameters"]["make_id"]["name"] = "id"
    document["paths"]["/makes/{id}/logs"] = document["paths"].pop("/makes/{make_id}/logs")
    document["components"]["schemas"]["Renamed"] = document["components"]["schemas"].pop("Make")
    document["components"]["schemas"]["Renamed"]["description"] = "Another."
    text = json.dumps(document).replace('schemas/Make"', 'schemas/Renamed"')
    changed = build_description([Fragment("api.json", text.encode())], (), "test")
    assert compare_descriptions(describe(), changed) == ()


def test_a_component_change_is_reported_once_with_its_operations():
    changes = compare_descriptions(
        describe(), describe(put("components schemas Model properties name", {"type": "string"}))
    )
    (change,) = changes
    assert change.operations == ("GET /makes", "POST /makes", "GET /makes/{make_id}", "GET /models/{model_id}")


def test_read_only_fields_are_no_matter_of_requests():
    before = put(f"{NEW} properties id", {"type": "string", "readOnly": True})
    after = both(before, put(f"{NEW} properties id maxLength", 3), put(f"{NEW} required", ["name", "id"]))
    assert compare_descriptions(describe(before), describe(after)) == ()


def test_deliveries_travel_to_the_client():
    body = {"content": {"application/json": {"schema": {"type": "object", "required": ["type"]}}}}
    before = put("webhooks", {"made": {"post": {"requestBody": body, "responses": {}}}})
    after = both(before, put("webhooks made post requestBody content application/json schema required", []))
    (change,) = compare_descriptions(describe(before), describe(after))
    assert (change.rule, change.client, change.operations) == ("response-required-widens", BREAKING, ("webhook made",))


def test_recursive_schemas_come_to_an_end():
    tree = {"type": "array", "items": {"$ref": "#/components/schemas/Tree"}}
    before = both(
        put("components schemas Tree", tree), put(f"{PROPERTIES} tree", {"$ref": "#/components/schemas/Tree"})
    )
    grown = both(before, put("components schemas Tree maxItems", 3))
    assert [change.rule for change in compare_descriptions(describe(before), describe(grown))] == [
        "response-maxItems-narrows"
    ]
    loose = both(before, put(f"{PROPERTIES} tree", {"type": "array"}))
    assert [change.rule for change in compare_descriptions(describe(before), describe(loose))] == [
        "response-type-widens"
    ]
    assert [change.rule for change in compare_descriptions(describe(loose), describe(before))] == [
        "response-type-narrows"
    ]


SCALARS = st.one_of(
    st.fixed_dictionaries(
        {"type": st.just("string")}, optional={"maxLength": st.integers(0, 3), "minLength": st.integers(0, 2)}
    ),
    st.fixed_dictionaries(
        {"type": st.sampled_from(["integer", "number"])},
        optional={"minimum": st.integers(-3, 3), "maximum": st.integers(-3, 3), "multipleOf": st.integers(1, 4)},
    ),
    st.fixed_dictionaries({"enum": st.lists(st.sampled_from(["a", "b", 1, None]), min_size=1, unique=True)}),
    st.sampled_from([{"type": "null"}, {"type": "boolean"}, {}, {"type": ["string", "null"]}, {"const": "a"}]),
)


def _grown(inner):
    return st.one_of(
        st.fixed_dictionaries({"type": st.just("array"), "items": inner}, optional={"maxItems": st.integers(0, 2)}),
        st.fixed_dictionaries(
            {"type": st.just("object"), "properties": st.dictionaries(st.sampled_from("xy"), inner)},
            optional={"required": st.lists(st.sampled_from("xy"), unique=True), "additionalProperties": st.booleans()},
        ),
        st.fixed_dictionaries({"anyOf": st.lists(inner, min_size=1, max_size=3)}),
        st.fixed_dictionaries({"allOf": st.lists(inner, min_size=1, max_size=1)}),
    )


SCHEMAS = st.recursive(SCALARS, _grown, max_leaves=4)
LEAVES = st.sampled_from([None, True, 0, 1, 2, -3, 1.5, "", "a", "b", "abcd"])
VALUES = st.recursive(
    LEAVES, lambda v: st.lists(v, max_size=3) | st.dictionaries(st.sampled_from("xyz"), v, max_size=3), max_leaves=5
)


@settings(max_examples=400)
@given(old=SCHEMAS, new=SCHEMAS, value=VALUES)
def test_changes_harmless_to_clients_keep_old_requests_valid(old, new, value):
    changes = list(SchemaComparison({}, {}).compare_schemas(old, new, "body", Direction.REQUEST))
    severities = {change.client for change in changes}
    # Nobody sends a property before it is there, though an open schema allows any.
    severities |= {RISKY for change in changes if change.rule == "request-property-added"}
    if Draft202012Validator(old).is_valid(value) and not Draft202012Validator(new).is_valid(value):
        assert severities & {BREAKING, RISKY}


@settings(max_examples=400)
@given(old=SCHEMAS, new=SCHEMAS)
def test_a_reversed_change_breaks_the_other_side(old, new):
    there = SchemaComparison({}, {}).compare_schemas(old, new, "", Direction.REQUEST)
    back = SchemaComparison({}, {}).compare_schemas(new, old, "", Direction.REQUEST)
    lawful = {change.rule for change in there if change.client is BREAKING and change.rule not in FIXED_RULES}
    mirrored = {change.rule for change in back if change.server is BREAKING and change.rule not in FIXED_RULES}
    swapped = {rule.replace("narrows", "widens") for rule in lawful}
    assert swapped == mirrored


@given(schema=SCHEMAS)
def test_a_schema_does_not_differ_from_itself(schema):
    assert list(SchemaComparison({}, {}).compare_schemas(schema, schema, "", Direction.RESPONSE)) == []


def test_each_side_has_its_own_view():
    (change,) = compare_descriptions(describe(), describe(drop("paths /models/{model_id}")))
    assert (change.find_severity(View.CLIENT), change.find_severity(View.SERVER)) == (BREAKING, RISKY)


@pytest.mark.parametrize(
    ("before", "after", "rule", "severity", "duty"),
    [
        (put(f"{LIST} responses 202", {"description": ""}), change_nothing, "success-removed", BREAKING, "no longer"),
        (
            put(f"{LIST} responses 200 content text/csv", {}),
            change_nothing,
            "response-media-type-removed",
            BREAKING,
            "no longer send",
        ),
        (change_nothing, drop("paths /models/{model_id}"), "operation-removed", RISKY, "404 or 405"),
        (change_nothing, put(f"{KIND} enum", ["AC"]), "request-enum-narrows", RISKY, "refuse the rest"),
        (
            change_nothing,
            put("components parameters make_id schema pattern", "^make[0-9]{26}$"),
            "request-pattern-unclear",
            RISKY,
            "refuse the rest",
        ),
        (change_nothing, put(f"{SIZE} required", value=True), "parameter-required", RISKY, "without it"),
        (
            change_nothing,
            put("components securitySchemes oauth2 flows clientCredentials scopes", {}),
            "scope-removed",
            RISKY,
            "no longer grant",
        ),
        (put(f"{KIND} enum", ["AC"]), change_nothing, "request-enum-widens", BREAKING, ""),
    ],
)
def test_a_server_is_told_what_it_must_now_refuse(before, after, rule, severity, duty):
    changes = compare_descriptions(
        describe(before), describe(before, after) if after is not change_nothing else describe()
    )
    change = next(change for change in changes if change.rule == rule)
    assert change.server is severity
    assert duty in change.duty
    assert bool(duty) is bool(change.duty)
    told = "\n".join(formats.format_text(changes, View.SERVER))
    assert change.duty in told
    assert not change.duty or change.duty not in "\n".join(formats.format_text(changes, View.CLIENT))
