"""A stand-in for the runner of composite GitHub actions: it does what `action.yml` says, on this machine.

It runs the steps with `run` as the runner does (bash, with `GITHUB_*` files) and plays the actions that a step uses:
setup-python and cache do nothing, upload-artifact and download-artifact copy. It knows the expressions that our
actions contain.
"""

import os
import re
import shutil
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path
from typing import Any, NamedTuple

import yaml

_EXPRESSION = re.compile(r"\$\{\{\s*(.+?)\s*\}\}")


class StepTime(NamedTuple):
    """How long a step took, and the processor time of its processes, in seconds."""

    wall_s: float
    processor_s: float


@dataclass
class PlayedAction:
    """What a run of an action left behind."""

    exit_code: int = 0
    output: str = ""
    outputs: dict[str, str] = field(default_factory=dict)
    summary: str = ""
    artifacts: dict[str, Path] = field(default_factory=dict)
    used: list[str] = field(default_factory=list)
    times: dict[str, StepTime] = field(default_factory=dict)


class ActionRunner:
    """Runs the steps of one composite action in a workspace; `environment` is added to that of every step.

    `artifacts` are those that earlier jobs have uploaded, by name.
    """

    def __init__(
        self,
        action: Path,
        workspace: Path,
        temporary: Path,
        environment: dict[str, str],
        artifacts: Mapping[str, Path] | None = None,
    ) -> None:
        self._action = action
        self._definition = yaml.safe_load((action / "action.yml").read_text())
        self._workspace = workspace
        self._temporary = temporary
        self._environment = environment
        self._artifacts = artifacts or {}
        self._steps: dict[str, dict[str, str]] = {}

    def run(self, **inputs: str) -> PlayedAction:
        """Run every step in turn; after a failed step, those alone whose condition begins with `!cancelled()`."""
        played = PlayedAction()
        values = {name: str(spec.get("default", "")) for name, spec in self._definition["inputs"].items()}
        values.update({name.replace("_", "-"): value for name, value in inputs.items()})
        self._values = values
        for step in self._definition["runs"]["steps"]:
            if not self._is_due(step.get("if"), failed=bool(played.exit_code)):
                continue
            if "uses" in step:
                self._use(step, played)
            else:
                begin, spent = time.monotonic(), _processor_s()
                self._execute(step, played)
                played.times[step["name"]] = StepTime(time.monotonic() - begin, _processor_s() - spent)
        for name, spec in self._definition.get("outputs", {}).items():
            played.outputs[name] = self._expand(spec["value"])
        summary = self._temporary / "summary.md"
        played.summary = summary.read_text() if summary.exists() else ""
        return played

    def _is_due(self, condition: str | None, *, failed: bool) -> bool:
        if condition is None:
            return not failed
        terms = _EXPRESSION.sub(r"\1", condition).split(" && ")
        assert terms[0] == "!cancelled()"
        return all(self._compare(term) for term in terms[1:])

    def _compare(self, term: str) -> bool:
        left, operator, right = re.fullmatch(r"(\S+) (==|!=) '(.*)'", term).groups()  # type: ignore[union-attr]
        return (self._look_up(left) == right) is (operator == "==")

    def _look_up(self, name: str) -> str:
        match name.split("."):
            case ["inputs", key]:
                return self._values[key]
            case ["steps", step, "outputs", key]:
                return self._steps.get(step, {}).get(key, "")
            case ["runner" | "github", _]:
                return "stand-in"
        raise AssertionError(f"the stand-in does not know the expression {name!r}")

    def _expand(self, text: Any) -> str:
        return _EXPRESSION.sub(lambda match: self._look_up(match[1]), str(text))

    def _use(self, step: dict[str, Any], played: PlayedAction) -> None:
        action = step["uses"].split("@")[0]
        played.used.append(action)
        if action == "actions/upload-artifact":
            name, path = (self._expand(step["with"][key]) for key in ("name", "path"))
            source = self._workspace / path
            if source.exists():
                played.artifacts[name] = Path(shutil.copytree(source, self._temporary / "artifacts" / name))
        elif action == "actions/download-artifact":
            pattern, path = (self._expand(step["with"][key]) for key in ("pattern", "path"))
            for name, folder in self._artifacts.items():
                if fnmatch(name, pattern):
                    shutil.copytree(folder, self._workspace / path / name)

    def _execute(self, step: dict[str, Any], played: PlayedAction) -> None:
        files = {name: self._temporary / name.lower() for name in ("GITHUB_OUTPUT", "GITHUB_PATH")}
        for file in files.values():
            file.touch()
        path_entries = files["GITHUB_PATH"].read_text().split()
        environment = {
            **os.environ,
            **self._environment,
            **{name: self._expand(value) for name, value in step.get("env", {}).items()},
            **{name: str(file) for name, file in files.items()},
            "GITHUB_ACTION_PATH": str(self._action),
            "GITHUB_ACTIONS": "true",
            "GITHUB_STEP_SUMMARY": str(self._temporary / "summary.md"),
            "RUNNER_TEMP": str(self._temporary),
        }
        environment["PATH"] = os.pathsep.join([*path_entries, environment["PATH"]])
        folder = self._workspace / self._expand(step.get("working-directory", "."))
        command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]]
        done = subprocess.run(
            command,
            cwd=folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        played.output += done.stdout
        played.exit_code = played.exit_code or done.returncode
        if "id" in step:
            lines = files["GITHUB_OUTPUT"].read_text().splitlines()
            self._steps[step["id"]] = dict(line.split("=", 1) for line in lines)
        files["GITHUB_OUTPUT"].write_text("")


def _processor_s() -> float:
    """Return the processor time of all processes that this one has started and that have ended."""
    times = os.times()
    return times.children_user + times.children_system
