import pytest

from conformance.errors import UsageError
from conformance.execution.directories import check_writable, choose_directory, link_latest, name_run


def test_a_run_is_named_by_its_start():
    assert name_run(1767225600.9, "standard-1") == "20260101-000000-standard-1"


def test_a_fresh_directory_does_not_exist_yet(tmp_path):
    names = []
    for _ in range(3):
        directory = choose_directory("run", tmp_path)
        directory.mkdir()
        names.append(directory.name)
    assert names == ["run", "run-2", "run-3"]


def test_latest_points_to_the_last_run_and_replaces_no_directory(tmp_path):
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        link_latest(tmp_path / name)
    assert (tmp_path / "latest").resolve() == tmp_path / "b"
    (tmp_path / "latest").unlink()
    (tmp_path / "latest").mkdir()
    link_latest(tmp_path / "a")
    assert not (tmp_path / "latest").is_symlink()


def test_the_check_of_a_directory_leaves_nothing_behind(tmp_path):
    assert check_writable(tmp_path / "a" / "b") == tmp_path / "a" / "b"
    assert not list(tmp_path.iterdir())
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match="cannot be written"):
        check_writable(tmp_path / "file" / "b")
