"""`deploy/github/parts.yml`: every job of its matrix, played with a stand-in for the command."""

import itertools
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from tests.forge.action_runner import ActionRunner, PlayedAction

ROOT = Path(__file__).parents[2]
OWN_ACTION = "evenergy-conformance/evenergy-conformance"


def list_jobs(job: Any) -> Iterator[dict[str, str]]:
    """Yield what a job of the matrix passes to our action, for each combination in GitHub's order."""
    (step,) = (step for step in job["steps"] if step["uses"].startswith(OWN_ACTION))
    matrix = job["strategy"]["matrix"]
    for index, values in enumerate(itertools.product(*matrix.values())):
        known = {
            "strategy.job-index": str(index),
            **dict(zip((f"matrix.{name}" for name in matrix), values, strict=True)),
        }
        yield {
            name: re.sub(r"\$\{\{ (\S+) \}\}", lambda match: known[match[1]], value)  # noqa: B023 - used at once
            for name, value in step["with"].items()
        }


def test_every_part_reaches_the_report_of_its_target(stand_in_actions, tmp_path):
    workflow = yaml.safe_load((ROOT / "deploy/github/parts.yml").read_text())
    parts, reports = workflow["jobs"]["part"], workflow["jobs"]["report"]
    assert parts["strategy"]["matrix"]["target"] == reports["strategy"]["matrix"]["target"]
    for job in (parts, reports):
        job["strategy"]["matrix"]["target"] = ["staging", "canary"]
    calls, artifacts = tmp_path / "calls", dict[str, Path]()

    def play(action: str, inputs: dict[str, str]) -> PlayedAction:
        machine = tmp_path / f"machine-{len(artifacts)}"
        (machine / "workspace").mkdir(parents=True)
        environment = {"CALLS": str(calls)}
        runner = ActionRunner(stand_in_actions / action, machine / "workspace", machine, environment, artifacts)
        played = runner.run(**inputs)
        assert played.exit_code == 0, played.output
        artifacts.update(played.artifacts)
        return played

    for inputs in list_jobs(parts):
        play(".", inputs)
    sent = [re.findall(r"--(?:target|profile|shard)=(\S+)", line) for line in calls.read_text().splitlines()]
    assert sent == [[target, "deep", f"{part}/4"] for target in ("staging", "canary") for part in (1, 2, 3, 4)]
    calls.unlink()
    for inputs in list_jobs(reports):
        play("deploy/merge", inputs)
    merged = [re.findall(r"evconform-parts/(\S+)", line) for line in calls.read_text().splitlines()]
    assert merged == [
        [f"evconform-part-staging-{index}" for index in range(4)],
        [f"evconform-part-canary-{index}" for index in range(4, 8)],
    ]
    assert {"evconform-report-staging", "evconform-report-canary"} <= set(artifacts)
