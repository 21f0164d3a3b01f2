"""The shard of a process, as given or as its scheduler tells it."""

import pytest

from conformance.errors import UsageError
from conformance.execution.shards import parse_shard


@pytest.mark.parametrize(
    ("environment", "shard"),
    [
        ({}, (1, 1)),
        ({"CI_NODE_INDEX": "2", "CI_NODE_TOTAL": "4"}, (2, 4)),
        ({"CI_NODE_TOTAL": "1"}, (1, 1)),
        ({"CIRCLE_NODE_INDEX": "0", "CIRCLE_NODE_TOTAL": "3"}, (1, 3)),
        ({"BUILDKITE_PARALLEL_JOB": "2", "BUILDKITE_PARALLEL_JOB_COUNT": "3"}, (3, 3)),
        ({"SEMAPHORE_JOB_INDEX": "1", "SEMAPHORE_JOB_COUNT": "2"}, (1, 2)),
        ({"SYSTEM_JOBPOSITIONINPHASE": "2", "SYSTEM_TOTALJOBSINPHASE": "2"}, (2, 2)),
        ({"AWS_BATCH_JOB_ARRAY_INDEX": "9", "AWS_BATCH_JOB_ARRAY_SIZE": "10"}, (10, 10)),
        ({"SLURM_ARRAY_TASK_ID": "0", "SLURM_ARRAY_TASK_COUNT": "2"}, (1, 2)),
        ({"JOB_COMPLETION_INDEX": "3", "EVCONFORM_SHARDS": "4"}, (4, 4)),
    ],
)
def test_auto_reads_what_the_scheduler_tells(environment, shard):
    assert parse_shard("auto", environment) == shard


@pytest.mark.parametrize(
    ("environment", "told"),
    [
        ({"JOB_COMPLETION_INDEX": "3"}, "EVCONFORM_SHARDS"),
        ({"JOB_COMPLETION_INDEX": "4", "EVCONFORM_SHARDS": "4"}, "5/4"),
        ({"CI_NODE_INDEX": "two", "CI_NODE_TOTAL": "4"}, "CI_NODE_INDEX='two'"),
        ({"CI_NODE_INDEX": "0", "CI_NODE_TOTAL": "4"}, "0/4"),
    ],
)
def test_auto_refuses_what_makes_no_shard(environment, told):
    with pytest.raises(UsageError) as refusal:
        parse_shard("auto", environment)
    assert told in str(refusal.value) + refusal.value.hint


@pytest.mark.parametrize("text", ["", "0/3", "4/3", "1", "1/", "/2", "-1/2", "1/2/3", "one/two", "1/99999", "²/3"])
def test_other_texts_are_refused(text):
    with pytest.raises(UsageError, match="--shard"):
        parse_shard(text, {})
