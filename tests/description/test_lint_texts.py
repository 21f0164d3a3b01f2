"""Rules that hold a text against the schema beside it: what they report, and what they leave alone."""

import pytest

from tests.description.mutations import both, put
from tests.description.sound_description import BASE, ID, sound
from tests.description.test_lint_rules import LIST, MAKE, MODEL, OK, POST, PROPERTIES, find_pointers, problem_response


def find_rules(*mutations) -> set[str]:
    """Return the names of the rules that a changed description breaks."""
    document = sound()
    for mutation in mutations:
        mutation(document)
    return set(find_pointers(document))


@pytest.mark.parametrize(
    "text",
    [
        "Can be null",
        "The name, or `null` if it has none.",
        "The name. Null when unknown.",
        "Name; null where not measured",
        "Will be null until the make is reviewed.",
        "This field is nullable.",
        "The name.\n\n- `null`: there is none",
        "None if it has no name.",
        "Returns null for hidden makes.",
        "Send null to clear it.",
        "If it is null, the make cannot be chosen.",
    ],
)
def test_null_in_words_is_held_against_the_schema(text):
    assert "null-in-text" in find_rules(put(f"{PROPERTIES} name description", text))
    nullable = both(put(f"{PROPERTIES} name type", ["string", "null"]), put(f"{PROPERTIES} name description", text))
    assert find_rules(nullable) == set()


@pytest.mark.parametrize(
    "text",
    [
        "Never null.",
        "Cannot be null.",
        "It is not null, even where unknown.",
        "A non-null name.",
        "Must be given when `kind` is null.",
        "Null values are dropped.",
        "The string `null` is a name too.",
        "Nullifies the old name.",
        "None of the makes share it.",
        "",
    ],
)
def test_words_that_allow_no_null_are_left_alone(text):
    assert "null-in-text" not in find_rules(put(f"{PROPERTIES} name description", text))


def test_null_said_of_an_object_is_said_of_its_fields():
    said = put(f"{MAKE} description", "A make; null where unknown.")
    assert "null-in-text" not in find_rules(said)
    strict = put("components schemas Model description", "A model. All fields are nullable.")
    assert "null-in-text" in find_rules(strict)
    nested = {"type": "object", "properties": {"a": {"type": "integer"}}, "description": "Can be null"}
    assert "null-in-text" in find_rules(put(f"{PROPERTIES} place", nested))


@pytest.mark.parametrize(
    "text",
    ["A list of models", "Array of all models.", "An entry for each model.", "One item for A and one item for B.",
     "Zero or more models.", "Always an array, even of one."],
)  # fmt: skip
def test_lists_in_words_are_held_against_one_object(text):
    assert "list-in-text" in find_rules(put(f"{PROPERTIES} model", {**MODEL, "description": text}))
    items = {"type": "array", "items": MODEL, "description": text}
    assert "list-in-text" not in find_rules(put(f"{PROPERTIES} model", items))


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "string", "description": "A comma-separated list of names."},
        {"type": "string", "format": "uri", "description": "A link to a list of models."},
        {"type": "object", "additionalProperties": {"type": "string"}, "description": "A list of names by language."},
        {"type": "object", "properties": {"items": {"type": "array"}}, "description": "A list of models."},
        {"oneOf": [MODEL, {"type": "array", "items": MODEL}], "description": "A list of models."},
        {**MODEL, "description": "The model, from a list of models."},
        {"type": "object", "properties": {"next": {"type": "string"}}, "description": "A list of links."},
    ],
)
def test_what_can_be_a_list_or_holds_one_is_left_alone(schema):
    assert "list-in-text" not in find_rules(put(f"{PROPERTIES} other", schema))


def test_a_response_with_one_object_is_no_list_of_them():
    assert "list-in-response-text" in find_rules(put(f"{OK} description", "Return a list of makes"))
    assert "list-in-response-text" in find_rules(put("paths /makes/{make_id} get summary", "List makes"))
    assert "list-in-response-text" not in find_rules(put(f"{OK} description", "Returns a list of all links"))
    assert "list-in-response-text" not in find_rules(put(f"{OK} description", "Returns a make."))
    assert "list-in-response-text" not in find_rules(put(f"{LIST} responses 200 description", "A list of makes."))


@pytest.mark.parametrize(
    ("schema", "text", "contradicts"),
    [
        ({"type": "string", "format": "uri"}, "Only makes of a user ID", True),
        ({"type": "string", "format": "uri"}, "The identifier of the user.", True),
        ({"type": "string", "format": "uuid"}, "URL of the user", True),
        ({"type": "string", "pattern": "^user[A-Z0-9]{26}$"}, "The absolute URL of the user.", True),
        ({"type": "array", "items": {"type": "string", "format": "uri"}}, "User ids.", True),
        ({"type": "string", "format": "uri"}, "The URL with the id of the user.", False),
        ({"type": "string", "format": "uri"}, "Link that carries the client id", False),
        ({"type": "string", "format": "uri"}, "The user.", False),
        ({"type": "string"}, "The id of the user.", False),
        ({"type": "string", "pattern": "user[A-Z0-9]{26}"}, "The URL of the user.", False),
        ({"type": "string", "format": "uuid"}, "Follow the URL to see the user.", False),
    ],
)
def test_an_id_in_words_is_no_url_by_its_format(schema, text, contradicts):
    parameter = {"name": "user", "in": "query", "schema": schema, "description": text}
    assert ("url-or-id" in find_rules(put(f"{LIST} parameters -1", parameter))) is contradicts


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("Required.", "parameter-required-in-text"),
        ("This parameter is required.", "parameter-required-in-text"),
        ("Must be provided.", "parameter-required-in-text"),
        ("The owner (required)", "parameter-required-in-text"),
        ("owner is mandatory", "parameter-required-in-text"),
        ("This endpoint requires an id to be given via this parameter.", "parameter-required-in-text"),
        ("Required when the token is of an application", "parameter-required-if"),
        ("Requires an owner to be named in this header when no user is signed in.", "parameter-required-if"),
        ("The required owner of the makes.", ""),
        ("Not required.", ""),
        ("No authentication is required.", ""),
        ("Optional. Must be a user.", ""),
        ("Required scopes: makes:read", ""),
        ("One of owner or kind is required.", ""),
    ],
)
def test_presence_in_words_is_held_against_required(text, rule):
    parameter = {"name": "owner", "in": "header", "schema": {"type": "string"}, "description": text}
    rules = {name for name in find_rules(put(f"{LIST} parameters -1", parameter)) if name.startswith("parameter-req")}
    assert rules == ({rule} if rule else set())
    parameter["required"] = True
    assert not any("required" in name for name in find_rules(put(f"{LIST} parameters -1", parameter)))


def test_an_operation_requires_a_parameter_by_name():
    header = {"name": "Owner", "in": "header", "schema": {"type": "string"}}
    listed = put(f"{LIST} parameters -1", header)
    said = put(f"{LIST} description", "The `Owner` header is required.")
    assert "parameter-required-in-text" in find_rules(listed, said)
    said = put(f"{LIST} description", "When `Owner` is given, only its makes are shown.")
    assert find_rules(listed, said) == set()
    said = put(f"{LIST} description", "If neither `kind` or `Owner` is given, all are shown.")
    assert find_rules(listed, said) == set()


def test_a_response_header_is_always_sent_in_words_only():
    header = put("components headers Link description", "Always present.")
    assert "parameter-required-in-text" in find_rules(header)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("Required.", "property-required-in-text"),
        ("Always present in the response.", "property-required-in-text"),
        ("Must be supplied together with `name`.", "property-required-if"),
        ("Required if the make is new.", "property-required-if"),
        ("This URL is required for the client to upload.", ""),
        ("Always 1800.", ""),
        ("Not always sent.", ""),
        ("The energy required to charge.", ""),
    ],
)
def test_a_property_that_words_require_stands_in_required(text, rule):
    said = put(f"{PROPERTIES} kind description", text)
    assert {name for name in find_rules(said) if name.startswith("property-")} == ({rule} if rule else set())
    assert not any("required" in name for name in find_rules(said, put(f"{MAKE} required -1", "kind")))


def test_an_alternative_that_requires_a_property_says_what_the_text_says():
    said = put("components schemas MakeNew properties kind", {"type": "string", "description": "Required if new."})
    covered = put("components schemas MakeNew dependentRequired", {"name": ["kind"]})
    assert "property-required-if" in find_rules(said)
    assert "property-required-if" not in find_rules(said, covered)
    composed = put(
        "components schemas MakeFull", {"allOf": [{"$ref": "#/components/schemas/MakeNew"}], "required": ["kind"]}
    )
    assert "property-required-if" not in find_rules(said, composed)


def _examples(*problems: tuple[str, str, int]):
    """Return a change that gives a response one example for each (type, title, status)."""
    examples = {
        f"e{index}": {"value": {"type": f"{BASE}/problems/{name}", "title": title, "status": status}}
        for index, (name, title, status) in enumerate(problems)
    }
    return put("components responses Problem400 content application/problem+json examples", examples)


def test_the_type_of_another_problem_is_found():
    assert "example-other-type" in find_rules(
        _examples(
            ("paging-parameters", "Invalid paging parameter", 400), ("paging-parameters", "Unsupported version", 400)
        )
    )
    assert "example-other-type" in find_rules(
        _examples(("wrong-field", "Version unknown", 400), ("version-unknown", "Another", 400))
    )
    assert "example-other-type" in find_rules(_examples(("not-found", "Refused", 400)))


@pytest.mark.parametrize(
    "problems",
    [
        [("bad-request", "Bad Request", 400)],
        [("validation-failed-a", "Request is invalid.", 400), ("validation-failed-b", "Request is invalid.", 400)],
        [("p1", "Wrong version", 400), ("p1", "Wrong page", 400)],
        [("version", "Version unknown", 400), ("version", "Unsupported version", 400)],
    ],
)  # fmt: skip
def test_a_type_that_may_be_right_is_left_alone(problems):
    assert "example-other-type" not in find_rules(_examples(*problems))


def test_the_type_of_a_write_belongs_to_its_resource():
    assert "example-other-write" in find_rules(put(f"{POST} responses 400", problem_response("create-model", 400)))
    assert "example-other-write" not in find_rules(put(f"{POST} responses 400", problem_response("create-make", 400)))
    assert "example-other-write" not in find_rules(put(f"{POST} responses 400", problem_response("model-locked", 400)))


@pytest.mark.parametrize(
    "url",
    [
        f"{BASE}/media/logo.svg",
        "https://api.example.com/media/make.png",
        f"{BASE}/files/{ID}/a.pdf?AWSAccessKeyId=A&Signature=b%3D&Expires=1",
        f"https://api.example.com/bucket/{ID[:-1]}U?X-Amz-Signature=00",
    ],
)
def test_files_and_signed_urls_are_no_links_to_resources(url):
    rules = find_rules(put(f"{PROPERTIES} picture", {"type": "string", "format": "uri", "example": url}))
    assert not {"example-link", "example-id"} & rules


def test_a_page_for_people_beside_the_api_is_no_link():
    page = {"type": "string", "format": "uri", "example": "https://api.example.com/start/1"}
    assert "example-link" in find_rules(put(f"{PROPERTIES} start", page))
    page["description"] = "Open it in a browser."
    assert "example-link" not in find_rules(put(f"{PROPERTIES} start", page))
