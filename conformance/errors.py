"""The errors that people see: what happened, where, and what to do.

A violated requirement is data (`conformance.model.Outcome`), never an exception.
"""


class HarnessError(Exception):
    """An error that ends a command, with a stable code, an exit code and a hint.

    `exit_code` is 2 for usage or configuration, 3 for inconclusive, 4 for an internal error (README.md, "Exit codes").
    """

    code = "harness"
    exit_code = 4

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(HarnessError):
    """The command line or the configuration cannot be understood."""

    code = "usage"
    exit_code = 2


class MachineError(HarnessError):
    """The machine does not give what a command needs: memory, open files, room on a disk."""

    code = "machine"
    exit_code = 2


class DescriptionError(HarnessError):
    """The OpenAPI description cannot be read or understood."""

    code = "description"
    exit_code = 2


class TargetError(HarnessError):
    """The target cannot be reached, or does not accept the credentials."""

    code = "target"
    exit_code = 3


class CredentialsError(TargetError):
    """The target refuses the configured credentials."""

    code = "credentials"
    exit_code = 2


class PlanError(HarnessError):
    """No plan can be made: a requirement is unknown, the selection is empty, or an id is a duplicate."""

    code = "plan"
    exit_code = 2


class LogError(HarnessError):
    """A run log cannot be read, or is of another run than the others."""

    code = "log"
    exit_code = 2


class CertificateError(HarnessError):
    """A key, a certificate or a list of revocations cannot be read or written."""

    code = "certificate"
    exit_code = 2
