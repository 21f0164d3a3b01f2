"""From an empty repository to a first report: the action, played on this machine by a stand-in for the runner."""

import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

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


@pytest.fixture(scope="module")
def action(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The action as a runner checks it out, beside nothing else."""
    folder = tmp_path_factory.mktemp("action")
    for name in SENT:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, folder)
    return folder


@pytest.fixture(scope="module")
def installed(action: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The temporary folder of a runner on which the install step has run."""
    temporary = tmp_path_factory.mktemp("runner")
    done = subprocess.run(
        [action / "deploy/ci/install.sh", action, temporary / "evconform-venv"],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode and "No matching distribution" in done.stderr:
        pytest.skip("the package registry does not answer")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("evconform ")
    return temporary


def test_sample_in_the_documentation_has_six_lines():
    text = (ROOT / "docs" / "ci.md").read_text()
    sample = text.split("```yaml\n")[1].split("```")[0]
    assert len(sample.strip().splitlines()) <= 6
    assert yaml.safe_load(sample)["jobs"]["conformance"]["steps"][0]["uses"].startswith("evenergy-conformance/")


def test_first_report(action, installed, tmp_path):
    workspace = tmp_path / "workspace"
    workspace.mkdir()
    runner = ActionRunner(action, workspace, installed, {})
    played = runner.run(profile="smoke")
    assert played.exit_code == 0, played.output
    assert played.outputs["verdict"] == "conforms"
    assert played.outputs["exit-code"] == "0"
    assert Path(played.outputs["report"]).read_text().startswith("<!doctype html>")
    assert {"report.html", "report.sarif", "events.jsonl", "junit.xml"} <= {
        path.name for path in played.artifacts["evconform-report"].iterdir()
    }
    assert "::notice title=Conformance::conforms" in played.output
    assert "conforms" in played.summary
    assert "github/codeql-action/upload-sarif" not in played.used


def test_usage_error_fails_the_step_and_uploads_nothing(action, installed, tmp_path):
    workspace = tmp_path / "workspace"
    workspace.mkdir()
    played = ActionRunner(action, workspace, installed, {}).run(target="no-such-target")
    assert played.exit_code == 2
    assert played.outputs["verdict"] == ""
    assert played.artifacts == {}
