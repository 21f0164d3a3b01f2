"""What goes first: what failed in an earlier run, and what the description has changed since."""

import msgspec
import pytest

from conformance.description import load_description
from conformance.errors import LogError
from conformance.execution.header import build_header
from conformance.execution.priorities import read_priorities
from conformance.model import Described, Observed, Outcome, Target, TargetKind, Verdict
from conformance.run_log.event_log import LogWriter
from tests.execution.conftest import OPERATION

SEED = 5
BASE = f"malformed-id[{OPERATION}]"


@pytest.fixture(scope="module")
def description():
    return load_description()


def write_log(folder, description, *observed):
    target = Target("here", TargetKind.URL, "https://here.example/v2")
    log = LogWriter(folder / "events.jsonl")
    log.append(build_header("run", target, description, 1_800_000_000.0, profile="standard", seed=SEED))
    log.append(Described(description.model))
    for item, verdict in observed:
        log.append(Observed(Outcome("IDS-06", OPERATION, verdict), item))
    log.close()


def test_an_unchanged_description_changes_nothing(tmp_path, description):
    write_log(tmp_path, description)
    assert read_priorities(tmp_path, description.model).changed_operations == ()


def test_a_changed_and_a_new_operation_are_named(tmp_path, description):
    write_log(tmp_path, description)
    first, second, *others = description.model.operations
    changed = msgspec.structs.replace(first, deprecated=not first.deprecated)
    new = msgspec.structs.replace(second, key="GET /new", path="/new")
    model = msgspec.structs.replace(description.model, operations=(changed, new, second, *others))
    assert read_priorities(tmp_path, model).changed_operations == (first.key, "GET /new")


def test_items_that_failed_are_named_with_their_turns(tmp_path, description):
    write_log(
        tmp_path,
        description,
        (BASE, Verdict.FAIL),
        (f"{BASE} parts 3-4", Verdict.WARN),
        (f"read[{OPERATION}]", Verdict.PASS),
        ("", Verdict.FAIL),
    )
    assert read_priorities(tmp_path, description.model).failed_turns == {BASE: frozenset({4, 6, 7})}


def test_a_folder_without_a_run_is_refused(tmp_path, description):
    with pytest.raises(LogError, match="holds no run log"):
        read_priorities(tmp_path, description.model)
