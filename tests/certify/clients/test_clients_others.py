"""Clients that are not ours to bend: one on Node, one that a generator made."""

import shutil
from pathlib import Path

import pytest

from conformance.model import Verdict
from reports import RunVerdict
from tests.certify.clients.test_clients_mutants import told
from tests.certify.conftest import verdicts
from tests.generated import Made
from tests.mock_server.wire import REAL

SCRIPT = Path(__file__).with_name("sample.mjs")
DRIVER = Path(__file__).with_name("generated_driver.py")


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")
def test_node(certified, plan):
    summary = certified(command=("node", str(SCRIPT)), plan=plan("list_vehicles", "create_user"))
    assert summary.verdict is RunVerdict.CONFORMS, told(summary)
    assert not verdicts(summary, Verdict.WARN), told(summary)
    passed = verdicts(summary, Verdict.PASS)
    assert passed >= {f"C{n:02}" for n in (1, 2, 3, 5, 6, 7, 8, 9, 14, 16, 21, 22, 23, 24, 25, 26, 28)}, told(summary)


def test_generated(certified, plan, generated_client: Made):
    """Generated code does what its thin driver's transport does; but it breaks on values that it does not know."""
    command = (generated_client.python, str(DRIVER), generated_client.folder)
    played = ("C01", "last-page-blank", "C03", "retry-after-seconds", "token-expired", "C16", "refused-list-400", "C25")
    summary = certified(command=command, plan=plan("list_vehicles"), description=REAL, select=played)
    assert verdicts(summary, Verdict.FAIL) == {"C16"}, told(summary)
    broken = [each.message for each in summary.findings if each.verdict is Verdict.FAIL]
    assert all(each.startswith("unknown-values") for each in broken)
    assert verdicts(summary, Verdict.PASS) == {"C01", "C02", "C03", "C05", "C09", "C22", "C25"}, told(summary)
