"""A stand-in for Kubernetes: it reads the manifest of a job, and starts its containers as processes of this machine.

It knows what our manifests use: an index for each completion, arguments, variables, volumes, and a limit of starts.
"""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

_POLL_S, _LONGEST_S = 0.05, 300.0


@dataclass
class PlayedJob:
    """How often each index was started, and what the containers printed."""

    starts: dict[int, int] = field(default_factory=dict)
    output: str = ""
    failed: set[int] = field(default_factory=set)


class StandInScheduler:
    """Plays jobs. `mounts` maps mount paths of volumes to folders, and `paths` those of the image to files here."""

    def __init__(self, mounts: Mapping[str, Path], paths: Mapping[str, Path], environment: Mapping[str, str]) -> None:
        self._mounts = mounts
        self._paths = paths
        self._environment = environment

    def play(
        self,
        manifest: Path,
        *options: str,
        lose: Callable[[int, int], bool] = lambda _index, _start: False,
        **variables: str,
    ) -> PlayedJob:
        """Run all containers of a job at once, with `options` behind their arguments, until each has succeeded.

        `lose(index, start)` says whether the machine of that container is to be lost now; it is asked again and again.
        """
        spec = yaml.safe_load(manifest.read_text())["spec"]
        job, indexes = PlayedJob(), range(spec.get("completions", 1))
        limit = spec.get("backoffLimitPerIndex", spec.get("backoffLimit", 6))
        running = {index: self._start(spec, index, job, options, variables) for index in indexes}
        end = time.monotonic() + _LONGEST_S
        while running:
            assert time.monotonic() < end, f"the job does not end:\n{job.output[-2000:]}"
            time.sleep(_POLL_S)
            for index, process in list(running.items()):
                if process.poll() is None:
                    if lose(index, job.starts[index]):
                        os.killpg(process.pid, signal.SIGKILL)
                    continue
                job.output += process.communicate()[0]
                del running[index]
                if process.returncode and job.starts[index] <= limit:
                    running[index] = self._start(spec, index, job, options, variables)
                elif process.returncode:
                    job.failed.add(index)
        return job

    def _start(
        self, spec: Any, index: int, job: PlayedJob, options: tuple[str, ...], variables: Mapping[str, str]
    ) -> subprocess.Popen[str]:
        container = spec["template"]["spec"]["containers"][0]
        declared = {each["name"]: each["value"] for each in container.get("env", []) if "value" in each}
        indexed = {"JOB_COMPLETION_INDEX": str(index)} if spec.get("completionMode") == "Indexed" else {}
        job.starts[index] = job.starts.get(index, 0) + 1
        return subprocess.Popen(
            [*map(self._place, container["command"]), *options],
            env={**self._environment, **declared, **variables, **indexed},
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True,
        )  # fmt: skip

    def _place(self, argument: str) -> str:
        """Return an argument with the paths of image and volumes as they are on this machine."""
        for there, here in {**self._paths, **self._mounts}.items():
            argument = argument.replace(there, str(here))
        return argument
