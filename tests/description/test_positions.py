"""Lines of pointers, and the names by which files are shared."""

import json
from pathlib import Path

import pytest

from conformance.description import load_description
from conformance.description.positions import Positions, find_places
from conformance.description.sources import Fragment
from conformance.model import Place


def test_lines_are_those_of_keys_and_items():
    text = "a:\n  b: 1\n  c:\n    - x\n    - y: [1, 2]\n'd/e': &d\n  f: 1\ng: *d\n"
    positions = Positions([Fragment("one", text.encode()), Fragment("two", b'\n{"h": 1,\n\t"a": {"z": 2}}')])
    lines = {
        "#/a": 1,
        "#/a/b": 2,
        "#/a/c/0": 4,
        "#/a/c/1": 5,
        "#/a/c/1/y/1": 5,
        "#/d~1e/f": 7,
        "#/g": 8,
        "#/g/f": 8,
        "#/a/q": 1,
    }
    assert {pointer: positions.find_place(pointer).line for pointer in lines} == lines
    assert positions.find_place("#/h") == Place("two", 2)
    assert positions.find_place("#/a/z") == Place("two", 3)
    assert Positions([]).find_place("#/a").line == 0


def test_the_whole_stands_where_the_description_begins():
    parts = [Fragment("schemas", b"components: {}\n"), Fragment("api", b"# ours\nopenapi: 3.1.0\n")]
    assert Positions(parts).find_place("#") == Place("api", 2)


@pytest.mark.parametrize(("repository", "file"), [("", "deep/api/small.yaml"), ("deep", "api/small.yaml")])
def test_files_are_named_from_their_repository(small, tmp_path, repository, file):
    folder = tmp_path / "deep" / "api"
    folder.mkdir(parents=True)
    (tmp_path / repository / ".git").mkdir()
    path = folder / "small.yaml"
    path.write_text(json.dumps(small, indent=1))
    found_places = find_places(
        load_description(path, cache_dir=tmp_path / "cache"), ["#/paths/~1makes/get", "#/paths/~1nowhere/get"]
    )
    lines = path.read_text().splitlines()
    place = found_places["#/paths/~1makes/get"]
    assert (place.file, place.in_repository) == (file, True)
    assert '"get"' in lines[place.line - 1]
    assert '"paths"' in lines[found_places["#/paths/~1nowhere/get"].line - 1]  # what is around


def test_files_of_no_repository_are_named_from_the_description_on(write, small, tmp_path):
    path = write(small)
    assert not any((folder / ".git").exists() for folder in path.parents)
    assert set(find_places(load_description(path, cache_dir=tmp_path / "cache"), [""]).values()) == {
        Place(path.name, 1)
    }


def test_every_bundled_operation_has_its_line():
    description = load_description()
    root = Path(__file__).parents[2]
    pointers = {operation.pointer: operation for operation in description.model.operations}
    found_places = find_places(description, pointers)
    assert found_places.keys() == {"#", *pointers}
    for pointer, operation in pointers.items():
        place = found_places[pointer]
        line = (root / place.file).read_text().splitlines()[place.line - 1]
        assert line.strip().startswith(f"{operation.method.lower()}:"), place
