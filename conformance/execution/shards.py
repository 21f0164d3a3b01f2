"""Shards: which part of a run a process has."""

import re
from collections.abc import Mapping
from typing import NamedTuple

from conformance.errors import UsageError

AUTO = "auto"
SHARDS_VARIABLE = "EVCONFORM_SHARDS"
"""The number of shards, for schedulers that give a job only its index."""


class _Scheduler(NamedTuple):
    """Variables with which a scheduler tells a job its index and the number of jobs; `first` is the lowest index."""

    index_variable: str
    total_variable: str
    first: int


_SCHEDULERS = (
    _Scheduler("CI_NODE_INDEX", "CI_NODE_TOTAL", 1),  # GitLab
    _Scheduler("CIRCLE_NODE_INDEX", "CIRCLE_NODE_TOTAL", 0),
    _Scheduler("BUILDKITE_PARALLEL_JOB", "BUILDKITE_PARALLEL_JOB_COUNT", 0),
    _Scheduler("SEMAPHORE_JOB_INDEX", "SEMAPHORE_JOB_COUNT", 1),
    _Scheduler("SYSTEM_JOBPOSITIONINPHASE", "SYSTEM_TOTALJOBSINPHASE", 1),  # Azure Pipelines
    _Scheduler("AWS_BATCH_JOB_ARRAY_INDEX", "AWS_BATCH_JOB_ARRAY_SIZE", 0),
    _Scheduler("SLURM_ARRAY_TASK_ID", "SLURM_ARRAY_TASK_COUNT", 0),
    _Scheduler("JOB_COMPLETION_INDEX", SHARDS_VARIABLE, 0),  # a Kubernetes Indexed Job
)


def parse_shard(text: str, environment: Mapping[str, str]) -> tuple[int, int]:
    """Parse a shard `I/N`, or `auto`, into (I, N).

    `auto` reads the variables of the scheduler that runs the job, and is the whole where there are none.
    Raises UsageError unless 1 ≤ I ≤ N.
    """
    if text == AUTO:
        return _read_scheduler(environment)
    match = re.fullmatch(r"(\d{1,4})/(\d{1,4})", text)
    shard = (int(match[1]), int(match[2])) if match else (0, 0)
    if not 1 <= shard[0] <= shard[1]:
        raise UsageError(f"--shard must be I/N with 1 ≤ I ≤ N or auto, got {text!r}", hint="For example --shard 2/4")
    return shard


def _read_scheduler(environment: Mapping[str, str]) -> tuple[int, int]:
    for scheduler in _SCHEDULERS:
        index, total = environment.get(scheduler.index_variable), environment.get(scheduler.total_variable)
        if index is None or (total is None and scheduler.total_variable != SHARDS_VARIABLE):
            continue
        if total is None:
            raise UsageError(
                f"--shard auto: {scheduler.index_variable} is {index!r}, and the number of shards is not known",
                hint=f"Set {scheduler.total_variable} to it",
            )
        if not (re.fullmatch(r"\d{1,4}", index) and re.fullmatch(r"\d{1,4}", total)):
            found = f"{scheduler.index_variable}={index!r} and {scheduler.total_variable}={total!r}"
            raise UsageError(f"--shard auto: {found} must be numbers", hint="Or give --shard I/N")
        return parse_shard(f"{int(index) - scheduler.first + 1}/{total}", environment)
    return 1, 1
