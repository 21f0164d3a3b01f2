"""What a partner's type checker sees of the installed package."""

import json
import shutil
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PARTNER_FILE = """
from hypothesis import given

from conformance.description import Description, load_description
from conformance.validation import SchemaValidators
from strategies import bodies, body_defects, near_misses, prefixed_ulids, sample_body

description: Description = load_description()
validators = SchemaValidators(description)
operation = description.model.operations_by_key["POST /vehicles"]


@given(vehicle_id=prefixed_ulids("vhcl"))
def test_id(vehicle_id: str) -> None:
    assert vehicle_id.startswith("vhcl")


names: list[str] = [miss.name for miss in near_misses("vhcl01HSH04KDEWF6Z4DB2J77J74K5")]
reveal_type(prefixed_ulids("vhcl"))
reveal_type(near_misses("vhcl01HSH04KDEWF6Z4DB2J77J74K5"))
reveal_type(body_defects(validators, operation, sample_body(validators, operation)))
reveal_type(bodies(validators, operation))
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    done = subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", folder, ROOT],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        pytest.skip(f"the build backend cannot be installed here: {done.stderr.strip()[-200:]}")
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def partner(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the partner's file and an environment in which the wheel is installed; dependencies are ours."""
    folder = tmp_path_factory.mktemp("partner")
    (folder / "sample.py").write_text(PARTNER_FILE)
    venv.create(folder / "venv", with_pip=False)
    site_packages = next((folder / "venv" / "lib").glob("python*")) / "site-packages"
    zipfile.ZipFile(wheel).extractall(site_packages)
    (site_packages / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return folder


def test_mypy_sees_real_types(partner):
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--no-error-summary", "--config-file=",
         "--python-executable", partner / "venv" / "bin" / "python", "sample.py"],
        cwd=partner, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    revealed = [line.split("Revealed type is ")[1].strip('"') for line in done.stdout.splitlines()]
    assert len(revealed) == 4
    assert not [text for text in revealed if text == "Any"]
    assert "SearchStrategy[str]" in revealed[0].replace("builtins.", "")
    assert "strategies.near_misses.NearMiss" in revealed[1]
    assert "strategies.defects.Defect" in revealed[2]


@pytest.fixture(scope="module")
def pyright(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program pyright, where npm has installed it."""
    if not (shutil.which("node") and shutil.which("npm")):
        pytest.skip("node and npm are not installed")
    folder = tmp_path_factory.mktemp("pyright")
    command = ["npm", "install", "--no-audit", "--no-fund", "--silent", "--prefix", str(folder), "pyright@1.1.407"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    except subprocess.TimeoutExpired:
        pytest.skip("the registry of npm does not answer")
    if done.returncode:
        pytest.skip(f"npm cannot install pyright here: {done.stderr.strip()[-200:]}")
    return folder / "node_modules" / ".bin" / "pyright"


def test_pyright_sees_real_types(partner, pyright):
    (partner / "pyrightconfig.json").write_text('{"typeCheckingMode": "strict", "include": ["sample.py"]}')
    done = subprocess.run(
        [pyright, "--outputjson", "--pythonpath", partner / "venv" / "bin" / "python"],
        cwd=partner, capture_output=True, text=True, check=False,
    )  # fmt: skip
    found = json.loads(done.stdout)["generalDiagnostics"]
    assert [each["message"] for each in found if each["severity"] == "error"] == []
    revealed = [each["message"] for each in found if each["severity"] == "information"]
    assert len(revealed) == 4
    assert not [text for text in revealed if "Unknown" in text or text.endswith('"Any"')]
    assert "SearchStrategy[str]" in revealed[0]


def test_wheel_says_that_each_package_is_typed(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    assert {f"{package}/py.typed" for package in ("conformance", "strategies", "specs", "reports")} <= set(names)
