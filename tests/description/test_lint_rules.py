"""Every lint rule: what it reports, where, and that it reports nothing else."""

import json
from pathlib import Path
from typing import Any

import pytest

from conformance.description.builder import build_description
from conformance.description.lint import find_all, lint_description, list_rules
from conformance.description.sources import Fragment
from conformance.errors import DescriptionError
from conformance.model import Level
from conformance.validation import SchemaValidators
from specs.catalogue import load_requirements
from tests.description.mutations import at, both, drop, put
from tests.description.sound_description import BASE, ID, URI, sound


def find_pointers(document: dict[str, Any]) -> dict[str, list[str]]:
    """Return the pointers of all findings by rule."""
    description = build_description([Fragment("api.json", json.dumps(document).encode())], (), "test")
    pointers: dict[str, list[str]] = {}
    for finding in find_all(description, SchemaValidators):
        pointers.setdefault(finding.rule, []).append(finding.pointer)
    return pointers


LIST, ITEM, POST = "paths /makes get", "paths /makes/{make_id} get", "paths /makes post"
MAKE = "components schemas Make"
PROPERTIES = f"{MAKE} properties"
OK = f"{ITEM} responses 200"
ARRAY = {"type": "array", "items": URI}
P_LIST, P_ITEM, P_MAKE = "#/paths/~1makes/get", "#/paths/~1makes~1{make_id}/get", "#/components/schemas/Make"
P_LOGS = "#/paths/~1makes~1{make_id}~1logs/get"

MODEL = {"$ref": "#/components/schemas/Model"}
NOT_FOUND_AS_UNAUTHORIZED = {"type": f"{BASE}/problems/unauthorized", "title": "Not Found", "status": 404}


def problem_response(name: str, status: int) -> dict[str, Any]:
    """Return a response with one example of a problem."""
    example = {"value": {"type": f"{BASE}/{name}", "title": "Refused", "status": status}}
    schema = {"$ref": "#/components/schemas/Problem"}
    return {
        "description": "",
        "content": {"application/problem+json": {"schema": schema, "examples": {"one": example}}},
    }


# rule, what spoils the sound description, where the rule finds it
CASES = [
    ("openapi-invalid", drop("info title"), "#/info"),
    (
        "openapi-invalid",
        put("components parameters make_id required", value=False),
        "#/components/parameters/make_id/required",
    ),
    ("schema-invalid", put(f"{PROPERTIES} name type", "text"), f"{P_MAKE}/properties/name/type"),
    ("schema-invalid", put(f"{PROPERTIES} name minLength", -1), f"{P_MAKE}/properties/name/minLength"),
    ("scheme-unknown", put(f"{LIST} security", [{"OAuth2": []}]), f"{P_LIST}/security/0/OAuth2"),
    ("scheme-unknown", put("security", [{"key": []}]), "#/security/0/key"),
    ("scope-unknown", put(f"{LIST} security", [{"oauth2": ["makes:red"]}]), f"{P_LIST}/security/0/oauth2/0"),
    (
        "flow-empty",
        put("components securitySchemes oauth2 flows password", {"tokenUrl": BASE, "scopes": {}}),
        "#/components/securitySchemes/oauth2/flows/password/scopes",
    ),
    ("scope-missing", drop(f"{LIST} security"), P_LIST),
    ("path-parameters", put("paths /makes/{make_id} parameters", []), f"{P_ITEM}/parameters"),
    (
        "path-parameters",
        put(f"{LIST} parameters -1", {"$ref": "#/components/parameters/make_id"}),
        f"{P_LIST}/parameters",
    ),
    ("path-twice", put("paths /makes/{id}", {}), "#/paths/~1makes~1{id}"),
    ("operation-id-twice", put(f"{POST} operationId", "list-makes"), f"{P_LIST}/operationId"),
    (
        "parameter-twice",
        put(f"{LIST} parameters -1", {"$ref": "#/components/parameters/kind"}),
        f"{P_LIST}/parameters/5",
    ),
    (
        "parameter-overridden",
        put("paths /makes parameters", [{"$ref": "#/components/parameters/kind"}]),
        f"{P_LIST}/parameters/4",
    ),
    ("expand-dead-end", put("components parameters expand schema items enum", ["name"]), f"{P_ITEM}/parameters"),
    ("expand-dead-end", put(f"{PROPERTIES} model", URI), f"{P_ITEM}/parameters"),
    ("expand-any-text", put("components parameters expand schema", {"type": "string"}), f"{P_ITEM}/parameters"),
    (
        "expand-inside",
        both(
            put(
                f"{PROPERTIES} parts",
                {
                    "type": "array",
                    "items": {
                        "type": "object",
                        "properties": {"plan": {"oneOf": [URI, {"$ref": "#/components/schemas/Model"}]}},
                    },
                },
            ),
            put("components parameters expand schema items enum", ["plan"]),
        ),
        f"{P_ITEM}/parameters",
    ),
    (
        "example-invalid",
        put(f"{MAKE} examples", [{"id": ID, "url": "no url", "name": "A"}]),
        f"{P_MAKE}/examples/0/url",
    ),
    ("example-invalid", put(f"{PROPERTIES} kind example", "ac"), f"{P_MAKE}/properties/kind/example"),
    (
        "example-invalid",
        put(f"{OK} content application/json examples", {"one": {"value": []}}),
        f"{P_ITEM}/responses/200/content/application~1json/examples/one/value",
    ),
    (
        "example-invalid",
        put(f"{POST} requestBody content application/json example", {}),
        "#/paths/~1makes/post/requestBody/content/application~1json/example/name",
    ),
    ("example-invalid", put("components parameters size example", 101), "#/components/parameters/size/example"),
    ("example-id", put(f"{PROPERTIES} id example", ID[:-1] + "U"), f"{P_MAKE}/properties/id/example"),
    ("example-id", put(f"{PROPERTIES} url example", f"{BASE}/makes/{ID}9"), f"{P_MAKE}/properties/url/example"),
    ("id-unanchored", put(f"{PROPERTIES} id pattern", "make[A-Z0-9]{26}"), f"{P_MAKE}/properties/id/pattern"),
    (
        "id-unanchored",
        put("components parameters after schema", {"type": "string", "pattern": "^[a-z]{4}[A-Z0-9]{26}"}),
        "#/components/parameters/after/schema/pattern",
    ),
    ("pattern-unanchored", put(f"{PROPERTIES} name pattern", "[a-z]+"), f"{P_MAKE}/properties/name/pattern"),
    ("path-id", drop("components parameters make_id schema pattern"), "#/components/parameters/make_id"),
    (
        "path-id",
        put("components parameters make_id schema pattern", "^modl[A-Z0-9]{26}$"),
        "#/components/parameters/make_id",
    ),
    ("example-link", put(f"{PROPERTIES} url example", f"{BASE}/make/{ID}"), f"{P_MAKE}/properties/url/example"),
    (
        "example-link",
        put(f"{PROPERTIES} url example", f"https://api.example.com/makes/{ID}"),
        f"{P_MAKE}/properties/url/example",
    ),
    ("error-no-problem", drop("components responses Problem404 content"), "#/components/responses/Problem404"),
    (
        "error-no-problem",
        put("components responses Problem404 content", {"application/problem+json": {}}),
        "#/components/responses/Problem404/content/application~1problem+json",
    ),
    (
        "header-misspelled",
        put("components responses Problem429 headers RetryAfter", {"schema": {"type": "integer"}}),
        "#/components/responses/Problem429/headers/RetryAfter",
    ),
    (
        "header-case",
        put(f"{OK} headers", {"API-Version": {"schema": {"type": "integer"}}}),
        f"{P_ITEM}/responses/200/headers/API-Version",
    ),
    ("header-missing", drop(f"{OK} headers"), f"{P_ITEM}/responses/200"),
    (
        "error-other-status",
        put(f"{LIST} responses 404", {"$ref": "#/components/responses/Problem400"}),
        f"{P_LIST}/responses/404",
    ),
    *(
        ("error-undocumented", drop(f"{LIST} responses {status}"), f"{P_LIST}/responses")
        for status in ("400", "401", "406", "429")
    ),
    ("error-unneeded", put(f"{LIST} security", []), f"{P_LIST}/responses/401"),
    ("response-promises-nothing", drop(f"{MAKE} required"), P_MAKE),
    ("body-optional", drop(f"{POST} requestBody required"), "#/paths/~1makes/post/requestBody"),
    (
        "body-read-only",
        put("components schemas MakeNew properties name readOnly", value=True),
        "#/paths/~1makes/post/requestBody",
    ),
    ("body-of-get", put(f"{LIST} requestBody", {"content": {}}), f"{P_LIST}/requestBody"),
    ("nullable-ignored", put(f"{PROPERTIES} name nullable", value=True), f"{P_MAKE}/properties/name/nullable"),
    ("null-forbidden", put(f"{PROPERTIES} model anyOf", [{"type": "null"}]), f"{P_MAKE}/properties/model"),
    (
        "null-forbidden",
        put(f"{PROPERTIES} made", {"$ref": "#/components/schemas/Log", "anyOf": [{"type": "null"}, {}]}),
        f"{P_MAKE}/properties/made",
    ),
    ("enum-without-null", put(f"{PROPERTIES} kind type", ["string", "null"]), f"{P_MAKE}/properties/kind/enum"),
    (
        "oneof-empty-list",
        put(f"{PROPERTIES} tags", {"oneOf": [ARRAY, {"type": "array", "items": {"type": "integer"}}]}),
        f"{P_MAKE}/properties/tags/oneOf",
    ),
    (
        "ref-siblings",
        put(f"{PROPERTIES} log", {"$ref": "#/components/schemas/Log", "type": "object"}),
        f"{P_MAKE}/properties/log",
    ),
    ("enum-untyped", drop(f"{PROPERTIES} kind type"), f"{P_MAKE}/properties/kind/enum"),
    ("format-unknown", put(f"{PROPERTIES} name format", "country"), f"{P_MAKE}/properties/name/format"),
    (
        "number-whole",
        put("components parameters size schema type", "number"),
        "#/components/parameters/size/schema/type",
    ),
    ("enum-filter", put("components parameters kind schema enum", ["ac", "dc"]), f"{P_LIST}/parameters"),
    (
        "enums-apart",
        put(f"{PROPERTIES} sort", {"type": "string", "enum": ["AC", "DC", "BOTH", "NONE"]}),
        f"{P_MAKE}/properties/kind/enum",
    ),
    (
        "cursor-swapped",
        put("components parameters after description", "What stands before this id."),
        "#/components/parameters/after/description",
    ),
    (
        "cursor-timed",
        put("components parameters time_after schema", {"type": "string", "pattern": "^[a-z]{4}[A-Z0-9]{26}$"}),
        f"{P_LOGS}/parameters",
    ),
    (
        "cursor-without-id",
        both(
            drop(f"{PROPERTIES} id"),
            put(f"{MAKE} examples", []),
            put(f"{MAKE} required", ["url"]),
            drop("components parameters make_id schema pattern"),
        ),
        f"{P_LIST}/parameters",
    ),
    ("link-unpaged", put(f"{OK} headers Link", {"schema": {"type": "string"}}), f"{P_ITEM}/responses/200/headers/Link"),
    (
        "link-other-scheme",
        put("components headers Link example", f"<{BASE}/makes?page=2>"),
        f"{P_LIST}/responses/200/headers/Link",
    ),
    (
        "page-size-missing",
        put(f"{LIST} parameters", [{"$ref": f"#/components/parameters/{n}"} for n in ("version", "after", "kind")]),
        P_LIST,
    ),
    ("tag-undeclared", put("tags", []), f"{P_LIST}/tags"),
    ("tag-unused", put("tags -1", {"name": "Models"}), "#/tags/1"),
    ("component-unused", put("components schemas Unused", {"type": "string"}), "#/components/schemas/Unused"),
    ("version-missing", put(f"{POST} parameters", []), "#/paths/~1makes/post"),
    ("url-unserved", drop("paths /makes/{make_id}"), P_MAKE),
    ("null-in-text", put(f"{PROPERTIES} name description", "Null if unknown."), f"{P_MAKE}/properties/name"),
    (
        "list-in-text",
        put(f"{PROPERTIES} model", {**MODEL, "description": "A list of models."}),
        f"{P_MAKE}/properties/model",
    ),
    ("list-in-response-text", put(f"{OK} description", "Returns a list of makes."), f"{P_ITEM}/responses/200"),
    ("url-or-id", put(f"{PROPERTIES} url description", "The id of the make."), f"{P_MAKE}/properties/url"),
    (
        "parameter-required-in-text",
        put("components parameters size description", "Required."),
        "#/components/parameters/size",
    ),
    (
        "parameter-required-if",
        put("components parameters size description", "Required if the list is long."),
        "#/components/parameters/size",
    ),
    ("property-required-in-text", put(f"{PROPERTIES} kind description", "Always sent."), f"{P_MAKE}/properties/kind"),
    (
        "property-required-if",
        put(f"{MAKE} description", "For electric ones, `kind` must be given."),
        P_MAKE,
    ),
    (
        "example-other-type",
        put("components responses Problem404 content application/problem+json example", NOT_FOUND_AS_UNAUTHORIZED),
        "#/components/responses/Problem404/content/application~1problem+json/example/type",
    ),
    (
        "example-other-write",
        put(f"{POST} responses 400", problem_response("problems/update-model", 400)),
        "#/paths/~1makes/post/responses/400/content/application~1problem+json/examples/one",
    ),
    (
        "example-other-status",
        put(f"{POST} responses 400", problem_response("problems/wrong", 422)),
        "#/paths/~1makes/post/responses/400/content/application~1problem+json/examples/one",
    ),
]


def test_the_sound_description_has_no_findings():
    assert find_pointers(sound()) == {}


@pytest.mark.parametrize(("rule", "mutate", "pointer"), CASES, ids=[f"{i}-{case[0]}" for i, case in enumerate(CASES)])
def test_a_rule_reports_a_violation_with_its_pointer(rule, mutate, pointer):
    document = sound()
    mutate(document)
    assert pointer in find_pointers(document).get(rule, [])


def test_every_rule_has_a_case():
    assert {rule for rule, _, _ in CASES} | {"reference-broken"} == {rule.name for rule in list_rules()}


def test_rules_are_named_once_and_bind_as_their_requirement_does():
    levels = {stated.id: stated.level for stated in load_requirements()}
    names = [rule.name for rule in list_rules()]
    assert len(names) == len(set(names))
    for rule in list_rules():
        assert rule.level is levels[rule.requirement] if rule.requirement else rule.level is not Level.MUST, rule
    assert {rule.requirement for rule in list_rules()} - {""} == {f"DSC-{number:02}" for number in range(1, 11)}


@pytest.mark.parametrize(
    ("mutate", "rule"),
    [
        (put(f"{PROPERTIES} power example", None), "example-invalid"),
        (put(f"{PROPERTIES} name example", "https://elsewhere.example.com/make"), "example-link"),
        (put(f"{PROPERTIES} tags", {"oneOf": [ARRAY, {"type": "array", "minItems": 1}]}), "oneof-empty-list"),
        (put(f"{PROPERTIES} name nullable", value=False), "nullable-ignored"),
        (
            put("components responses Problem429 headers Retry-After", {"schema": {"type": "integer"}}),
            "header-misspelled",
        ),
        (
            put(
                f"{LIST} responses", {"200": {"description": ""}, "4XX": {"$ref": "#/components/responses/Problem400"}}
            ),
            "error-undocumented",
        ),
        (put(f"{PROPERTIES} example", {"type": "string", "pattern": "^x$"}), "example-invalid"),
        (put(f"{PROPERTIES} $ref", {"type": "string"}), "ref-siblings"),
        (put(f"{PROPERTIES} nullable", {"type": "string"}), "nullable-ignored"),
    ],
)
def test_a_rule_reports_nothing_that_is_allowed(mutate, rule):
    document = sound()
    mutate(document)
    assert rule not in find_pointers(document)


def test_problem_types_are_no_links():
    document = sound()
    example = {"type": f"{BASE}/problems/spent", "title": "Spent"}
    at(document, "components responses Problem429 content application/problem+json")["example"] = example
    at(document, "components schemas Problem properties")["type"] = URI
    assert "example-link" not in find_pointers(document)


@pytest.mark.parametrize("target", ["#/components/schemas/Nothing", "other.yaml#/Make", "https://example.com/api.yaml"])
def test_references_that_do_not_resolve_are_found_with_their_line(write, tmp_path, target):
    text = json.dumps(sound(), indent=1).replace('#/components/schemas/Make"', f'{target}"', 1)
    lint_findings = lint_description(write(text, "api.json"), SchemaValidators, cache_dir=tmp_path)
    assert [finding.rule for finding in lint_findings] == ["reference-broken"]
    assert lint_findings[0].level is Level.MUST
    assert target in text.splitlines()[lint_findings[0].line]  # the line after the one of the object
    assert lint_findings[0].pointer == f"{P_LIST}/responses/200/content/application~1json/schema/items"


def test_a_document_without_a_model_gets_only_dsc_01(write, tmp_path):
    document = sound()
    document["components"]["schemas"]["Make"]["properties"] = ["id"]
    lint_findings = lint_description(write(document), SchemaValidators, cache_dir=tmp_path)
    assert {finding.requirement for finding in lint_findings} == {"DSC-01"}


@pytest.mark.parametrize(
    "content", ["a: [", "openapi: 3.0.3\ninfo: {}\npaths: {}", "a: 1\na: 2", b"\xff", "- 1"], ids=str
)
def test_lint_refuses_an_unreadable_file(write, tmp_path, content):
    with pytest.raises(DescriptionError) as caught:
        lint_description(write(content), SchemaValidators, cache_dir=tmp_path)
    assert caught.value.hint


def test_circular_references_are_walked_once(write, tmp_path):
    document = sound()
    document["components"]["schemas"]["Model"]["properties"]["make"] = {"$ref": "#/components/schemas/Make"}
    document["components"]["schemas"]["Model"]["allOf"] = [{"$ref": "#/components/schemas/Model"}]
    assert {finding.level for finding in lint_description(write(document), SchemaValidators, cache_dir=tmp_path)} <= {
        Level.SHOULD,
        Level.MAY,
    }


def test_fragments_are_named_by_their_own_file(tmp_path):
    document = sound()
    components = document.pop("components")
    folder = tmp_path / "api"
    folder.mkdir()
    (folder / "a.json").write_text(json.dumps(document))
    components["schemas"]["Make"]["properties"]["name"]["nullable"] = True
    (folder / "b.json").write_text(json.dumps({"components": components}))
    lint_findings = [
        finding
        for finding in lint_description(folder, SchemaValidators, cache_dir=tmp_path)
        if finding.rule == "nullable-ignored"
    ]
    assert [Path(finding.file).name for finding in lint_findings] == ["b.json"]
