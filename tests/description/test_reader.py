"""Reading of YAML and JSON files, and the errors for what is refused."""

import contextlib
import json
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from conformance.description import load_description, sources
from conformance.description.limits import MAX_DEPTH, MAX_NODES, count_expanded_nodes, measure_depth
from conformance.description.reader import read_text
from conformance.errors import DescriptionError
from tests.description.sound_description import sound

json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**17), 10**17)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=15,
)
documents = st.dictionaries(st.text(st.characters(exclude_categories=["Cs", "Cc"])), json_values, min_size=1)


def is_same(first: Any, second: Any) -> bool:
    """Return whether values and their types are equal at every level: 1 is neither 1.0 nor True."""
    return first == second and json.dumps(first, sort_keys=True) == json.dumps(second, sort_keys=True)


def read_refused(data: str | bytes) -> DescriptionError:
    with pytest.raises(DescriptionError) as error:
        read_text(data if isinstance(data, bytes) else data.encode(), "api.yaml")
    assert error.value.hint
    return error.value


@given(documents)
def test_json_comes_back_as_it_went_in(document):
    assert is_same(read_text(json.dumps(document).encode(), "x"), document)


class Quoted(yaml.SafeDumper):
    """Quotes every string: PyYAML writes strings such as `0E0` plain, which are strings in YAML 1.1 only."""


Quoted.add_representer(str, lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", text, style='"'))


@given(documents)
def test_yaml_comes_back_as_it_went_in(document):
    text = yaml.dump(document, Dumper=Quoted, default_flow_style=False)
    assert is_same(read_text(text.encode(), "x"), document)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("yes", "yes"),
        ("off", "off"),
        ("Null", None),
        ("~", None),
        ("", None),
        ("true", True),
        ("TRUE", True),
        ("2024-04-17", "2024-04-17"),
        ("2024-04-17T09:39:45.984584Z", "2024-04-17T09:39:45.984584Z"),
        ("12:30:45", "12:30:45"),
        ("0x1F", "0x1F"),
        ("0o17", "0o17"),
        ("007", "007"),
        ("1_000", "1_000"),
        ("-12", -12),
        ("1.0", 1.0),
        ("1e3", 1000.0),
        (".inf", ".inf"),
        (".nan", ".nan"),
        ("1e999", "1e999"),
        ("'12'", "12"),
        ('"true"', "true"),
        ("!!str 12", "12"),
        ("!!int '12'", 12),
        ("18446744073709551616", 18446744073709551616.0),
    ],
)
def test_a_plain_scalar_is_what_json_would_read(text, value):
    read = read_text(f"key: {text}".encode(), "x")["key"]
    assert is_same(read, value)
    assert type(read) is type(value)


def test_keys_are_strings_and_clash_as_strings():
    assert read_text(b"200: a\nnull: b\ntrue: c", "x") == {"200": "a", "null": "b", "true": "c"}
    assert "api.yaml:2:1: the key `200`" in read_refused("200: a\n'200': b").message


def test_aliases_share_what_they_name():
    read = read_text(b"a: &x {k: [1]}\nb: *x\nc: &y text\nd: *y", "x")
    assert read == {"a": {"k": [1]}, "b": {"k": [1]}, "c": "text", "d": "text"}


def test_a_byte_order_mark_is_no_part_of_the_text():
    assert read_text(b"\xef\xbb\xbfa: 1", "x") == {"a": 1}


@pytest.mark.parametrize(
    ("text", "where", "message"),
    [
        ("a: 1\nb:\n  c: 1\n  c: 2\n", "api.yaml:4:3", "`c` is repeated"),
        ("a: [1,\n", "api.yaml:2:1", "not valid YAML"),
        ("a: 'x\n", "api.yaml:2:1", "end of stream"),
        ("a:\n\t- x\n", "api.yaml:2:1", "not valid YAML"),
        ("a: *x\n", "api.yaml:1:4", "no anchor"),
        ("a: &x [*x]\n", "api.yaml:1:8", "refers to a collection that contains it"),
        ("a: !python/object:os.system x\n", "api.yaml:1:4", "the tag"),
        ("a: !own [1]\n", "api.yaml:1:4", "the tag `!own`"),
        ("a: 1\n---\nb: 1\n", "api.yaml:2:1", "second YAML document"),
        ("a: &x {b: 1}\nc:\n  <<: *x\n", "api.yaml:3:3", "merge key"),
        ("? [a]\n: 1\n", "api.yaml:1:3", "a mapping key must be a plain string"),
        ('{"a": 1,}', "api.yaml:1:9", "not valid JSON"),
        ('{"a": 1\n', "api.yaml:2:1", "not valid JSON"),
        ('{"a": {"b": 1, "b": 2}}', "api.yaml", "the key `b` twice"),
        ('{"a": "\\ud800"}', "api.yaml", "surrogate"),
        ("a: \x07", "api.yaml", "not valid YAML"),
    ],
)
def test_errors_name_line_and_column(text, where, message):
    error = read_refused(text)
    assert error.message.startswith(where + ":"), error.message
    assert message in error.message


def test_bytes_that_are_not_utf8_are_refused_with_their_line():
    assert read_refused(b"a: 1\nb: \xff\n").message.startswith("api.yaml:2: byte 8 is not UTF-8")


@pytest.mark.parametrize("opening", ["[", "{a: ", '{"a": '])
@pytest.mark.parametrize("levels", [MAX_DEPTH + 1, 100_000])
def test_deep_nesting_is_refused_and_not_followed(opening, levels):
    closing = {"[": "]", "{a: ": "}", '{"a": ': "}"}[opening]
    assert f"more than {MAX_DEPTH} levels" in read_refused(opening * levels + "1" + closing * levels).message


@pytest.mark.parametrize("opening", ["[", '{"a": '])
def test_nesting_up_to_the_limit_is_read(opening):
    closing = {"[": "]", '{"a": ': "}"}[opening]
    assert measure_depth(read_text((opening * MAX_DEPTH + "1" + closing * MAX_DEPTH).encode(), "x")) == MAX_DEPTH


def test_an_alias_bomb_is_refused_without_unfolding_it():
    lines = ["a0: &a0 [" + "1," * 9 + "1]"]
    lines += [f"a{n}: &a{n} [" + ",".join([f"*a{n - 1}"] * 10) + "]" for n in range(1, 30)]
    assert f"more than {MAX_NODES} nodes" in read_refused("\n".join(lines)).message


@given(json_values)
def test_the_expanded_size_of_a_tree_counts_its_nodes(value):
    def count(node: Any) -> int:
        inner = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
        return 1 + sum(count(child) for child in inner)

    assert count_expanded_nodes(value) == count(value)


@given(st.integers(2, 5), st.integers(1, 60))
def test_the_expanded_size_of_a_dag_is_that_of_the_tree_it_stands_for(width, levels):
    node: Any = ["leaf"]
    for _ in range(levels):
        node = [node] * width
    # A node with `width` children at each of `levels` levels, over lists of one leaf.
    assert count_expanded_nodes(node) == sum(width**k for k in range(levels + 1)) + width**levels


def test_a_file_above_the_limit_is_refused_before_it_is_read(tmp_path, monkeypatch):
    path = tmp_path / "huge.yaml"
    with path.open("wb") as file:
        file.truncate(sources.MAX_BYTES + 1)  # sparse
    monkeypatch.setattr("pathlib.Path.read_bytes", lambda self: pytest.fail("read"))
    with pytest.raises(DescriptionError, match=f"has {sources.MAX_BYTES + 1} bytes") as error:
        load_description(path, cache_dir=tmp_path)
    assert error.value.hint


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("- a\n", "holds a list, not an OpenAPI description"),
        ("just text", "holds a string, not"),
        ("", "holds nothing, not"),
        ("title: x\n", "has no `openapi` key"),
        ("swagger: '2.0'\n", "a Swagger 2.0 description"),
        ("openapi: 3.0.3\n", "OpenAPI 3.0.3; only 3.1 is supported"),
        ("openapi: 3.1\n", "`paths` is nothing"),
        ("openapi: 3.1.0\ninfo: {}\nwebhooks: {}\n", "has webhooks but no `paths`"),
        ("openapi: 3.1.0\npaths: []\n", "`paths` is a list"),
        ("openapi: 3.1.0\npaths: {}\n", "`info` is nothing"),
    ],
)
def test_other_documents_than_openapi_31_are_refused(write, tmp_path, text, message):
    with pytest.raises(DescriptionError) as error:
        load_description(write(text), cache_dir=tmp_path)
    assert message in error.value.message
    assert error.value.hint


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(DescriptionError, match="No such file"):
        load_description(tmp_path / "none.yaml", cache_dir=tmp_path)
    (tmp_path / "empty").mkdir()
    with pytest.raises(DescriptionError, match="holds no description"):
        load_description(tmp_path / "empty", cache_dir=tmp_path)


def test_references_outside_the_document_are_refused_with_their_place(write, tmp_path, small):
    small["components"]["schemas"]["Make"]["properties"]["x"] = {"$ref": "other.yaml#/X"}
    with pytest.raises(DescriptionError) as error:
        load_description(write(small), cache_dir=tmp_path)
    assert "`$ref: other.yaml#/X` at #/components/schemas/Make/properties/x" in error.value.message
    assert "Bundle" in error.value.hint


def test_dangling_and_circular_references_are_listed(write, tmp_path, small):
    schemas = small["components"]["schemas"]
    schemas["A"] = {"$ref": "#/components/schemas/B"}
    schemas["B"] = {"$ref": "#/components/schemas/A"}
    schemas["C"] = {"items": {"$ref": "#/components/schemas/Nothing"}}
    with pytest.raises(DescriptionError) as error:
        load_description(write(small), cache_dir=tmp_path)
    for pointer in ("#/components/schemas/A", "#/components/schemas/B", "#/components/schemas/C/items"):
        assert f"at {pointer}" in error.value.message


def test_a_ref_in_data_or_as_a_name_is_no_reference(write, tmp_path, small):
    make = small["components"]["schemas"]["Make"]
    make["properties"]["$ref"] = {"type": "string"}
    make["properties"]["example"] = {"$ref": "#/components/schemas/Make/properties/id"}
    make["example"] = {"$ref": "nowhere.yaml"}
    make["properties"]["id"]["enum"] = [{"$ref": "nowhere.yaml"}]
    make["x-note"] = {"$ref": "nowhere.yaml"}
    make["properties"]["properties"] = {"default": {"$ref": "nowhere.yaml"}}
    load_description(write(small), cache_dir=tmp_path)
    make["properties"]["example"] = {"$ref": "nowhere.yaml"}
    with pytest.raises(DescriptionError, match="properties/example"):
        load_description(write(small), cache_dir=tmp_path)


@given(st.data())
def test_a_description_out_of_shape_is_refused_in_words(data):
    """Replace any single value by junk: the result is a description or a DescriptionError, nothing else."""
    from conformance.description.builder import build_description

    document = sound()
    node: Any = document
    while True:
        keys = list(node) if isinstance(node, dict) else list(range(len(node)))
        key = data.draw(st.sampled_from(keys))
        if isinstance(node[key], dict | list) and node[key] and data.draw(st.booleans()):
            node = node[key]
            continue
        node[key] = data.draw(st.sampled_from([None, 1, "x", [], {}, [None], ["x"], {"x": None}, [[]], True]))
        break
    with contextlib.suppress(DescriptionError):
        build_description((sources.Fragment("x", json.dumps(document).encode()),), (), "x")
