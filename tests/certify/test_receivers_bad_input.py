"""Endpoints that are down, silent or hostile, and wrong arguments: clear verdicts, nothing lost, nothing vacuous."""

import ssl
import subprocess
import sys
import warnings
from collections import Counter
from contextlib import closing

import httpx
import pytest
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

from conformance import cli
from conformance.certify.webhook_receivers.observation_hook import ObservationHook
from conformance.certify.webhook_receivers.sender import Endpoint, MessageSender
from conformance.certify.webhook_receivers.stimuli import STIMULI
from conformance.errors import UsageError
from conformance.model import Verdict
from reports import RunVerdict, fold, read_events
from tests.certify.conftest import QUICK, failing, verdicts
from tests.receivers import hostile
from tests.receivers.sample import SECRET, Receiver


def is_untested(summary) -> bool:
    """Return whether only the control, and the requirements that are never tested, have a verdict."""
    return len(verdicts(summary, Verdict.NOT_TESTED)) == 31 and not verdicts(summary, Verdict.PASS)


def test_nobody_listens(run_certification):
    summary = run_certification("http://127.0.0.1:9/webhook")
    assert summary.verdict is RunVerdict.INCONCLUSIVE
    assert verdicts(summary, Verdict.INCONCLUSIVE) == {"W01"}
    assert is_untested(summary)


@pytest.mark.parametrize("answer", [hostile.silent, hostile.cut_off, hostile.no_http])
def test_no_answer_is_a_failed_delivery(run_certification, answer):
    with hostile.listen(answer) as endpoint:
        summary = run_certification(endpoint, answer_s=0.5)
    assert failing(summary) == {"W01"}
    assert is_untested(summary)


def test_an_endless_answer_is_cut(run_certification):
    with hostile.listen(hostile.huge) as endpoint:
        summary = run_certification(endpoint, stimuli=QUICK[:1])
    assert [exchange.response.cut for exchange in summary.exchanges] == [True]
    assert len(summary.exchanges[0].response.body) <= 64 * 1024


def test_a_receiver_that_refuses_everything_passes_nothing(run_certification):
    summary = run_certification(Receiver("refuses everything").app)
    assert failing(summary) == {"W01"}
    assert is_untested(summary)
    assert "must accept a valid delivery, got status 401" in summary.stopped[0]


def test_a_receiver_with_another_secret_passes_nothing(run_certification):
    app = Receiver(secret="whsec_" + "QUFB" * 8).app
    assert is_untested(run_certification(app))


def test_a_busy_receiver_is_no_refusal(run_certification):
    asked: Counter[str] = Counter()

    async def take(request):
        asked[request.headers.get("svix-id", "")] += 1
        signed = len(asked) == 1
        return Response(status_code=204 if signed else 429, headers={"retry-after": "0"})

    app = Starlette(routes=[Route("/webhook", take, methods=["POST"])])
    summary = run_certification(
        app, stimuli=tuple(stimulus for stimulus in QUICK if stimulus.requirement in {"W01", "W05", "W12"})
    )
    assert not verdicts(summary, Verdict.PASS) & {"W05", "W12"}
    assert verdicts(summary, Verdict.INCONCLUSIVE) >= {"W05", "W12"}


async def _forget(*_: object) -> None:
    return


async def _respond_not_found(*_: object) -> Response:
    return Response(status_code=404)


@pytest.mark.parametrize(
    ("step", "replacement", "reason"),
    [
        ("_count", _forget, "the observation hook shows no effect of any valid event"),
        ("tell", _respond_not_found, "the observation hook returned 404"),
    ],
)
def test_a_hook_that_shows_nothing_certifies_nothing(run_certification, monkeypatch, step, replacement, reason):
    monkeypatch.setattr("conformance.certify.webhook_receivers.observations.DRAIN_S", 0.0)
    monkeypatch.setattr(Receiver, step, replacement)
    summary = run_certification(Receiver().app, observed=True)
    assert summary.verdict is RunVerdict.INCONCLUSIVE
    assert verdicts(summary, Verdict.INCONCLUSIVE) >= {"W01", "W19", "W22", "W23", "W24", "W25", "W26"}
    assert not failing(summary)
    (control,) = [case for case in summary.case_results if case.requirement == "W01"]
    assert reason in control.reason


def test_a_hook_that_hangs_is_not_waited_for_again_and_again():
    waited = []

    def hang(request: httpx.Request) -> httpx.Response:
        waited.append(request)
        raise httpx.ReadTimeout("no response within 10 s")

    with closing(ObservationHook("http://127.0.0.1/effects", transport=httpx.MockTransport(hang))) as hook:
        effects = [hook.fetch(f"msg_{number}") for number in range(100)]
    assert len(waited) == 3
    assert all("does not respond" in effect.reason for effect in effects)


def test_without_a_hook_effects_are_not_observable(run_certification):
    summary = run_certification(Receiver("no dedupe").app)
    assert verdicts(summary, Verdict.NOT_OBSERVABLE) >= {"W19", "W23", "W24", "W25", "W26"}


@pytest.mark.parametrize(("times", "verdict"), [(1, Verdict.PASS), (2, Verdict.INCONCLUSIVE)])
def test_a_thin_fetch_shows_an_effect(run_certification, world, times, verdict):
    """It reads what a message tells of once, or each time that the message comes."""
    receiver, read_before = Receiver(), Counter()

    async def act(request, identifier, body):
        path = httpx.Response(200, content=body).json()["data"]["url"].removeprefix(world.base_url)
        read_before[identifier] += 1
        if read_before[identifier] <= times:
            async with httpx.AsyncClient(trust_env=False) as client:
                await client.get(world.base_url + path, headers={"Authorization": "Bearer token-readonly"})

    receiver._act = act  # type: ignore[method-assign]
    stimuli = tuple(stimulus for stimulus in QUICK if stimulus.requirement == "W23")
    summary = run_certification(receiver.app, stimuli=(QUICK[0], *stimuli))
    assert verdicts(summary, verdict) >= {"W23"}


@pytest.mark.parametrize(
    "url", ["", "partner.example/hook", "ftp://x/", "https://user:pass@x.example/", "http://x:99999/", "http://[x/"]
)
def test_what_is_no_endpoint_is_refused(url):
    with pytest.raises(UsageError):
        Endpoint(url)


@pytest.fixture
def evconform(monkeypatch, tmp_path, capfd):
    def call(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.chdir(tmp_path)
        monkeypatch.setattr(sys, "argv", ["evconform", "certify", "webhooks", *map(str, arguments)])
        with pytest.raises(SystemExit) as end:
            cli.main()
        return int(end.value.code or 0), *capfd.readouterr()

    return call


@pytest.mark.parametrize("secret", ["whsec_not!base64", "sk_live_abcdefgh", "whsec_c2hvcnQ=", "env:NOT_SET_ANYWHERE"])
def test_a_wrong_secret_is_told_and_not_shown(evconform, secret):
    code, _, errors = evconform("--endpoint", "http://127.0.0.1:9/", "--secret", secret)
    assert code == 2
    assert secret.removeprefix("env:") not in errors or secret.startswith("env:")


def test_an_unknown_requirement_is_told(evconform):
    assert evconform("--endpoint", "http://127.0.0.1:9/", "--secret", SECRET, "--select", "W99")[0] == 2


def test_a_dry_run_sends_nothing_and_names_everything(evconform, monkeypatch):
    monkeypatch.setattr(httpx.Client, "send", None)
    code, out, _ = evconform("--endpoint", "https://partner.example/h", "--secret", SECRET, "--dry-run")
    assert code == 0
    assert all(stimulus.requirement in out for stimulus in STIMULI)
    assert "http://partner.example/h" in out
    assert SECRET not in out


def start_certification(endpoint, directory) -> subprocess.Popen:
    """Start the command in a process of its own."""
    command = ["certify", "webhooks", "--endpoint", endpoint, "--secret", SECRET, "--report-dir", str(directory)]
    return subprocess.Popen([sys.executable, "-m", "conformance", *command], stdout=subprocess.PIPE)


def test_a_kill_leaves_a_readable_record(tmp_path):
    with hostile.listen(hostile.silent) as endpoint:
        process = start_certification(endpoint, tmp_path / "r")
        assert process.stdout
        assert process.stdout.readline().startswith(b"the resources of the deliveries")
        while not (tmp_path / "r/events.jsonl").exists():
            pass
        process.kill()
        process.communicate()
    summary = fold(read_events([tmp_path / "r"]))
    assert summary.cut_off
    assert summary.verdict is RunVerdict.INCONCLUSIVE
    assert summary.planned_count == 33 or not summary.case_results


def _context(tmp_path) -> ssl.SSLContext:
    """Return the TLS context of a server with a self-signed certificate."""
    server, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=localhost"]
    made = subprocess.run([*command, "-keyout", key, "-out", server], capture_output=True, check=False)
    if made.returncode:
        pytest.skip("openssl cannot make a certificate here")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(server, key)
    return context


def test_a_certificate_that_nobody_trusts(run_certification, tmp_path):
    context = _context(tmp_path)

    def over_tls(connection):
        with context.wrap_socket(connection, server_side=True) as secured:
            secured.recv(65536)
            secured.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")

    with hostile.listen(over_tls) as endpoint:
        summary = run_certification(endpoint.replace("http://", "https://"))
    assert failing(summary) == {"W30"}
    assert not verdicts(summary, Verdict.PASS)


@pytest.mark.parametrize(("newest", "accepted"), [(ssl.TLSVersion.TLSv1_1, True), (ssl.TLSVersion.TLSv1_3, False)])
def test_old_tls_is_seen(tmp_path, newest, accepted):
    context = _context(tmp_path)
    if accepted:
        with warnings.catch_warnings(action="ignore", category=DeprecationWarning):
            context.minimum_version, context.maximum_version = ssl.TLSVersion.TLSv1, newest
        context.set_ciphers("ALL:@SECLEVEL=0")

    def shake(connection):
        context.wrap_socket(connection, server_side=True).close()

    with (
        hostile.listen(shake) as endpoint,
        closing(MessageSender(Endpoint(endpoint.replace("http:", "https:")))) as sender,
    ):
        seen = sender.probe_old_tls()
    if seen is None:
        pytest.skip("OpenSSL cannot offer TLS 1.1 here")
    assert seen is accepted


def test_an_end_by_hand_is_reported(tmp_path):
    with hostile.listen(hostile.silent) as endpoint:
        process = start_certification(endpoint, tmp_path / "r")
        assert process.stdout
        process.stdout.readline()
        while b'"item":"W33"' not in _content(tmp_path / "r/events.jsonl"):
            assert process.poll() is None
        process.terminate()
        process.communicate()
    summary = fold(read_events([tmp_path / "r"]))
    assert process.returncode == 3
    assert summary.stopped == ("interrupted",)
    assert (tmp_path / "r/report.html").exists()


def _content(path) -> bytes:
    return path.read_bytes() if path.exists() else b""


def test_a_fault_of_ours_is_said_to_be_one(run_certification, monkeypatch, tmp_path):
    monkeypatch.setattr("conformance.certify.webhook_receivers.response_verdicts.check_refusal", None)
    with pytest.raises(TypeError):
        run_certification(Receiver().app)
    assert fold(read_events([tmp_path / "report"])).verdict is RunVerdict.ERROR


def test_a_hook_that_is_no_url_is_told(evconform):
    code, _, errors = evconform("--endpoint", "http://127.0.0.1:9/", "--secret", SECRET, "--observe", "http://[x")
    assert (code, "--observe" in errors) == (2, True)
