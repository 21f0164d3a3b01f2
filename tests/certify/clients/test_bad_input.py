"""Commands that cannot be started, and clients that crash, hang, flood, fork or use wrong URLs."""

import os
import re
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import psutil
import pytest

from conformance import cli
from conformance.certify.api_clients import client_process, scenario_runner
from conformance.certify.api_clients.client_plan import build_default_plan, build_template, read_plan
from conformance.certify.api_clients.process_watchdog import PROCESS_MARK
from conformance.certify.api_clients.tasks import PROFILES, TASKS, describe_profiles
from conformance.certify.api_clients.trace import ProcessEnd, ProcessResult
from conformance.errors import UsageError
from conformance.model import Verdict
from reports import RunVerdict, fold
from reports import read_events as events
from tests.certify.clients.mutants import MUTANTS
from tests.certify.clients.sample import COMMAND
from tests.certify.conftest import verdicts
from tests.run_log_text import read_log_text

HOSTILE = str(Path(__file__).with_name("hostile.py"))
LIST = ("list_vehicles",)


@pytest.fixture
def certify_hostile(certify_sample, write_plan, monkeypatch):
    monkeypatch.setattr(client_process, "_LEFT_BEHIND_S", 0.2)

    def run(behaviour: str, **options):
        return certify_sample(
            command=(sys.executable, HOSTILE, behaviour), plan=write_plan(*LIST), select=("C01", "C09"), **options
        )

    return run


def join_reasons(summary) -> str:
    return " ".join(result.reason for result in summary.case_results)


@pytest.mark.parametrize(
    ("behaviour", "words"),
    [
        ("crashes", "exit status -6"),
        ("fails", "RuntimeError"),
        ("wrong_port", "its base URL received no request"),
        ("strays", "its base URL received no request"),
        ("talks", "its base URL received no request"),
        ("detaches", "its base URL received no request"),
    ],
)
def test_a_client_that_does_not_do_its_task_passes_nothing(certify_hostile, behaviour, words):
    summary = certify_hostile(behaviour)
    assert summary.verdict is RunVerdict.INCONCLUSIVE
    assert verdicts(summary, Verdict.INCONCLUSIVE) == {"C01", "C09"}
    assert not verdicts(summary, Verdict.PASS)
    assert words in join_reasons(summary)
    assert "2 MUST cases inconclusive, because the client sent nothing to judge" in summary.reasons


@pytest.mark.parametrize(("task", "requirement"), [("revoke_token", "C13"), ("add_vehicle", "C15"), ("sign_in", "C12")])
def test_a_declared_task_that_is_not_done_is_reported(certify_sample, write_plan, task, requirement):
    summary = certify_sample(command=("true",), plan=write_plan(task), select=(requirement,))
    assert verdicts(summary, Verdict.INCONCLUSIVE) == {requirement}
    assert f"does not do {task}" in join_reasons(summary)
    assert summary.verdict is RunVerdict.INCONCLUSIVE


def test_a_client_that_hangs_is_stopped(certify_hostile):
    summary = certify_hostile("hangs", limit_s=0.5)
    assert verdicts(summary, Verdict.INCONCLUSIVE) == {"C01", "C09"}
    assert "was stopped at its time limit" in join_reasons(summary)


def test_a_client_that_floods_is_stopped(certify_hostile):
    summary = certify_hostile("floods")
    assert "too many requests" in join_reasons(summary)
    assert not verdicts(summary, Verdict.PASS)
    assert len(summary.exchanges) == 1_000


def test_processes_that_a_client_leaves_running_are_ended(certify_hostile, tmp_path):
    certify_hostile("detaches")
    pid = int((tmp_path / "report/output/control-list-vehicles.txt").read_text())
    assert not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


def test_a_process_that_a_client_leaves_behind_is_watched_to_its_end(tmp_path):
    written = tmp_path / "written"
    result = client_process.run_client(
        ("sh", "-c", f"(sleep 0.3; touch {written}) >/dev/null 2>&1 &"),
        {PROCESS_MARK: tmp_path.name},
        limit_s=5.0,
        is_flooded=lambda: False,
        is_stopped=lambda: False,
    )
    assert result.is_successful
    assert result.seconds < 0.3
    assert written.exists()


def test_requests_outside_of_all_scenarios_are_reported(certify_hostile):
    summary = certify_hostile("strays")
    assert any("GET /v2/vehicles" in notice.message for notice in summary.notices if notice.topic == "stray")


def test_secrets_in_output_are_redacted(certify_hostile, tmp_path):
    certify_hostile("fails")
    output = (tmp_path / "report/output/control-list-vehicles.txt").read_text()
    assert "the secret is [redacted" in output


def test_secrets_in_http_basic_are_redacted(certify_hostile, tmp_path):
    certify_hostile("debugs")
    output = (tmp_path / "report/output/control-list-vehicles.txt").read_text()
    assert "Basic [redacted" in output


def test_output_is_bounded(certify_hostile, tmp_path):
    certify_hostile("talks")
    assert len((tmp_path / "report/output/control-list-vehicles.txt").read_text()) <= 32 * 1024


def test_a_condition_that_is_never_met_is_inconclusive(certify_sample, write_plan):
    begins = "import os, runpy, sys; os.environ['EVCONFORM_CASE'].startswith('control')"
    body = f"{begins} and runpy.run_path(sys.argv[1], run_name='__main__')"
    command = (sys.executable, "-c", body, COMMAND[1])
    summary = certify_sample(command=command, plan=write_plan("create_user"), select=("C07",))
    assert verdicts(summary, Verdict.INCONCLUSIVE) == {"C07"}
    assert "the client never met the condition" in join_reasons(summary)
    assert summary.verdict is RunVerdict.INCONCLUSIVE


def test_declined_tasks_are_listed(certify_sample, write_plan):
    summary = certify_sample(plan=write_plan("revoke_token"))
    declined = [result for result in summary.case_results if result.reason.startswith("declined")]
    assert {result.operation for result in declined} >= {"TASK list_vehicles", "TASK create_user"}
    assert {result.verdict for result in declined} == {Verdict.NOT_APPLICABLE}
    assert summary.verdict is RunVerdict.CONFORMS


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--", "no-such-program-anywhere"], "cannot be found"),
        ([], "no command"),
        (["--plan", "no-such-plan.toml", "--", "true"], "cannot be read"),
        (["--select", "C99", "--", "true"], "C99"),
        (["--profile", "pilot", "--", "true"], "must be one of reader"),
    ],
)
def test_wrong_arguments_are_usage_errors(arguments, words, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["evconform", "certify", "client", *arguments])
    with pytest.raises(SystemExit) as error:
        cli.main()
    output = capsys.readouterr()
    assert error.value.code == 2
    assert words in output.out + output.err


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[client]\nname = 1",
        '[client]\nname = "a"\nversion = "1"\nkind = "secret"\n[tasks]\nlist_vehicles = true',
        '[client]\nname = "a"\nversion = "1"\n[tasks]\nfly = true',
        '[client]\nname = "a"\nversion = "1"\n[tasks]\nlist_vehicles = false',
        '[client]\nname = "a"\nversion = "1"\ncolour = "red"\n[tasks]\nlist_vehicles = true',
    ],
)
def test_an_invalid_plan_is_a_usage_error(tmp_path, text):
    path = tmp_path / "plan.toml"
    path.write_text(text)
    with pytest.raises(UsageError):
        read_plan(path)


def test_the_template_is_a_valid_plan(tmp_path):
    path = tmp_path / "plan.toml"
    path.write_text(build_template().replace("= false", "= true"))
    assert read_plan(path).declared_tasks == tuple(TASKS)
    assert read_plan(path).profile == "full"


def test_a_plan_is_reduced_to_a_profile_that_it_covers():
    plan = build_default_plan("client")
    assert plan.select_profile("full").profile == "full"
    assert plan.select_profile("reader").declared_tasks == ("list_vehicles", "read_vehicles")
    with pytest.raises(UsageError, match="needs the task"):
        plan.select_profile("reader").select_profile("full")


def test_tasks_complete_profiles():
    assert describe_profiles(PROFILES["reader"], is_public=False) == "reader"
    assert describe_profiles({"list_vehicles"}, is_public=False) == "partial"
    assert describe_profiles(set(TASKS) - {"sign_in"}, is_public=False) == "full"
    assert describe_profiles(set(TASKS) - {"sign_in"}, is_public=True) != "full"


def start_certification(tmp_path: Path, *arguments: str) -> subprocess.Popen[str]:
    command = [
        sys.executable,
        "-m",
        "conformance",
        "certify",
        "client",
        "--report-dir",
        str(tmp_path / "r"),
        *arguments,
    ]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def wait_until(condition, seconds: float = 30.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_an_interrupted_run_is_reported(tmp_path, write_plan):
    process = start_certification(tmp_path, "--plan", str(write_plan(*LIST)), "--", sys.executable, HOSTILE, "hangs")
    wait_until(lambda: any(HOSTILE in child.cmdline() for child in psutil.Process(process.pid).children()))
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=30)
    summary = fold(events([tmp_path / "r"]))
    assert process.returncode == 3
    assert summary.stopped == ("interrupted",)
    assert not verdicts(summary, Verdict.PASS)
    assert (tmp_path / "r/report.html").exists()


def test_an_interrupt_stops_running_clients(certify_sample, write_plan, monkeypatch):
    stops, begun = [], Event()

    class Interrupted(ThreadPoolExecutor):
        def submit(self, *arguments):
            if self._threads:
                assert begun.wait(30)
                raise KeyboardInterrupt
            return super().submit(*arguments)

    def wait_for_stop(*_, is_stopped, **__):
        begun.set()
        wait_until(is_stopped)
        stops.append(is_stopped())
        return ProcessResult(ProcessEnd.STOPPED)

    monkeypatch.setattr(scenario_runner, "ThreadPoolExecutor", Interrupted)
    monkeypatch.setattr(scenario_runner, "run_client", wait_for_stop)
    summary = certify_sample(plan=write_plan("list_vehicles", "read_vehicles"))
    assert (stops, summary.stopped) == ([True], ("interrupted",))


def test_an_operator_can_start_the_client(tmp_path, write_plan):
    process = start_certification(
        tmp_path, "--plan", str(write_plan(*LIST)), "--select", "unguessable-cursor", "--serve"
    )
    cases: list[dict[str, str]] = []
    while not (line := process.stdout.readline()).startswith("Run your client"):
        if ": task " in line:
            cases.append({})
        elif not line.strip().startswith("#"):
            name, _, value = line.strip().partition("=")
            cases[-1][name] = value
    assert [case["EVCONFORM_CASE"] for case in cases] == ["control-list-vehicles", "unguessable-cursor"]
    for case in cases:
        subprocess.run(COMMAND, env={**os.environ, **case}, check=True, capture_output=True)
    process.communicate("\n", timeout=30)
    summary = fold(events([tmp_path / "r"]))
    assert verdicts(summary, Verdict.PASS) == {"C01"}
    assert process.returncode == 0


def test_a_verdict_contains_no_token(certify_sample, write_plan, tmp_path):
    mutant = next(mutant for mutant in MUTANTS if mutant.name == "token in the query")
    summary = certify_sample(*mutant.edits, plan=write_plan(*LIST), select=("C01", "C25"))
    assert verdicts(summary, Verdict.FAIL) == {"C25"}, [finding.message for finding in summary.findings]
    record = read_log_text(tmp_path / "report" / "events.jsonl")
    assert "access_token=" in record
    assert not re.search(r"access_token=[A-Za-z0-9_-]{12}", record)
