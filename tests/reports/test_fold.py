import random

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

import reports
from conformance.errors import LogError
from conformance.model import (
    Case,
    Catalogued,
    Exchange,
    Exchanged,
    Kind,
    Level,
    Noticed,
    Observed,
    Outcome,
    Planned,
    Request,
    Requirement,
    RunFinished,
    RunStarted,
    Source,
    Verdict,
)
from conformance.run_log.event_log import CUT_OFF_TOPIC, LogWriter
from tests.reports.generator import Settings, events

RUN = events(Settings(exchanges=40, undecided=1))
WHOLE = reports.fold(RUN)

CASES = [Case(rule, operation) for rule in ("EXP-04", "RSP-06") for operation in ("GET /evses", "GET /users", "*")]
RULES = Catalogued(
    tuple(
        Requirement(name, level, "It holds.", Source("guide", "1"), Kind.PASSIVE, "all")
        for name, level in (("EXP-04", Level.MUST), ("RSP-06", Level.SHOULD))
    )
)
outcomes = st.builds(
    lambda case, verdict, message, pointer, exchanges, cause, times: Observed(
        Outcome(case.requirement, case.operation, verdict, message, "", "", pointer, tuple(exchanges), cause, times)
    ),
    st.sampled_from(CASES),
    st.sampled_from(Verdict),
    st.sampled_from(["", "one", "two"]),
    st.sampled_from(["", "/0/a", "/1/a", "/b"]),
    st.lists(st.sampled_from(["x1", "x2"]), max_size=2, unique=True),
    st.sampled_from(["", "stale"]),
    st.integers(1, 3),
)
exchanges = st.builds(
    lambda name, at: Exchanged(Exchange(name, Request("GET /evses", "GET", "/evses"), "http://h/v2/evses", float(at))),
    st.sampled_from(["x1", "x2"]),
    st.integers(0, 3),
)
plans = st.lists(st.sampled_from(CASES), unique=True).map(
    lambda chosen: [
        Planned(rule, tuple(c.operation for c in chosen if c.requirement == rule), {"left": ("GET /users",)})
        for rule in ("EXP-04", "RSP-06")
    ]
)
FOOTER = RunFinished(9.0, {"full": 3})
runs = st.tuples(plans, st.lists(outcomes | exchanges, max_size=12), st.booleans()).map(
    lambda parts: [RUN[0], RULES, *parts[0], *parts[1], *([FOOTER] if parts[2] else [])]
)


@given(runs, st.randoms(use_true_random=False))
def test_the_order_of_events_does_not_matter(run, shuffler):
    shuffled = list(run)
    shuffler.shuffle(shuffled)
    assert reports.fold(shuffled) == reports.fold(run)


@given(runs)
def test_reading_a_log_twice_changes_nothing(run):
    assert reports.fold([*run, *run]) == reports.fold(run)


@given(runs, st.data())
def test_logs_of_workers_merge_to_the_log_of_the_whole(run, data):
    owner = [data.draw(st.integers(0, 2)) for _ in run]
    shared = [e for e in run if isinstance(e, RunStarted | Catalogued | Planned | RunFinished)]
    parts = [[*shared, *(e for e, o in zip(run, owner, strict=True) if o == worker)] for worker in range(3)]
    assert reports.fold([e for part in parts for e in part]) == reports.fold(run)


@given(runs)
def test_every_planned_case_counts_once(run):
    summary = reports.fold(run)
    planned = {Case(e.requirement, o) for e in run if isinstance(e, Planned) for o in e.cases}
    assert sum(summary.counts.values()) == summary.planned_count == len(planned)
    seen = {e.outcome.case for e in run if isinstance(e, Observed)}
    assert {result.case for result in summary.unplanned_results} == seen - planned


@given(runs)
def test_no_violation_is_lost_between_observation_and_verdict(run):
    failed = any(
        e.outcome.verdict is Verdict.FAIL and e.outcome.requirement == "EXP-04" for e in run if isinstance(e, Observed)
    )
    error = any(e.outcome.verdict is Verdict.ERROR for e in run if isinstance(e, Observed))
    verdict = reports.fold(run).verdict
    if error:
        assert verdict is reports.RunVerdict.ERROR
    elif failed:
        assert verdict is reports.RunVerdict.VIOLATIONS
    else:
        assert verdict not in {reports.RunVerdict.VIOLATIONS, reports.RunVerdict.ERROR}


@given(runs)
def test_a_truncated_run_never_conforms(run):
    cut = [event for event in run if not isinstance(event, RunFinished)]
    assert reports.fold(cut).verdict not in {reports.RunVerdict.CONFORMS, reports.RunVerdict.WAIVED}


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        ((Verdict.PASS, Verdict.FAIL), Verdict.FAIL),
        ((Verdict.FAIL, Verdict.ERROR), Verdict.ERROR),
        ((Verdict.PASS, Verdict.INCONCLUSIVE), Verdict.INCONCLUSIVE),
        ((Verdict.REVIEW, Verdict.WARN), Verdict.REVIEW),
        ((Verdict.PASS, Verdict.NOT_TESTED), Verdict.PASS),
        ((Verdict.PASS, Verdict.NOT_OBSERVABLE), Verdict.PASS),
        ((Verdict.PASS, Verdict.NOT_APPLICABLE), Verdict.PASS),
        ((Verdict.NOT_APPLICABLE, Verdict.NOT_TESTED), Verdict.NOT_TESTED),
        ((Verdict.NOT_TESTED, Verdict.NOT_OBSERVABLE), Verdict.NOT_OBSERVABLE),
    ],
)
def test_the_gravest_observation_decides_a_case(seen, expected):
    observed = [Observed(Outcome("EXP-04", "*", verdict)) for verdict in seen]
    summary = reports.fold([RUN[0], RULES, Planned("EXP-04", ("*",)), *observed, FOOTER])
    assert summary.counts[expected] == summary.planned_count == 1


def test_a_violated_should_is_a_warning():
    observed = Observed(Outcome("RSP-06", "*", Verdict.FAIL, "an extra field"))
    summary = reports.fold([RUN[0], RULES, Planned("RSP-06", ("*",)), observed, FOOTER])
    assert summary.counts[Verdict.WARN] == 1
    assert [finding.verdict for finding in summary.findings] == [Verdict.WARN]
    assert summary.verdict is not reports.RunVerdict.VIOLATIONS


@pytest.mark.parametrize(
    ("footer", "reason"), [([FOOTER], "nothing was recorded for it"), ([], "the run ended before it was judged")]
)
def test_silence_is_not_tested_with_its_reason(footer, reason):
    (result,) = reports.fold([RUN[0], RULES, Planned("EXP-04", ("*",)), *footer]).case_results
    assert (result.verdict, result.reason) == (Verdict.NOT_TESTED, reason)


def test_one_cause_gives_one_finding_a_requirement_and_operation():
    observed = [
        Observed(Outcome("EXP-04", "GET /evses", Verdict.FAIL, "differs", pointer=f"/{n}/model", exchanges=(f"x{n}",)))
        for n in range(4)
    ]
    (finding,) = reports.fold([RUN[0], RULES, *observed]).findings
    assert finding.times == 4
    assert finding.exchanges == ("x0", "x1", "x2", "x3")
    assert finding.pointer == "/0/model"


def test_findings_keep_their_id_when_a_later_run_sees_them_elsewhere_and_more_often():
    def found(*numbers):
        observed = [
            Observed(Outcome("EXP-04", "*", Verdict.FAIL, pointer=f"/{n}/m", exchanges=(f"x{n}",))) for n in numbers
        ]
        return [finding.id for finding in reports.fold([RUN[0], RULES, *observed]).findings]

    assert found(0) == found(3, 5, 7)


def test_cut_off_logs_say_so():
    assert reports.fold(RUN).cut_off == ()
    assert reports.fold([*RUN, Noticed(CUT_OFF_TOPIC, "gw1.jsonl ends")]).cut_off == ("gw1.jsonl ends",)
    assert reports.fold(RUN[1:]).cut_off == ("there is no header",)


def test_one_shard_alone_is_whole_and_a_missing_one_among_several_is_not():
    def shard(name):
        return [
            msgspec.structs.replace(RUN[0], shard=name),
            *RUN[1:-1],
            RunFinished(float(len(name) + ord(name[0])), {}),
        ]

    assert reports.fold(shard("1/3")).cut_off == ()
    assert reports.fold([*shard("1/3"), *shard("2/3"), *shard("3/3")]).cut_off == ()
    assert reports.fold([*shard("1/3"), *shard("3/3")]).cut_off == ("shard 2/3 is missing",)


def test_logs_of_different_runs_are_refused():
    second = msgspec.structs.replace(RUN[0], description_sha256="00" * 32)
    with pytest.raises(LogError, match="different runs: description"):
        reports.fold([*RUN, second])


def test_a_run_rebuilt_from_its_log_on_disk_is_the_same(tmp_path):
    shuffled = list(RUN[1:-1])
    random.Random(3).shuffle(shuffled)  # noqa: S311
    with LogWriter(tmp_path / "events.jsonl") as log:
        for event in (RUN[0], *shuffled, RUN[-1]):
            log.append(event)
    assert reports.fold(reports.read_events([tmp_path])) == WHOLE


def test_requests_are_counted_by_identity():
    sent = [
        Exchanged(Exchange(f"x{n}", Request("*", "GET", "/", identity=who), "http://h/", n))
        for n, who in enumerate("aab")
    ]
    assert reports.fold([*sent, RunFinished(1.0, {"b": 4})]).requests == {"a": 2, "b": 4}
