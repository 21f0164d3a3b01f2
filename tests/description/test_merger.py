"""Fragments in a directory become one document; a clash is reported with both files."""

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.description import load_description
from conformance.description.merger import merge_fragments
from conformance.errors import DescriptionError

leaves = st.integers() | st.text(max_size=3) | st.lists(st.integers(), max_size=2)
trees = st.dictionaries(
    st.sampled_from("abcd"),
    st.recursive(leaves, lambda inner: st.dictionaries(st.sampled_from("abcd"), inner, min_size=1), max_leaves=8),
    min_size=1,
)


def paths(tree: Any, at: tuple[str, ...] = ()) -> dict[tuple[str, ...], Any]:
    """Return the leaves of a tree by path."""
    if not isinstance(tree, dict):
        return {at: tree}
    return {path: leaf for key, value in tree.items() for path, leaf in paths(value, (*at, key)).items()}


@st.composite
def split_trees(draw):
    """Draw a tree, and three parts that hold each of its leaves once."""
    tree = draw(trees)
    parts: list[dict[str, Any]] = [{}, {}, {}]
    for path, leaf in paths(tree).items():
        node = parts[draw(st.integers(0, 2))]
        for key in path[:-1]:
            node = node.setdefault(key, {})
        node[path[-1]] = leaf
    return tree, parts


def name_parts(*parts: Any) -> list[tuple[str, Any]]:
    return [(f"{index}.yaml", part) for index, part in enumerate(parts)]


@given(split_trees())
def test_merging_disjoint_fragments_gives_the_whole_in_any_grouping(case):
    tree, (a, b, c) = case
    assert merge_fragments(name_parts(a, b, c)) == tree
    assert merge_fragments(name_parts(merge_fragments(name_parts(a, b)), c)) == tree
    assert merge_fragments(name_parts(a, merge_fragments(name_parts(b, c)))) == tree


@given(split_trees())
def test_merging_leaves_the_fragments_as_they_were(case):
    before = copy.deepcopy(case[1])
    merge_fragments(name_parts(*case[1]))
    assert case[1] == before


@given(trees, st.data())
def test_a_leaf_in_two_fragments_is_refused_with_both_names(tree, data):
    path = data.draw(st.sampled_from(sorted(paths(tree))))
    again: Any = 0
    for key in reversed(path):
        again = {key: again}
    with pytest.raises(DescriptionError) as error:
        merge_fragments([("first.yaml", tree), ("second.yaml", again)])
    assert error.value.message == f"second.yaml: #/{'/'.join(path)} is already in first.yaml"


def test_a_fragment_that_is_no_mapping_is_refused():
    with pytest.raises(DescriptionError, match=r"1\.yaml: holds a list where a mapping"):
        merge_fragments(name_parts({}, []))


def test_a_directory_is_read_at_every_depth(write, tmp_path, small):
    whole = load_description(write(small, "whole/api.json"), cache_dir=tmp_path / "cache")
    paths_part = {"paths": small.pop("paths")}
    write(small, "parts/openapi.yaml")
    write(paths_part, "parts/resources/makes.yml")
    write("not read", "parts/README.md")
    parts = load_description(tmp_path / "parts", cache_dir=tmp_path / "cache")
    assert parts.document == whole.document
    assert parts.digest == whole.digest
    assert len(parts.model.operations) == 2


def test_a_clash_in_a_directory_names_both_files(write, tmp_path, small):
    write(small, "parts/a.yaml")
    write({"info": {"title": "Other"}}, "parts/b.yaml")
    with pytest.raises(DescriptionError, match=r"b\.yaml: #/info/title is already in .*a\.yaml"):
        load_description(tmp_path / "parts", cache_dir=tmp_path / "cache")
