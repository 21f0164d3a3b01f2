"""The description that we ship: whole, valid, in our own words, and the provider's but for the listed differences."""

import copy
import re
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from listed import FOLDER, listed, page
from openapi_spec_validator import OpenAPIV31SpecValidator
from structure import METHODS, differences, effective_parameters, resolve, structure

import specs
from conformance.description.load import load
from conformance.description.pointers import references

ROOT = Path(__file__).parents[2]
REFERENCE = ROOT.parent / "shared" / "reference" / "ev-energy-api-v2-openapi.yaml"
STANDARD_HEADERS = {"EvEnergy-Version", "X-RateLimit-Limit", "X-RateLimit-Remaining"}
# Resources whose own URL no path of the API serves.
UNSERVED = {"DispatchEvent", "InverterStatusLog", "Subscription"}
SENTENCE = 40  # characters; shorter phrases are anybody's

needs_reference = pytest.mark.skipif(
    not REFERENCE.exists(), reason="the provider's description is proprietary and not in this repository"
)


@pytest.fixture(scope="module")
def description(tmp_path_factory):
    return load(overlays=False, cache_dir=tmp_path_factory.mktemp("cache"))


@pytest.fixture(scope="module")
def document(description):
    return description.document


@pytest.fixture(scope="module")
def reference(tmp_path_factory):
    return load(REFERENCE, overlays=False, cache_dir=tmp_path_factory.mktemp("cache")).document


def operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any], dict[str, Any]]]:
    """Key, path item and operation of everything under `paths`."""
    for path, item in document["paths"].items():
        for method in METHODS:
            if method in item:
                yield f"{method.upper()} {path}", item, item[method]


def responses(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for key, _, operation in operations(document):
        for status, response in operation["responses"].items():
            yield key, status, resolve(document, response)


def strings(node: Any, key: str = "") -> Iterator[tuple[str, str]]:
    """Every string of a document with the key that it stands under."""
    if isinstance(node, dict):
        for name, value in node.items():
            yield from strings(value, name)
    elif isinstance(node, list):
        for value in node:
            yield from strings(value, key)
    elif isinstance(node, str):
        yield key, node


# ------------------------------------------------------------------------------------------------------------- whole


def test_it_is_valid_openapi_and_has_every_operation(document):
    assert [str(error) for error in OpenAPIV31SpecValidator(document).iter_errors()] == []
    assert len(document["paths"]) == 180
    assert len(list(operations(document))) == 210
    assert set(document["webhooks"]) == {"charging_sub_session.created", "charging_sub_session.ended"}


def test_every_component_is_used(document):
    used = {target for _, target in references(document)}
    declared = {
        f"#/components/{kind}/{name}"
        for kind, members in document["components"].items()
        if kind != "securitySchemes"
        for name in members
    }
    assert declared == used


def test_path_parameters_are_those_of_the_template(document):
    for key, item, operation in operations(document):
        declared = {each["name"] for each in effective_parameters(document, item, operation) if each["in"] == "path"}
        assert declared == set(re.findall(r"{(\w+)}", key)), key


def test_operation_ids_are_unique(document):
    counted = Counter(operation["operationId"] for _, _, operation in operations(document))
    assert [name for name, times in counted.items() if times > 1] == []


def test_scopes_are_declared_by_both_flows(document):
    flows = document["components"]["securitySchemes"]["oauth2"]["flows"].values()
    for key, _, operation in operations(document):
        for alternative in operation.get("security", ()):
            assert set(alternative) <= {"oauth2"}, key
            assert all(set(alternative["oauth2"]) <= set(flow["scopes"]) for flow in flows), key


def test_every_response_has_the_standard_headers_and_errors_are_problems(document):
    for key, status, response in responses(document):
        assert set(response["headers"]) >= STANDARD_HEADERS, (key, status)
        if status >= "400":
            problem = {"schema": {"$ref": "#/components/schemas/Problem"}}
            assert response["content"] == {"application/problem+json": problem}, (key, status)


def test_lists_with_cursors_or_pages_have_a_link_header(document):
    for key, item, operation in operations(document):
        names = {each["name"] for each in effective_parameters(document, item, operation)}
        if names & {"page", "page_after"}:
            assert "Link" in operation["responses"]["200"]["headers"], key


def test_patterns_are_anchored(document):
    patterns = {value for key, value in strings(document) if key == "pattern"}
    assert {each for each in patterns if not (each.startswith("^") and each.endswith("$"))} == set()


def test_what_can_be_expanded_can_be_an_object(description):
    expansions = [(each.key, expansion) for each in description.model.operations for expansion in each.expansions]
    assert len(expansions) > 250
    assert [(key, expansion.path) for key, expansion in expansions if not expansion.resolvable] == []


# ---------------------------------------------------------------------------------------------------------- examples


def test_resources_have_examples_and_they_are_valid(document):
    for name, schema in document["components"]["schemas"].items():
        if "url" in schema.get("properties", {}):
            assert schema.get("examples"), name
        validator = jsonschema_rs.Draft202012Validator(
            {"$ref": f"#/components/schemas/{name}", "components": document["components"]}, validate_formats=True
        )
        for example in schema.get("examples", ()):
            assert [error.message for error in validator.iter_errors(example)] == [], name


def test_urls_in_examples_lead_to_a_path(document):
    base = document["servers"][0]["url"]
    paths = "|".join(re.sub(r"\\{\w+\\}", "[^/?]+", re.escape(path)) for path in document["paths"])
    served = re.compile(rf"{re.escape(base)}({paths})(\?.*)?")
    stray = {
        name
        for name, schema in document["components"]["schemas"].items()
        for _, text in strings(schema.get("examples", []))
        if text.startswith(base) and "/problems/" not in text and not served.fullmatch(text)
    }
    assert stray == UNSERVED


# ------------------------------------------------------------------------------------------------------------- words


def test_everything_says_what_it_is(document):
    components = document["components"]
    flows = components["securitySchemes"]["oauth2"]["flows"].values()
    words = {
        **{key: operation.get("summary") for key, _, operation in operations(document)},
        **{tag["name"]: tag.get("description") for tag in document["tags"]},
        **{scope: text for flow in flows for scope, text in flow["scopes"].items()},
        **{
            f"{kind}/{name}": member.get("description")
            for kind in ("schemas", "parameters", "responses", "headers")
            for name, member in components[kind].items()
        },
    }
    assert len(words) > 500
    assert [name for name, text in words.items() if not text] == []


def test_summaries_are_unique(document):
    counted = Counter(operation["summary"] for _, _, operation in operations(document))
    assert [text for text, times in counted.items() if times > 1] == []


@needs_reference
def test_no_summary_or_description_is_the_provider_s(document, reference):
    prose = {"summary", "description"}
    theirs = {sentence for key, text in strings(reference) if key in prose for sentence in sentences(text)}
    ours = {sentence for key, text in strings(document) if key in prose for sentence in sentences(text)}
    assert len(theirs) > 1000
    assert ours & theirs == set()


@needs_reference
def test_no_sentence_of_the_provider_is_in_any_tracked_file(reference):
    prose = (text for _, text in strings(reference) if text.count(" ") > 4)  # not URLs and ids
    long = {sentence for text in prose for sentence in sentences(text) if len(sentence) > SENTENCE}
    assert len(long) > 500
    copied = [(file, sentence) for file, text in tracked() for sentence in found_in(text, long)]
    assert copied == []


def test_a_copied_sentence_is_found_whatever_its_wrapping():
    text = "# A wheel turns seven times before the\n#   hamster takes a rest. More follows."
    assert list(found_in(text, {"a wheel turns seven times before the hamster takes a rest"}))
    assert not list(found_in(text, {"a wheel turns seven times before the hamster takes a bite"}))


def sentences(text: str) -> Iterator[str]:
    for part in re.split(r"(?<=[.!?])\s+|\n\n", text):
        if words := normalised(part):
            yield words


def normalised(text: str) -> str:
    return re.sub(r"\W+", " ", text).lower().strip()


def found_in(text: str, wanted: set[str]) -> Iterator[str]:
    by_start: dict[str, list[str]] = {}
    for each in wanted:
        by_start.setdefault(each[:SENTENCE], []).append(each)
    plain = normalised(text)
    for start in re.finditer(r"\b\w", plain):
        at = start.start()
        yield from (each for each in by_start.get(plain[at : at + SENTENCE], ()) if plain.startswith(each, at))


def tracked() -> Iterator[tuple[str, str]]:
    names = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False).stdout
    if not names:
        pytest.skip("not a git checkout")
    for name in filter(None, names.split("\0")):
        if (ROOT / name).is_file():
            yield name, (ROOT / name).read_bytes().decode("utf-8", errors="replace")


# ------------------------------------------------------------------------------------------------------- differences


@needs_reference
def test_it_differs_from_the_provider_s_only_as_listed(document, reference):
    entries = listed().difference
    found: Counter[int] = Counter()
    for difference in differences(structure(reference), structure(document)):
        fitting = [index for index, entry in enumerate(entries) if entry.fits(difference)]
        assert len(fitting) == 1, (difference, [entries[index].reason for index in fitting])
        found[fitting[0]] += 1
    assert {entry.reason: found[index] for index, entry in enumerate(entries)} == {
        entry.reason: entry.places for entry in entries
    }


def test_the_page_says_what_the_list_says():
    assert FOLDER.joinpath("DIFFERENCES.md").read_text(encoding="utf-8") == page(listed())


def test_the_list_is_in_order():
    names = [entry.group for entry in listed().difference]
    assert list(dict.fromkeys(names)) == list(listed().groups)


@pytest.mark.parametrize(
    ("mutate", "at"),
    [
        (lambda d: d["paths"].pop("/evses"), "/operations/GET ~1evses"),
        (lambda d: d["paths"]["/evses"]["get"].update(operationId="x"), "/operations/GET ~1evses/operationId"),
        (lambda d: d["paths"]["/evses"]["get"].update(security=[]), "/operations/GET ~1evses/security"),
        (
            lambda d: d["paths"]["/evses"]["get"]["parameters"].pop(0),
            "/operations/GET ~1evses/parameters/query page_before",
        ),
        (lambda d: d["paths"]["/evses"]["get"]["responses"].pop("406"), "/operations/GET ~1evses/responses/406"),
        (
            lambda d: d["paths"]["/evses"]["get"]["responses"]["200"]["headers"].pop("Link"),
            "/operations/GET ~1evses/responses/200/headers/Link",
        ),
        (
            lambda d: d["components"]["schemas"]["EVSE"]["properties"]["cpid"].update(type="integer"),
            "/schemas/EVSE/properties/cpid/type",
        ),
        (lambda d: d["components"]["schemas"]["EVSE"]["required"].pop(), "/schemas/EVSE/required"),
        (
            lambda d: d["components"]["schemas"]["EVSE"]["properties"]["lock_mode"]["enum"].pop(0),
            "/schemas/EVSE/properties/lock_mode/enum",
        ),
        (
            lambda d: d["components"]["schemas"]["EVSE"]["properties"]["model"]["oneOf"][0].pop("format"),
            "/schemas/EVSE/properties/model/oneOf/0/format",
        ),
        (
            lambda d: d["webhooks"]["charging_sub_session.ended"]["post"].pop("requestBody"),
            "/webhooks/charging_sub_session.ended/body",
        ),
    ],
)
def test_any_change_of_structure_is_seen(document, mutate: Callable[[Any], Any], at):
    changed = copy.deepcopy(document)
    mutate(changed)
    assert [each.at for each in differences(structure(document), structure(changed))] == [at]


def test_prose_is_no_structure(document):
    changed = copy.deepcopy(document)
    schema = changed["components"]["schemas"]["EVSE"]
    schema["description"] = schema["properties"]["cpid"]["description"] = "Something else."
    schema.pop("examples")
    changed["paths"]["/evses"]["get"]["summary"] = "Something else."
    assert list(differences(structure(document), structure(changed))) == []


# --------------------------------------------------------------------------------------------------------- packaging


def test_data_is_found_by_name():
    assert specs.path("ev-energy-v2").joinpath("openapi.yaml").is_file()
    assert specs.path("ev-energy-v2/resources/evses.yaml").is_file()
    with pytest.raises(FileNotFoundError, match="no-such-thing"):
        specs.path("no-such-thing")
