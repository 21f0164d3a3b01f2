import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from conformance.certify.api_clients.certification import ClientCertificationOptions, certify_client
from reports import Summary, fold, read_events

SAMPLE = (sys.executable, str(Path(__file__).with_name("sample.py")))
SCALE = 0.2


@pytest.fixture
def write_plan(tmp_path: Path) -> Callable[..., Path]:
    """Return a function that writes a plan with some declared tasks."""

    def write(*tasks: str, kind: str = "confidential") -> Path:
        declared = "\n".join(f"{name} = true" for name in tasks)
        path = tmp_path / "plan.toml"
        path.write_text(f'[client]\nname = "Sample"\nversion = "1.0"\nkind = "{kind}"\n[tasks]\n{declared}\n')
        return path

    return write


@pytest.fixture
def certify_sample(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Summary]:
    """Return a function that certifies a command, or a mutant of the sample, and folds the run log."""

    def run(mutant: str = "", command: tuple[str, ...] = SAMPLE, **options: Any) -> Summary:
        monkeypatch.setenv("SAMPLE_MUTANT", mutant)
        monkeypatch.setenv("SAMPLE_SCALE", str(SCALE))
        settings = {"scale": SCALE, "jobs": 4, **options}
        certify_client(ClientCertificationOptions(command, directory=tmp_path / "report", **settings))
        return fold(read_events([tmp_path / "report"]))

    return run
