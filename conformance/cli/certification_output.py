"""The end of a certification: reports, certificate and exit code."""

import re
import shlex
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from conformance.cli.conclusion import apply_waivers, load_waivers, print_summary
from conformance.errors import HarnessError
from conformance.reporting.builder import report
from reports import DEFAULT_FORMATS, Summary, build, fold, read

if TYPE_CHECKING:
    from conformance.certificates.keys import Signer

_EXIT_UNSIGNED = 3


class Wanted(msgspec.Struct, frozen=True):
    """The output that a command asks for: formats, waivers, chain of attempts, and a signature."""

    formats: tuple[str, ...] = ()
    waivers: Path | None = None
    attempts: Path | None = None
    signer: "Signer | None" = None
    days: int = 365


def wanted(
    formats: list[str] | None, waived: Path | None, attempts: Path | None, key: Path | None, days: int
) -> Wanted:
    """Return the output that the options ask for; read the key before anything is sent.

    Raises:
        CertificateError: the key cannot be read.
    """
    if key is None:
        return Wanted(tuple(formats or ()), waived, attempts, None, days)
    from conformance.certificates.keys import private_key

    return Wanted(tuple(formats or ()), waived, attempts, private_key(key), days)


def show(log: Path, want: Wanted | None = None) -> int:
    """Write the reports of a run log, sign a certificate if asked to, print the summary; return the exit code."""
    want = want or Wanted()
    summary, is_refused = fold(read([log])), False
    if want.waivers:
        summary = apply_waivers(summary, load_waivers(want.waivers))
    formats = tuple(dict.fromkeys((*DEFAULT_FORMATS, *want.formats)))
    if want.signer is not None or (summary.started is not None and summary.started.certification is not None):
        try:
            summary, is_signed = _certify(summary, log, want)
        except HarnessError:
            build(summary, log.parent, formats)  # the reports are written even if signing fails
            raise
        is_refused = want.signer is not None and not is_signed
    exit_code = print_summary(summary, report(log, formats, summary=summary))
    return exit_code or (_EXIT_UNSIGNED if is_refused else 0)


def command_line() -> str:
    """Return the command as it was given, without secrets."""
    return re.sub(r"whsec_[^\s']+", "whsec_…", shlex.join(["evconform", *sys.argv[1:]]))


def _certify(summary: Summary, log: Path, want: Wanted) -> tuple[Summary, bool]:
    """Return the summary with the state of its certificate, and whether a certificate was signed."""
    from conformance.certificates.issuance import attempted, sign, state

    attempt = attempted(summary, log, want.attempts)
    is_signed = want.signer is not None and (
        sign(summary, attempt, want.signer, now=datetime.now(UTC), days=want.days) is not None
    )
    return msgspec.structs.replace(summary, certificate=state(attempt, signed=is_signed)), is_signed
