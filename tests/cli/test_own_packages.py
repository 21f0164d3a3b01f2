"""Another package with a generic name ahead on the import path: refused, with its file named."""

import os
import subprocess
import sys

import pytest

COMMANDS = (
    ["-m", "conformance", "requirements"],
    ["-m", "pytest", "-p", "no:cacheprovider", "--pyargs", "conformance.suite"],
)


@pytest.mark.parametrize("command", COMMANDS, ids=["command", "pytest"])
@pytest.mark.parametrize("name", ["reports", "specs", "strategies"])
def test_another_package_ahead_on_the_path_is_named(name, command, tmp_path):
    package, here = tmp_path / "ahead" / name / "__init__.py", tmp_path / "here"
    package.parent.mkdir(parents=True)
    here.mkdir()
    package.touch()
    ended = subprocess.run(
        [sys.executable, *command],
        cwd=here,
        env=os.environ | {"PYTHONPATH": str(tmp_path / "ahead")},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (ended.returncode, "Traceback" in ended.stderr) == ({"conformance": 2, "pytest": 4}[command[1]], False)
    assert str(package) in ended.stderr
    assert "Call evconform from another folder" in ended.stderr


@pytest.mark.parametrize("content", [None, "raise SystemExit(9)"], ids=["folder", "package"])
def test_folder_of_reports_that_somebody_stands_in_is_no_obstacle(content, tmp_path):
    (tmp_path / "reports").mkdir()
    if content:
        (tmp_path / "reports" / "__init__.py").write_text(content)
    command = [sys.executable, "-m", "conformance", "schema", "config"]
    ended = subprocess.run(command, cwd=tmp_path, capture_output=True, timeout=60, check=False)
    assert ended.returncode == 0
