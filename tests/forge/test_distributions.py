"""`deploy/ci/build.sh`, as the release runs it: distributions, and a bill of materials of what they install."""

import json
import os
import subprocess
import tarfile
import zipfile
from pathlib import Path

import pytest

from conformance import __version__

ROOT = Path(__file__).parents[2]


def build(folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GITHUB")}
    return subprocess.run(
        [ROOT / "deploy/ci/build.sh"],
        cwd=folder, env={**kept, **environment}, capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("release") / "checkout"
    subprocess.run(["git", "clone", "--quiet", ROOT, folder], check=True)
    return folder


@pytest.mark.long  # what is needed is installed twice
def test_a_release_builds_distributions_and_a_bill_of_materials(checkout):
    done = build(checkout, GITHUB_REF_TYPE="tag", GITHUB_REF_NAME=f"v{__version__}")
    assert done.returncode == 0, done.stderr
    wheel, source = (next((checkout / "dist").glob(pattern)) for pattern in ("*.whl", "*.tar.gz"))
    assert f"-{__version__}-" in wheel.name
    assert {"conformance/__init__.py", "specs/ev-energy-v2/openapi.yaml"} <= set(zipfile.ZipFile(wheel).namelist())
    with tarfile.open(source) as archive:
        assert f"evenergy_conformance-{__version__}/tox.ini" in archive.getnames()
    bill = json.loads((checkout / "sbom.cdx.json").read_text())
    assert bill["bomFormat"] == "CycloneDX"
    assert bill["metadata"]["component"]["name"] == "evenergy-conformance"
    names = {component["name"] for component in bill["components"]}
    assert {"httpx", "hypothesis", "schemathesis", "openapi-core"} <= names
    assert not {"build", "cyclonedx-bom", "respx"} & names, "tools of the build are no part of what is installed"


def test_a_tag_of_another_version_builds_no_release(checkout):
    done = build(checkout, GITHUB_REF_TYPE="tag", GITHUB_REF_NAME="v99.0.0")
    assert done.returncode == 2
    assert f"the tag is v99.0.0, the version in pyproject.toml is {__version__}" in done.stderr
