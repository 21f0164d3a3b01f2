"""What went wrong, where, and what to do next: the errors that people see.

A violated requirement is data (`conformance.model.Outcome`), never an exception.
"""


class HarnessError(Exception):
    """A fault that stops a command; carries a stable code, an exit status and a hint.

    `exit_code` follows INTERFACE: 2 usage or configuration, 3 inconclusive, 4 our own fault.
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


class DescriptionError(HarnessError):
    """The OpenAPI description cannot be read, or is not one that the harness understands."""

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
    """No plan can be made: an unknown requirement, an empty selection, a duplicate id."""

    code = "plan"
    exit_code = 2


class LogError(HarnessError):
    """An event log cannot be read or does not belong with the others."""

    code = "log"
    exit_code = 2


class CertificateError(HarnessError):
    """A key, a certificate or a list of revocations cannot be read or written."""

    code = "certificate"
    exit_code = 2
