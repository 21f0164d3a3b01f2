from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from conformance.certify.api_clients import client_process, scenario_runner
from conformance.certify.api_clients.certification import ClientCertificationOptions, certify_client
from reports import Summary, fold, read_events
from tests.certify.clients.mutation import run_in_forks
from tests.certify.clients.sample import COMMAND, SCALE, Edit, mutate, read_sample


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
def certify_sample(tmp_path: Path) -> Callable[..., Summary]:
    """Return a function that certifies a command, or the sample with edits, and folds the run log."""

    def run(*edits: Edit, command: tuple[str, ...] = (), **options: Any) -> Summary:
        directory = tmp_path / "report"
        settings = {"scale": SCALE, "jobs": 4, "directory": directory, **options}
        if command or scenario_runner.run_client is not client_process.run_client:
            certify_client(ClientCertificationOptions(command or COMMAND, **settings))
        else:
            with run_in_forks(mutate(read_sample(settings["scale"]), *edits)):
                certify_client(ClientCertificationOptions(COMMAND, **settings))
        return fold(read_events([directory]))

    return run
