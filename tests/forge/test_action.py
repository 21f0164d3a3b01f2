"""From an empty repository to a first report: the action, played on this machine by a stand-in for the runner."""

import shutil
from pathlib import Path

import pytest
import yaml

from conformance import __version__
from tests.forge.action_runner import ActionRunner

ROOT = Path(__file__).parents[2]
SENT = (
    "conformance",
    "strategies",
    "specs",
    "reports",
    "deploy",
    "pyproject.toml",
    "README.md",
    "LICENSE",
    "action.yml",
)


@pytest.fixture
def action(tmp_path: Path) -> Path:
    """The action as a runner checks it out, beside nothing else."""
    folder = tmp_path / "action"
    folder.mkdir()
    for name in SENT:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, folder)
    return folder


@pytest.fixture
def machine(tmp_path: Path) -> tuple[Path, Path]:
    """The workspace of a runner, and its folder for what is temporary."""
    folders = tmp_path / "workspace", tmp_path / "temporary"
    for folder in folders:
        folder.mkdir()
    return folders


def test_sample_in_the_documentation_has_six_lines():
    text = (ROOT / "docs" / "ci.md").read_text()
    sample = text.split("```yaml\n")[1].split("```")[0]
    assert len(sample.strip().splitlines()) <= 6
    assert yaml.safe_load(sample)["jobs"]["conformance"]["steps"][0]["uses"].startswith("evenergy-conformance/")


def test_first_report(action, machine):
    played = ActionRunner(action, *machine, {}).run(profile="smoke")
    if played.exit_code and "No matching distribution" in played.output:
        pytest.skip("the package registry does not answer")
    assert played.exit_code == 0, played.output
    assert f"evconform {__version__}\n" in played.output
    assert played.outputs["verdict"] == "conforms"
    assert played.outputs["exit-code"] == "0"
    assert Path(played.outputs["report"]).read_text().startswith("<!doctype html>")
    assert {"report.html", "report.sarif", "events.jsonl", "junit.xml"} <= {
        path.name for path in played.artifacts["evconform-report"].iterdir()
    }
    assert "::notice title=Conformance::conforms" in played.output
    assert "conforms" in played.summary
    assert "github/codeql-action/upload-sarif" not in played.used


def test_usage_error_fails_the_step_and_uploads_nothing(stand_in_actions, machine, tmp_path):
    environment = {"CALLS": str(tmp_path / "calls"), "CODE": "2"}
    played = ActionRunner(stand_in_actions, *machine, environment).run(target="no-such-target")
    assert "--target=no-such-target" in (tmp_path / "calls").read_text()
    assert played.exit_code == 2
    assert played.outputs["verdict"] == ""
    assert played.outputs["exit-code"] == "2"
    assert played.artifacts == {}
