"""Run logs of made-up certifications, and keys to sign them with."""

import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from conformance import cli
from conformance.certificates.issuance import record_attempt, sign_certificate
from conformance.certificates.keys import KeyFiles, Signer, build_signer, create_keys
from conformance.certificates.statement import Certificate
from conformance.model import (
    Catalogued,
    Certification,
    Certified,
    Kind,
    Level,
    Observed,
    Outcome,
    Planned,
    Profile,
    Requirement,
    RunFinished,
    RunStarted,
    Source,
    Target,
    TargetKind,
    Verdict,
)
from conformance.run_log.event_log import LogWriter
from reports import Summary, fold, read_events

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
OPERATION = "POST webhook"
GOOD = {"W01": Verdict.PASS, "W02": Verdict.PASS, "S01": Verdict.PASS}
SUBJECT = Certification(Certified.WEBHOOKS, "Acme receiver", "1.4.2", "standard", "a" * 64, "b" * 64)


def events(
    verdicts: Mapping[str, Verdict] = GOOD,
    *,
    reason: str = "the reason",
    certification: Certification | None = SUBJECT,
    known: tuple[str, ...] = (),
    ended: datetime | None = NOW,
    stopped: str = "",
):
    """Yield the events of a run with these verdicts; W is a MUST, S a SHOULD, `known` were not planned."""
    target = Target("webhook receiver", TargetKind.URL, "https://partner.example/h")
    start = (ended or NOW).timestamp() - 5
    yield RunStarted(
        "run", start, "0.1.0", target, "API", "2", "c" * 64, "d.yaml", Profile.STANDARD, 1, certification=certification
    )
    yield Catalogued(tuple(map(_requirement, sorted({*verdicts, *known}))))
    for name, verdict in verdicts.items():
        yield Planned(name, (OPERATION,))
        yield Observed(Outcome(name, OPERATION, verdict, "" if verdict is Verdict.PASS else reason))
    if ended:
        yield RunFinished(ended.timestamp(), {"": 3}, stopped)


def _requirement(name: str) -> Requirement:
    level = Level.MUST if name.startswith("W") else Level.SHOULD
    return Requirement(name, level, f"{name} holds.", Source("document", "section"), Kind.PROBE, "partner")


def write_log(directory: Path, *args: object, **options: object) -> Path:
    """Write the run log of such a run."""
    with LogWriter(directory / "events.jsonl") as log:
        for event in events(*args, **options):
            log.append(event)
    return log.path


def fold_log(log: Path) -> Summary:
    return fold(read_events([log]))


@pytest.fixture(scope="session")
def signer() -> Signer:
    return build_signer(Ed25519PrivateKey.from_private_bytes(bytes(range(32))))


@pytest.fixture
def make_certificate(tmp_path: Path, signer: Signer) -> Callable[..., tuple[Path, Certificate]]:
    """Return a function that makes and signs a run log; it returns `certificate.json` and its content."""

    def make(name: str = "run", *, now: datetime = NOW, days: int = 365, **options: object) -> tuple[Path, Certificate]:
        log = write_log(tmp_path / name, **options)
        summary = fold_log(log)
        certificate = sign_certificate(
            summary, record_attempt(summary, log), signer, now=now + timedelta(seconds=1), days=days
        )
        assert certificate is not None
        return log.parent / "certificate.json", certificate

    return make


@pytest.fixture
def keys(tmp_path: Path) -> KeyFiles:
    return create_keys(tmp_path / "keys")


@pytest.fixture
def evconform(monkeypatch, tmp_path, capfd):
    """Return a function that runs the command; it returns exit code, output and errors."""

    def call(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.chdir(tmp_path)
        monkeypatch.setattr(sys, "argv", ["evconform", *map(str, arguments)])
        with pytest.raises(SystemExit) as end:
            cli.main()
        return int(end.value.code or 0), *capfd.readouterr()

    return call
