"""`webhooks listen` and `webhooks check`, against the built-in server and its seeded faults."""

import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import msgspec
import pytest

from conformance import cli
from conformance.mock_server import faults, run_server
from conformance.mock_server.assembly import ServerSettings, assemble_server
from conformance.model import Verdict
from conformance.webhooks import captures
from conformance.webhooks.delivery_run import build_scope, check_deliveries, receive_deliveries
from conformance.webhooks.inputs import build_sender_target, resolve_api
from conformance.webhooks.listener import Listener
from conformance.webhooks.loopback_server import serve_on_loopback
from reports import RunVerdict, Summary, fold, read_events
from specs.catalogue import load_requirements
from tests.run_log_text import read_log_text
from tests.webhooks.conftest import CREATED, ENDED, SECRET, make_delivery

FAULTS = {name: set(fault.requirements) for name, fault in faults.load_faults().items() if fault.family == "WHK"}
HOURS = 7 * 3600


def simulate_day(control_url: str, base_url: str, url: str) -> None:
    """Let a session begin, its announcement be retried, and the session end."""
    with httpx.Client(base_url=control_url, trust_env=False, timeout=30) as control:
        control.get(f"{base_url}/charging_sub_sessions", headers={"Authorization": "Bearer token-full"})
        control.post("/webhooks", json={"url": url, "secret": SECRET})
        control.post("/sessions")
        control.post("/clock", json={"seconds": 10})
        control.post("/clock", json={"seconds": HOURS})


def list_violated(summary: Summary) -> set[str]:
    return {finding.requirement for finding in summary.findings}


def test_a_right_provider_conforms(tmp_path):
    report = tmp_path / "report"
    with run_server() as server:
        command = [sys.executable, "-m", "conformance", "webhooks", "listen", "--secret", "env:SECRET"]
        command += ["--target", server.base_url, "--refuse", "1", "--deliveries", "4", "--seconds", "20"]
        process = subprocess.Popen(
            [*command, "--report-dir", report], stdout=subprocess.PIPE, env={"SECRET": SECRET, "PATH": ""}, text=True
        )
        assert process.stdout
        simulate_day(server.control_url, server.base_url, process.stdout.readline().removeprefix("ready ").strip())
        process.communicate()
    summary = fold(read_events([report]))
    assert (process.returncode, summary.verdict, list_violated(summary)) == (0, RunVerdict.CONFORMS, set())
    assert summary.counts[Verdict.PASS] == 11  # no retry of the second event is seen
    assert SECRET not in read_log_text(report / "events.jsonl")


@pytest.mark.parametrize("ends", ["by hand", "by --seconds"])
def test_every_answered_delivery_is_judged(tmp_path, payload, ends):
    report, body = tmp_path / "report", msgspec.json.encode(payload(CREATED))
    command = [sys.executable, "-m", "conformance", "webhooks", "listen", "--secret", SECRET, "--report-dir", report]
    limit = ["--seconds", "3"] if ends == "by --seconds" else []
    process = subprocess.Popen([*command, *limit], stdout=subprocess.PIPE, text=True)
    assert process.stdout
    url = process.stdout.readline().removeprefix("ready ").strip()
    answered: list[int] = []

    def deliver(number: int) -> None:
        with httpx.Client(trust_env=False) as client:
            while True:
                headers = make_delivery(
                    None, identifier=f"msg_{number}_{len(answered)}", event=CREATED, body=body
                ).headers
                try:
                    answered.append(client.post(url, headers=list(headers), content=body).status_code)
                except httpx.TransportError:
                    return

    with ThreadPoolExecutor(4) as senders:
        running = [senders.submit(deliver, number) for number in range(4)]
        while not limit and len(answered) < 40:
            time.sleep(0.01)
        if not limit:
            process.send_signal(signal.SIGINT)
        output, _ = process.communicate()
        for one in running:
            one.result()
    summary = fold(read_events([report]))
    assert len(answered) == len(summary.exchanges) == summary.requests_sent
    assert output.count("delivery-") >= len(answered)
    assert process.returncode == 1  # each message has several ids


@pytest.mark.parametrize("fault", FAULTS)
def test_each_seeded_fault_is_seen(sender, tmp_path, fault):
    listener = Listener(refusals=1)
    provider = assemble_server(ServerSettings(faults=(fault,)), sender.description)
    with serve_on_loopback(provider) as origin, serve_on_loopback(listener) as url:
        simulate_day(f"{origin}/_control", f"{origin}/v2", url)
        taken = receive_deliveries(listener.arrived, count=listener.arrived.qsize(), seconds=0)
        scope = build_scope(sender, build_sender_target(url), load_requirements(), tmp_path / "report", command="")
        check_deliveries(
            scope, sender, taken, resolve_api(f"{origin}/v2", None, sender.description.model.operations), url
        )
    summary = fold(read_events([tmp_path / "report"]))
    assert list_violated(summary) & FAULTS[fault]
    assert list_violated(summary) <= FAULTS[fault] | {"WHK-04"}  # what is wrong in the data also differs from the read


@pytest.fixture
def evconform(monkeypatch, tmp_path, capfd):
    def call(*arguments: object) -> tuple[int, str]:
        monkeypatch.chdir(tmp_path)
        monkeypatch.setattr(sys, "argv", ["evconform", *map(str, arguments)])
        with pytest.raises(SystemExit) as end:
            cli.main()
        return int(end.value.code or 0), capfd.readouterr().err

    return call


def test_check_judges_a_capture(evconform, payload, tmp_path):
    right = [make_delivery(payload(CREATED)), make_delivery(payload(ENDED), identifier="msg_2")]
    saved, report = tmp_path / "right.ndjson", tmp_path / "report"
    saved.write_bytes(b"".join(map(captures.encode_delivery, right)))
    assert evconform("webhooks", "check", saved, "--secret", SECRET, "--report-dir", report) == (0, "")
    counts = msgspec.json.decode((report / "summary.json").read_bytes())["counts"]
    assert (counts["PASS"], counts["NOT_TESTED"], counts["NOT_OBSERVABLE"]) == (8, 2, 2)
    assert SECRET not in read_log_text(report / "events.jsonl")


def test_check_finds_a_wrong_signature(evconform, payload, tmp_path):
    saved = tmp_path / "wrong.ndjson"
    saved.write_bytes(captures.encode_delivery(make_delivery(payload(CREATED), at=time.time() - 1000, stamp="1")))
    assert evconform("webhooks", "check", saved, "--secret", SECRET)[0] == 1


def test_nothing_that_came_is_no_pass(evconform, tmp_path):
    (tmp_path / "empty.ndjson").touch()
    assert evconform("webhooks", "check", tmp_path / "empty.ndjson", "--secret", SECRET)[0] == 3


def test_a_wrong_secret_is_told(evconform, tmp_path):
    (tmp_path / "empty.ndjson").touch()
    code, output = evconform("webhooks", "check", tmp_path / "empty.ndjson", "--secret", "whsec_tooshort")
    assert code == 2
    assert "tooshort" not in output


def test_a_taken_port_is_told(evconform):
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        code, output = evconform("webhooks", "listen", "--port", port, "--secret", SECRET, "--seconds", "0.1")
    assert code == 2
    assert str(port) in output
