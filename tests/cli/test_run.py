"""The main job, end to end, on real sockets."""

import os
import subprocess
import sys
from collections import Counter
from itertools import pairwise
from pathlib import Path

import httpx
import msgspec
import pytest

from conformance.mock_server import run_server
from conformance.model import Exchanged, ItemFinished, Placed, Planned, RunFinished, RunStarted
from conformance.plan import Catalogue
from conformance.run_log.event_log import LogWriter, read_events
from specs.catalogue import load_requirements
from tests.cli.conftest import REFERENCE
from tests.receivers.sample import SECRET

ROOT = Path(__file__).parents[2]
BREADTH = 215  # requests
LONG = 20  # requests of an item that begins before the others, beside them
SMALL = ("--select", "/vehicle_makes*", "--select", "/evse_models*")


def requests_of(directory):
    return sorted(
        (
            event.exchange.id,
            event.exchange.request.method,
            event.exchange.request.target,
            event.exchange.request.identity,
        )
        for event in read_events([directory])
        if isinstance(event, Exchanged)
    )


def test_the_clean_server_conforms_to_the_bundled_description(evconform):
    ended = evconform("run", *SMALL, "--workers", "1")
    assert ended.code == 0, ended.out + ended.err
    summary = ended.summary
    assert summary["verdict"] == "conforms"
    assert summary["findings"] == []
    assert sum(summary["counts"].values()) == summary["planned"] > 100
    assert summary["counts"]["PASS"] > 50
    assert {path.name for path in ended.directory.iterdir()} >= {
        "events.jsonl",
        "summary.json",
        "report.html",
        "junit.xml",
    }
    events = list(read_events([ended.directory]))
    assert isinstance(events[0], RunStarted)
    assert isinstance(events[-1], RunFinished)
    assert summary["requests_sent"] == sum(events[-1].requests.values())
    assert (ended.directory.parent / "latest").resolve() == ended.directory


@pytest.mark.skipif(not REFERENCE.is_file(), reason="the provider's description is not beside this checkout")
def test_the_whole_real_description_conforms_and_every_operation_is_planned_or_explained(evconform):
    ended = evconform("run", "--description", REFERENCE, "--workers", "1")  # so that the order is that of the plan
    assert ended.code == 0, ended.out[-3000:] + ended.err
    planned, answers = Counter(), []
    for event in read_events([ended.directory / "events.jsonl"]):
        if isinstance(event, Exchanged) and event.exchange.response:
            exchange = event.exchange
            answers.append((exchange.sent_at, exchange.request.operation, exchange.status < 400, event.item))
        if isinstance(event, Planned):
            every = [*event.cases, *(key for keys in event.excluded.values() for key in keys)]
            assert len(every) == len(set(every))
            planned.update(set(every) - {"*"})
    assert len(planned) == 210
    assert set(ended.summary["counts"]) >= {"PASS"}
    sent, expected = ended.summary["requests"], ended.summary["requests_expected"]
    assert set(sent) == set(expected)
    assert max(sent.values()) <= ended.summary["budget"]
    assert {who: sent[who] / count for who, count in expected.items()} == pytest.approx(
        dict.fromkeys(sent, 1), abs=0.05
    )
    by_item = Counter(item for *_, item in answers)
    short = [each for each in sorted(answers) if by_item[each[-1]] < LONG]
    right = [asked if good else "" for _, asked, good, _ in short]
    assert set(right[:BREADTH]) >= set(right) - {"*"}  # whatever has data shows it once before anything goes deep
    assert len(set(right)) > 150


def test_the_same_seed_sends_the_same_requests_on_one_worker_and_on_two(evconform):
    first = evconform("run", *SMALL, "--workers", "1")
    two = evconform("run", *SMALL, "--workers", "2")
    assert (first.code, two.code) == (0, 0), two.out + two.err
    assert requests_of(first.directory) == requests_of(two.directory)
    assert first.summary["counts"] == two.summary["counts"]


def test_what_an_identity_has_left_is_not_overdrawn_when_it_was_used_before(evconform):
    with run_server(rate_limit=200) as server:
        with httpx.Client(base_url=server.base_url, headers={"Authorization": "Bearer token-readonly"}) as client:
            for _ in range(170):
                client.get("/vehicle_makes")
        ended = evconform("run", "--target", server.base_url, "--workers", "1", "--select", "IDS")
    assert ended.code == 0, ended.out + ended.err
    assert 5 < ended.summary["requests"]["readonly"] <= 30
    answers = [
        event.exchange for event in read_events([ended.directory / "events.jsonl"]) if isinstance(event, Exchanged)
    ]
    assert not any(answer.status == 429 and answer.request.identity == "readonly" for answer in answers)
    assert any("budget of" in gap["reason"] for gap in ended.summary["not_tested"])


def test_two_workers_never_write_at_the_same_time(evconform):
    ended = evconform("run", "--allow-writes", "--select", "WRT & /vehicles*", "--workers", "2")
    assert ended.code == 0, ended.out + ended.err
    writing = {name for name, probe in Catalogue.collect(load_requirements()).probes.items() if probe.writes}
    spans = {}
    for event in read_events([ended.directory / "events.jsonl"]):
        if (
            isinstance(event, Exchanged)
            and event.item.partition("[")[0] in writing
            and not event.exchange.request.is_safe
        ):
            at = event.exchange.sent_at
            first, _ = spans.get(event.item, (at, at))
            spans[event.item] = first, at
    assert len(spans) > 15
    assert all(end <= begin for (_, end), (begin, _) in pairwise(sorted(spans.values())))


@pytest.mark.long
def test_a_faulty_server_is_caught_and_the_operation_named(evconform):
    with run_server(faults=("rsp-expansion-fails",)) as server:
        ended = evconform("run", "--target", server.base_url, "--format", "sarif")
    assert ended.code == 1
    actual = [finding for finding in ended.summary["findings"] if finding["requirement"] == "RSP-08"]
    assert actual
    assert actual[0]["curl"].startswith("curl ")
    assert actual[0]["operation"] in ended.out
    results = msgspec.json.decode((ended.directory / "report.sarif").read_bytes())["runs"][0]["results"]
    place = next(result["locations"][0] for result in results if result["ruleId"] == "RSP-08")["physicalLocation"]
    lines = (ROOT / place["artifactLocation"]["uri"]).read_text().splitlines()
    method = actual[0]["operation"].partition(" ")[0].lower()
    assert lines[place["region"]["startLine"] - 1].strip() == f"{method}:"


def test_a_killed_run_still_tells_the_lines(evconform, tmp_path):
    with run_server(faults=("rsp-expansion-fails",)) as server:
        ended = evconform("run", "--target", server.base_url, "--select", "EXP & /evses", "--select", "RSP-08 & /evses")
    killed = tmp_path / "killed" / "workers"
    killed.mkdir(parents=True)
    with LogWriter(killed / "main.jsonl") as log:
        for event in read_events([ended.directory / "events.jsonl"]):
            if not isinstance(event, Placed | RunFinished):
                log.append(event)

    built = evconform("report", "build", killed.parent, "--format", "annotations", "--format", "sarif")
    assert (built.code, ended.code) == (1, 1)
    told = [line for line in (killed.parent / "annotations.txt").read_text().splitlines() if "::error" in line]
    assert told
    assert all(".yaml,line=" in item for item in told)
    second = evconform("report", "build", killed.parent, "--description", Path("gone.yaml"))
    assert (second.code, "gone.yaml" in second.err) == (2, True)


def test_a_reader_that_goes_away_changes_no_verdict(tmp_path):
    command = [
        sys.executable,
        "-m",
        "conformance",
        "run",
        *SMALL,
        "--workers",
        "1",
        "--report-dir",
        str(tmp_path / "r"),
    ]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    process.stdout.close()
    lines = process.stderr.read()
    process.stderr.close()
    assert process.wait() == 0, lines
    assert (tmp_path / "r" / "report.html").is_file()


@pytest.mark.parametrize(
    "arguments",
    [
        ("run", "--plan", "--profile", "smoke"),
        ("requirements",),
        ("description", "show"),
        ("serve", "--list-faults"),
        ("doctor",),
        ("certify", "client", "--dry-run", "--", sys.executable),
        ("certify", "webhooks", "--dry-run", "--endpoint", "http://127.0.0.1:1/h", "--secret", SECRET),
    ],
    ids=lambda arguments: " ".join(arguments[:3]),
)
def test_a_table_that_nobody_reads_on_is_no_violation(arguments):
    process = subprocess.Popen(
        [sys.executable, "-m", "conformance", *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    process.stdout.close()
    lines = process.stderr.read()
    process.stderr.close()
    assert process.wait() == 0, lines


def test_an_error_that_nobody_reads_keeps_its_exit_code():
    command = [sys.executable, "-m", "conformance", "run", "--target", "nowhere"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    process.stdout.close()
    process.stderr.close()
    assert process.wait() == 2


def test_a_plan_sends_nothing_and_says_what_it_would_cost(evconform, monkeypatch):
    def never(*args, **kwargs):
        pytest.fail("a plan starts no server")

    monkeypatch.setattr("conformance.execution.setup.start_server", never)
    ended = evconform("run", "--plan", "--profile", "smoke")
    assert ended.code == 0
    assert "requests: about" in ended.out
    assert not list(ended.directory.parent.glob("evconform-out"))


def test_a_selection_that_fits_nothing_was_mistyped(evconform):
    ended = evconform("run", "--select", "/no_such_path", "--workers", "1")
    assert ended.code == 2
    assert "'/no_such_path' matches no requirement or operation" in ended.err


def test_a_shard_without_anything_to_do_is_no_success(evconform):
    ended = evconform("run", "--select", "tag:EVSEs & EXP", "--shard", "2/90", "--workers", "1")
    assert ended.code == 3
    assert ended.summary["verdict"] == "inconclusive"


@pytest.mark.parametrize("workers", [1, 2])
def test_the_project_that_somebody_stands_in_has_no_say(evconform, monkeypatch, tmp_path, workers):
    (tmp_path / "tests").mkdir()
    for folder in (tmp_path, tmp_path / "tests"):
        (folder / "conftest.py").write_text("raise SystemExit('read')")
        (folder / "pytest.ini").write_text("[pytest]\naddopts = --no-such-option")
    monkeypatch.setenv("PYTEST_ADDOPTS", "--no-such-option")
    monkeypatch.setenv("PYTEST_PLUGINS", "no_such_plugin")
    assert evconform("run", "--select", "GET /users", "--workers", workers).code == 0
    assert os.environ["PYTEST_ADDOPTS"] == "--no-such-option"


def test_a_budget_is_kept_and_its_lack_explained(evconform):
    ended = evconform("run", "--budget", "12", "--workers", "1")
    assert max(ended.summary["requests"].values()) <= 12
    reasons = " ".join(gap["reason"] for gap in ended.summary["not_tested"])
    assert "budget of 12" in reasons


@pytest.mark.long
def test_shards_together_are_the_whole(evconform):
    whole = evconform("run", "--select", "EXP", "--workers", "1")
    parts = [evconform("run", "--select", "EXP", "--workers", "1", "--shard", f"{i}/2") for i in (1, 2)]
    merged = evconform("report", "build", *(part.directory for part in parts), "--report-dir", "merged")
    assert merged.code == whole.code == 0
    summary = msgspec.json.decode((whole.directory.parent / "merged" / "summary.json").read_bytes())
    assert summary["counts"] == whole.summary["counts"]
    assert summary["planned"] == whole.summary["planned"]


@pytest.mark.long
def test_a_run_that_a_budget_cut_short_is_finished_by_resuming_it(evconform):
    whole = evconform("run", *SMALL, "--workers", "1")
    part = evconform("run", *SMALL, "--workers", "1", "--budget", "20")
    assert part.summary["counts"]["PASS"] < whole.summary["counts"]["PASS"]
    rest = evconform("run", *SMALL, "--workers", "1", "--resume", part.directory)
    assert rest.summary["counts"] == whole.summary["counts"]
    again = {event.item for event in _finished(rest.directory)}
    assert len(again) == len(_finished(rest.directory))


def _finished(directory):
    return [event for event in read_events([directory / "events.jsonl"]) if isinstance(event, ItemFinished)]


@pytest.mark.long
def test_another_seed_cannot_complete_a_run(evconform):
    part = evconform("run", *SMALL, "--workers", "1", "--budget", "20")
    second = evconform("run", *SMALL, "--resume", part.directory, "--seed", "2")
    assert second.code == 2
    assert "seed" in second.err


@pytest.mark.long
def test_ci_is_told_where_it_looks(evconform, tmp_path, monkeypatch):
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "step.md"))
    earlier = evconform("run", *SMALL, "--workers", "1")
    ended = evconform(
        "run", *SMALL, "--workers", "1", "--format", "markdown", "--format", "annotations", "--since", earlier.directory
    )
    assert ended.code == 0
    assert (tmp_path / "step.md").read_text() == (ended.directory / "summary.md").read_text()
    assert (ended.directory / "annotations.txt").read_text() in ended.out
