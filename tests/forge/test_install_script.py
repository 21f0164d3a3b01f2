"""`deploy/ci/install.sh`, with stand-ins for Python, pip and uv that keep how they were called."""

import os
import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "deploy" / "ci" / "install.sh"
PYTHON = r"""#!/usr/bin/env bash
echo "python $*" >>"$CALLS"
case "$*" in
"-m venv "*)
  mkdir -p "$3/bin"
  cp "$0" "$3/bin/python"
  printf '#!/bin/sh\necho evconform 1.0\n' >"$3/bin/evconform"
  chmod +x "$3/bin/evconform"
  ;;
*"pip config list") printf '%s' "$PIP_SETTINGS" ;;
*"--target "*)
  [ -z "${NO_UV:-}" ] || exit 1
  folder=$(sed 's/.*--target \([^ ]*\) .*/\1/' <<<"$*")
  mkdir -p "$folder/bin"
  printf '#!/bin/sh\necho "uv $*" >>"$CALLS"\nenv >"$CALLS.env"\nexit "${UV_CODE:-0}"\n' >"$folder/bin/uv"
  chmod +x "$folder/bin/uv"
  ;;
esac
"""


@pytest.fixture
def install(tmp_path: Path):
    """A function that runs the script in an environment, and returns the calls and the environment of uv."""
    commands = tmp_path / "bin"
    commands.mkdir()
    (commands / "python3").write_text(PYTHON)
    (commands / "python3").chmod(0o755)

    def run(**environment: str) -> tuple[list[str], dict[str, str]]:
        kept = {name: os.environ[name] for name in ("HOME",) if name in os.environ}
        calls = tmp_path / "calls"
        subprocess.run(
            [SCRIPT, "the source", tmp_path / "venv"],
            env={
                **kept, "PATH": f"{commands}:{os.environ['PATH']}", "CALLS": str(calls), "PIP_SETTINGS": "",
                "GITHUB_PATH": str(tmp_path / "path"), **environment,
            },
            check=True, capture_output=True, text=True,
        )  # fmt: skip
        assert (tmp_path / "path").read_text() == f"{tmp_path}/venv/bin\n"
        variables = Path(f"{calls}.env")
        lines = variables.read_text().splitlines() if variables.exists() else []
        return calls.read_text().splitlines(), dict(line.split("=", 1) for line in lines if "=" in line)

    return run


def test_uv_installs_into_the_environment(install, tmp_path):
    calls, _ = install()
    assert calls[-1] == f"uv pip install --quiet --python {tmp_path}/venv/bin/python the source"
    assert not [call for call in calls if call.endswith("install the source") and call.startswith("python")]


def test_packages_come_from_where_pip_takes_them(install):
    settings = "global.index-url='https://mirror.example/simple'\nglobal.extra-index-url='file:///a file:///b'\n"
    _, variables = install(PIP_SETTINGS=settings + "global.cert='/ca.pem'\nglobal.timeout='9'\n", UV_FIND_LINKS="/own")
    assert variables["UV_DEFAULT_INDEX"] == "https://mirror.example/simple"
    assert variables["UV_INDEX"] == "file:///a file:///b"
    assert variables["SSL_CERT_FILE"] == "/ca.pem"
    assert variables["UV_FIND_LINKS"] == "/own"
    assert "UV_CONSTRAINT" not in variables


@pytest.mark.parametrize("lack", [{"NO_UV": "1"}, {"UV_CODE": "2"}])
def test_pip_installs_where_uv_does_not(install, lack):
    calls, _ = install(**lack)
    assert calls[-1].endswith("pip --quiet --disable-pip-version-check install the source")
