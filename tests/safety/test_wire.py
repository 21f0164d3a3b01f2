"""What reaches a target: held against the rules at the other end of the wire, whatever is asked for."""

import re
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conformance.errors import PlanError, UsageError
from conformance.execution.setup import RunOptions
from conformance.model import Effect, Profile
from conformance.reporting.session_run import run_session
from conformance.safety.rules import RULES, TargetKind
from tests.safety.conftest import configure, recording

READS = {"GET", "HEAD", "OPTIONS"}
KINDS = [kind for kind in RULES if kind != TargetKind.BUILTIN]  # that one is started by the run itself
FLAGS = [(False, False), (True, False), (True, True)]
SELECTIONS = [
    ("VER-02", "AUT-01"), ("AUT",), ("ERR-06",), ("ERR & /vehicle*",), ("/support_tickets*",), ("WRT & /regions*",),
    ("/users*", "AUT-05"), ("IDS & /evses*",), ("must & /vehicles/{vehicle_id}",), ("/vehicle_makes*",), ("AUT-07",),
]  # fmt: skip


def allowed(arrival, description, kind, flags) -> bool:
    """Whether a request may reach a target of that kind; told from the description alone, apart from the gate."""
    if arrival.method in READS or (arrival.method, arrival.path) == ("POST", "/o/token/"):
        return True
    if not flags[0] or not RULES[kind].writes:
        return False
    if flags[1] or arrival.path.startswith("/o/"):
        return True
    path = arrival.path.removeprefix("/v2").partition("?")[0]
    fitting = [
        operation
        for operation in description.model.operations
        if re.fullmatch(re.sub(r"\{[^}]*\}", "[^/]+", operation.path), path)
    ]
    same = [operation for operation in fitting if operation.method == arrival.method]
    effects = {operation.effect for operation in same or fitting}
    return effects <= {Effect.NONE, Effect.WRITE} or arrival.method == "DELETE"  # deletions: see the test below


def reached(recorder, folder, kind, flags, **options):
    """Run against the recorder as a target of a kind; what arrived at it, and the summary (None: refused at once)."""
    recorder.arrivals.clear()
    options = RunOptions(
        target=kind,
        config=configure(Path(folder), kind, recorder.origin),
        allow_writes=flags[0],
        allow_hardware=flags[1],
        **options,
    )
    try:
        summary = run_session(options)
    except (UsageError, PlanError):
        summary = None
    return list(recorder.arrivals), summary


# a run whose generated cases are not cached generates them, inside this property
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.nested_given])
@given(
    st.sampled_from(KINDS),
    st.sampled_from(FLAGS),
    st.sampled_from([Profile.SMOKE, Profile.STANDARD]),
    st.sampled_from(SELECTIONS),
    st.sampled_from([(1, 1), (1, 2), (2, 2)]),
)
def test_what_reaches_a_target_is_a_part_of_what_its_rules_allow(
    recorder, description, kind, flags, profile, select, shard
):
    with tempfile.TemporaryDirectory() as folder:
        arrivals, summary = reached(
            recorder, folder, kind, flags, profile=profile, select=select, shard=shard, report_dir=Path(folder) / "run"
        )
    forbidden = [each for each in arrivals if not allowed(each, description, kind, flags)]
    assert forbidden == []
    if flags[0] and not RULES[kind].writes:
        assert (summary, arrivals) == (None, [])
    elif summary is not None:
        assert summary.verdict.exit_code != 4, "the gate refused nothing that was planned"


@pytest.mark.parametrize(
    ("kind", "budget"),
    [("live", 300), *(pytest.param(kind, 1000, marks=pytest.mark.long) for kind in ("live", "sandbox", "staging"))],
)
def test_a_whole_run_without_leave_reads_only(recorder, tmp_path, kind, budget):
    arrivals, summary = reached(recorder, tmp_path, kind, (False, False), budget=budget, report_dir=tmp_path / "run")
    assert len(arrivals) > 2 * budget
    assert {each.method for each in arrivals if each.path != "/o/token/"} <= READS
    assert {each.method for each in arrivals if each.path == "/o/token/"} == {"POST"}
    assert summary.verdict.exit_code == 0


def test_deep_without_leave_reads_only_and_so_does_a_run_that_goes_on(description, tmp_path):
    """Generated cases, what they are made smaller to, and what a later run tries again."""
    with recording(description, ("rsp-enum-lower-case", "flt-malformed-ignored")) as recorder:
        options = {"profile": Profile.DEEP, "select": ("/vehicle_makes*", "/support_tickets*")}
        first, summary = reached(
            recorder, tmp_path, "live", (False, False), report_dir=tmp_path / "first", budget=1000, **options
        )
        again, _ = reached(
            recorder, tmp_path, "live", (False, False), report_dir=tmp_path / "second", budget=1000,
            resume=tmp_path / "first", rerun_failed=True, **options,
        )  # fmt: skip
    assert first
    assert again
    assert summary is not None
    assert {each.method for each in (*first, *again) if each.path != "/o/token/"} <= READS


@pytest.mark.parametrize("writes", ["WRT & /user*", pytest.param("WRT", marks=pytest.mark.long)])
def test_only_what_the_run_created_is_deleted_without_leave_for_hardware(recorder, tmp_path, writes):
    before = {f"/v2{path}" for path in recorder.records()}
    arrivals, summary = reached(
        recorder,
        tmp_path,
        "staging",
        (True, False),
        budget=1000,
        select=(writes, "AUT-05"),
        report_dir=tmp_path / "run",
    )
    deleted = {each.path for each in arrivals if each.method == "DELETE"}
    assert deleted
    assert not deleted & before
    assert summary.verdict.exit_code == 0
