from conformance.execution.directories import fresh_directory, point_latest, stamped


def test_a_run_is_named_by_its_start():
    assert stamped(1767225600.9, "standard-1") == "20260101-000000-standard-1"


def test_a_fresh_directory_holds_nothing_of_another_run(tmp_path):
    names = []
    for _ in range(3):
        found = fresh_directory("run", tmp_path)
        found.mkdir()
        names.append(found.name)
    assert names == ["run", "run-2", "run-3"]


def test_latest_leads_to_the_last_and_replaces_no_directory(tmp_path):
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        point_latest(tmp_path / name)
    assert (tmp_path / "latest").resolve() == tmp_path / "b"
    (tmp_path / "latest").unlink()
    (tmp_path / "latest").mkdir()
    point_latest(tmp_path / "a")
    assert not (tmp_path / "latest").is_symlink()
