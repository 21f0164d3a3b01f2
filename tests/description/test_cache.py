"""The cache returns what was stored, and ignores damaged entries."""

import pytest

from conformance.description import cache, load_description
from conformance.description import load_description as door


@pytest.fixture
def builds(monkeypatch):
    """Record the source of every description that is built."""
    import sys

    module = sys.modules["conformance.description.loader"]
    calls: list[str] = []
    real = module._build
    monkeypatch.setattr(module, "_build", lambda *given: (calls.append(given[2]), real(*given))[1])
    return calls


def entry(directory):
    (path,) = directory.iterdir()
    return path


def test_the_second_load_is_equal_and_builds_nothing(write, tmp_path, small, builds):
    path = write(small)
    first = load_description(path, cache_dir=tmp_path / "cache")
    second = load_description(path, cache_dir=tmp_path / "cache")
    assert len(builds) == 1
    assert (second.model, second.document, second.digest, second.source) == (
        first.model,
        first.document,
        first.digest,
        first.source,
    )


def test_a_whole_description_survives_the_cache(description, cache_dir):

    path = description.path
    again = load_description(path, cache_dir=cache_dir)
    assert again is not description
    assert again.model == description.model
    assert again.document == description.document


@pytest.mark.parametrize(
    "harm",
    [
        lambda data: b"",
        lambda data: data[:10],
        lambda data: data[:-1],
        lambda data: data + b"x",
        lambda data: data.replace(b"Small", b"Smell"),
        lambda data: b"something else entirely",
        lambda data: b"evconform description 0\n" + data[24:],
    ],
)
def test_a_damaged_entry_is_rebuilt(write, tmp_path, small, builds, harm):
    path, directory = write(small), tmp_path / "cache"
    first = load_description(path, cache_dir=directory)
    sound = entry(directory).read_bytes()
    entry(directory).write_bytes(harm(sound))
    again = load_description(path, cache_dir=directory)
    assert len(builds) == 2
    assert again.model == first.model
    assert entry(directory).read_bytes() == sound


def test_an_entry_with_a_right_digest_but_foreign_content_is_built_anew(write, tmp_path, small, builds):
    import hashlib

    path, directory = write(small), tmp_path / "cache"
    load_description(path, cache_dir=directory)
    body = b"\x93\x01\x02\x03"  # an array of three numbers
    entry(directory).write_bytes(cache._MAGIC + hashlib.sha256(body).digest() + body)
    load_description(path, cache_dir=directory)
    assert len(builds) == 2


def test_another_text_other_overlays_or_other_code_are_another_entry(write, tmp_path, small, builds, monkeypatch):
    directory = tmp_path / "cache"
    load_description(write(small), cache_dir=directory)
    load_description(write(small), cache_dir=directory, overlays=False)
    small["info"]["version"] = "2"
    load_description(write(small), cache_dir=directory)
    monkeypatch.setattr(cache, "_digest_code", lambda: b"another version of the deriver")
    load_description(write(small), cache_dir=directory)
    assert len(builds) == 4
    assert len(list(directory.iterdir())) == 4


def test_moving_bytes_from_one_file_to_the_next_is_another_entry():
    assert cache.compute_key([b"ab", b"c"]) != cache.compute_key([b"a", b"bc"]) != cache.compute_key([b"abc"])


def test_an_unwritable_cache_is_ignored(write, tmp_path, small, builds):
    (tmp_path / "cache").write_text("a file where the directory should be")
    first = load_description(write(small), cache_dir=tmp_path / "cache")
    assert load_description(write(small), cache_dir=tmp_path / "cache").model == first.model
    assert len(builds) == 2


def test_only_the_latest_entries_are_kept_and_nothing_half_written(write, tmp_path, small):
    directory = tmp_path / "cache"
    for number in range(cache._MAX_ENTRIES + 3):
        small["info"]["version"] = str(number)
        load_description(write(small), cache_dir=directory)
    names = [file.name for file in directory.iterdir()]
    assert len(names) == cache._MAX_ENTRIES
    assert not [name for name in names if name.endswith(".part")]


def test_without_a_directory_the_cache_of_the_user_is_used(write, tmp_path, small, monkeypatch, builds):
    monkeypatch.setattr(cache, "find_default_directory", lambda: tmp_path / "user")
    door(write(small))
    door(write(small))
    assert len(builds) == 1
    assert entry(tmp_path / "user")
