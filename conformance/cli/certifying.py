"""What commands that judge outside pytest share: showing and certifying what came of it."""

import re
import shlex
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from conformance.cli.terminal import Terminal
from conformance.errors import HarnessError
from conformance.execution.directories import point_latest
from reports import Summary, build, fold, read, waivers
from reports.terminal import render

if TYPE_CHECKING:
    from conformance.certificates.keys import Signer

_DEFAULT_FORMATS = ("html", "json", "junit")
_UNSIGNED = 3


class Wanted(msgspec.Struct, frozen=True):
    """What is to be made of a finished record: its formats, waivers, chain of attempts, and a signature."""

    formats: tuple[str, ...] = ()
    waivers: Path | None = None
    attempts: Path | None = None
    signer: "Signer | None" = None
    days: int = 365


def wanted(
    formats: list[str] | None, waived: Path | None, attempts: Path | None, key: Path | None, days: int
) -> Wanted:
    """What somebody asked for; reads the key before anything is sent, and raises CertificateError."""
    if key is None:
        return Wanted(tuple(formats or ()), waived, attempts, None, days)
    from conformance.certificates.keys import private_key

    return Wanted(tuple(formats or ()), waived, attempts, private_key(key), days)


def show(log: Path, want: Wanted | None = None) -> int:
    """Write reports of a log, certify where that is wanted, print what came of it, and give the exit code."""
    want = want or Wanted()
    summary, unsigned = fold(read([log])), False
    if want.waivers:
        summary = waivers.apply(summary, waivers.load(want.waivers), datetime.now(UTC).date())
    formats = tuple(dict.fromkeys((*_DEFAULT_FORMATS, *want.formats)))
    if want.signer is not None or (summary.started is not None and summary.started.certification is not None):
        try:
            summary, signed = _certified(summary, log, want)
        except HarnessError:
            build(summary, log.parent, formats)  # what was seen is shown, whatever becomes of the certificate
            raise
        unsigned = want.signer is not None and not signed
    written = build(summary, log.parent, formats)
    point_latest(log.parent)
    render(summary, Terminal(soft_wrap=not sys.stdout.isatty()), written.get("html"))
    return summary.verdict.exit_code or (_UNSIGNED if unsigned else 0)


def command_line() -> str:
    """The command as it was given, without secrets."""
    return re.sub(r"whsec_[^\s']+", "whsec_…", shlex.join(["evconform", *sys.argv[1:]]))


def _certified(summary: Summary, log: Path, want: Wanted) -> tuple[Summary, bool]:
    """The summary with its place among the attempts, and whether a certificate was signed."""
    from conformance.certificates.signing import attempted, sign, state

    attempt = attempted(summary, log, want.attempts)
    signed = want.signer is not None and (
        sign(summary, attempt, want.signer, now=datetime.now(UTC), days=want.days) is not None
    )
    return msgspec.structs.replace(summary, certificate=state(attempt, signed=signed)), signed
