"""Clients that were not written for the sample: one in JavaScript on Node, one from a code generator."""

import shutil
from pathlib import Path

import pytest

from conformance.model import Verdict
from reports import RunVerdict
from tests.certify.clients.test_mutants import describe_cases
from tests.certify.conftest import verdicts
from tests.generated import Made
from tests.mock_server.in_process_client import REAL

SCRIPT = Path(__file__).with_name("sample.mjs")
DRIVER = Path(__file__).with_name("generated_driver.py")

pytestmark = pytest.mark.long


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")
def test_node_client_conforms(certify_sample, write_plan):
    summary = certify_sample(command=("node", str(SCRIPT)), plan=write_plan("list_vehicles", "create_user"))
    assert summary.verdict is RunVerdict.CONFORMS, describe_cases(summary)
    assert not verdicts(summary, Verdict.WARN), [f"{one.requirement} {one.message}" for one in summary.findings]
    passed = verdicts(summary, Verdict.PASS)
    assert passed >= {f"C{n:02}" for n in (1, 2, 3, 5, 6, 7, 8, 9, 14, 16, 21, 22, 23, 24, 25, 26, 28)}, describe_cases(
        summary
    )


def test_generated_client_fails_only_unknown_values(certify_sample, write_plan, generated_client: Made):
    """Check a generated client: the transport of its driver is correct, but its code breaks on unknown enum values."""
    command = (generated_client.python, str(DRIVER), generated_client.folder)
    played = ("C01", "last-page-blank", "C03", "retry-after-seconds", "token-expired", "C16", "refused-list-400", "C25")
    summary = certify_sample(command=command, plan=write_plan("list_vehicles"), description=REAL, select=played)
    assert verdicts(summary, Verdict.FAIL) == {"C16"}, describe_cases(summary)
    broken = [finding.message for finding in summary.findings if finding.verdict is Verdict.FAIL]
    assert all(message.startswith("unknown-values") for message in broken)
    warned = [finding.message for finding in summary.findings if finding.verdict is Verdict.WARN]
    assert verdicts(summary, Verdict.WARN) == {"C03"}, describe_cases(summary)  # httpx knows one relation in a `rel`
    assert all(message.startswith("links-of-two-relations") for message in warned)
    assert verdicts(summary, Verdict.PASS) == {"C01", "C02", "C05", "C09", "C22", "C25"}, describe_cases(summary)
