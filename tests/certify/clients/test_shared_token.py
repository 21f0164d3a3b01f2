"""Processes that share one token through a locked file renew it once, and are accused of nothing."""

from conformance.model import Verdict
from tests.certify.clients.mutants.tokens import READ_IN_PROCESSES
from tests.certify.clients.test_mutants import describe_cases
from tests.certify.conftest import verdicts

LOCKED = """        import fcntl

        with self._lock, open("{file}" + ID, "a+") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            file.seek(0)
            self._token = file.read() or self._token
            if not self._token or self._token == instead_of:
                self._keep_tokens(self._request_new_token())
                file.truncate(0)
                file.write(self._token)
            return self._token
"""
ALONE = """        with self._lock:
            if not self._token or self._token == instead_of:
                self._keep_tokens(self._request_new_token())
            return self._token
"""


def test_processes_that_share_a_token_renew_it_once(certify_sample, write_plan, tmp_path):
    edits = READ_IN_PROCESSES, (ALONE, LOCKED.replace("{file}", f"{tmp_path}/token-"))
    summary = certify_sample(*edits, plan=write_plan("read_at_once"), select=("C09", "C10", "C23"))
    assert not verdicts(summary, Verdict.FAIL, Verdict.WARN, Verdict.INCONCLUSIVE), describe_cases(summary)
    assert verdicts(summary, Verdict.PASS) >= {"C10", "C23"}, describe_cases(summary)
