"""The end of a certification: reports, certificate and exit code."""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from conformance.cli.conclusion import apply_waivers, load_waivers, print_summary
from conformance.errors import HarnessError
from conformance.reporting.builder import write_reports
from conformance.tools.url_secrets import describe_command
from reports import DEFAULT_FORMATS, Summary, build, fold, read_events

if TYPE_CHECKING:
    from conformance.certificates.keys import Signer

_EXIT_UNSIGNED = 3


class OutputOptions(msgspec.Struct, frozen=True):
    """The output options of a command: formats, waivers, chain of attempts, and a signature."""

    formats: tuple[str, ...] = ()
    waivers: Path | None = None
    attempts: Path | None = None
    signer: "Signer | None" = None
    days: int = 365


def read_output_options(
    formats: list[str] | None, waivers: Path | None, attempts: Path | None, key: Path | None, days: int
) -> OutputOptions:
    """Return the output that the options ask for; read the key before anything is sent.

    Raises:
        CertificateError: the key cannot be read.
    """
    if key is None:
        return OutputOptions(tuple(formats or ()), waivers, attempts, None, days)
    from conformance.certificates.keys import load_private_key

    return OutputOptions(tuple(formats or ()), waivers, attempts, load_private_key(key), days)


def conclude_certification(log: Path, options: OutputOptions | None = None) -> int:
    """Write the reports of a run log, sign a certificate if requested, print the summary; return the exit code."""
    options = options or OutputOptions()
    summary, is_refused = fold(read_events([log])), False
    if options.waivers:
        summary = apply_waivers(summary, load_waivers(options.waivers))
    formats = tuple(dict.fromkeys((*DEFAULT_FORMATS, *options.formats)))
    if options.signer is not None or (summary.started is not None and summary.started.certification is not None):
        try:
            summary, is_signed = _certify(summary, log, options)
        except HarnessError:
            build(summary, log.parent, formats)  # the reports are written even if signing fails
            raise
        is_refused = options.signer is not None and not is_signed
    exit_code = print_summary(summary, write_reports(log, formats, summary=summary))
    return exit_code or (_EXIT_UNSIGNED if is_refused else 0)


def read_command_line() -> str:
    """Return the command as it was given, without secrets."""
    return describe_command("evconform", sys.argv[1:])


def _certify(summary: Summary, log: Path, want: OutputOptions) -> tuple[Summary, bool]:
    """Return the summary with the state of its certificate, and whether a certificate was signed."""
    from conformance.certificates.issuance import describe_certification, record_attempt, sign_certificate

    attempt = record_attempt(summary, log, want.attempts)
    is_signed = want.signer is not None and (
        sign_certificate(summary, attempt, want.signer, now=datetime.now(UTC), days=want.days) is not None
    )
    return msgspec.structs.replace(summary, certificate=describe_certification(attempt, signed=is_signed)), is_signed
