"""The scripts of `deploy/ci`, run as a CI server runs them, with a stand-in for the command."""

import os
import subprocess
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).parents[2] / "deploy" / "ci"


@pytest.fixture
def ci(tmp_path: Path):
    """A function that runs a script beside an `evconform` that keeps its arguments; returns code and arguments."""
    commands = tmp_path / "bin"
    commands.mkdir()
    command = commands / "evconform"
    command.write_text(
        "#!/usr/bin/env bash\n"
        'printf "%s\\0" "$@" >"$ARGUMENTS"\n'
        'env >"$ARGUMENTS.env"\n'
        "echo TABLE\n"
        'if [ -n "${VERDICT:-}" ]; then mkdir -p evconform-report; echo "{\\"verdict\\": \\"$VERDICT\\"}" '
        ">evconform-report/summary.json; fi\n"
        'exit "${CODE:-0}"\n'
    )
    command.chmod(0o755)

    def run(script: str, *arguments: str, **environment: str) -> tuple[int, list[str]]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("GITHUB", "EVCONFORM", "CI"))}
        done = subprocess.run(
            [SCRIPTS / script, *arguments],
            cwd=tmp_path,
            env={
                **kept,
                "PATH": f"{commands}:{os.environ['PATH']}",
                "ARGUMENTS": str(tmp_path / "args"),
                **environment,
            },
            check=False,
        )
        return done.returncode, (tmp_path / "args").read_bytes().decode().split("\0")[:-1]

    return run


def test_run_passes_one_option_per_line_whatever_they_contain(ci):
    code, arguments = ci(
        "run.sh",
        EVCONFORM_CI_TARGET="staging",
        EVCONFORM_CI_SELECT="EXP & tag:EVSEs\n\nPAG-01",
        EVCONFORM_CI_OPTIONS="--allow-writes\n--waivers=our waivers.toml\n$(touch injected)",
    )
    assert code == 0
    assert arguments == [
        "run", "--report-dir", "evconform-report", "--format", "sarif", "--target=staging",
        "--select=EXP & tag:EVSEs", "--select=PAG-01",
        "--allow-writes", "--waivers=our waivers.toml", "$(touch injected)",
    ]  # fmt: skip


def test_run_on_github_asks_for_annotations_and_a_summary(ci):
    _, arguments = ci("run.sh", GITHUB_ACTIONS="true")
    assert arguments[1:] == [
        "--report-dir", "evconform-report", "--format", "sarif", "--format", "annotations", "--format", "markdown",
    ]  # fmt: skip


def test_run_keeps_a_history_but_not_of_a_part(ci):
    assert f"--history={os.environ['HOME']}/.cache/h.json" in ci("run.sh", EVCONFORM_CI_HISTORY="~/.cache/h.json")[1]
    part = ci("run.sh", EVCONFORM_CI_HISTORY="h.json", EVCONFORM_CI_SHARD="1/4")[1]
    assert "--shard=1/4" in part
    assert not [argument for argument in part if argument.startswith("--history")]


@pytest.mark.parametrize("code", [0, 1, 3])
def test_run_tells_verdict_and_report_and_keeps_the_exit_code(ci, tmp_path, code):
    output = tmp_path / "output"
    assert ci("run.sh", GITHUB_OUTPUT=str(output), VERDICT="violations", CODE=str(code))[0] == code
    outputs = dict(line.split("=", 1) for line in output.read_text().splitlines())
    assert outputs == {
        "exit-code": str(code),
        "directory": str(tmp_path / "evconform-report"),
        "report": str(tmp_path / "evconform-report" / "report.html"),
        "verdict": "violations",
    }


def test_run_without_a_report_tells_the_exit_code_alone(ci, tmp_path):
    output = tmp_path / "output"
    assert ci("run.sh", GITHUB_OUTPUT=str(output), CODE="2")[0] == 2
    assert output.read_text() == "exit-code=2\n"


def test_certify_hides_the_key_from_the_client_and_removes_it(ci, tmp_path):
    code, arguments = ci(
        "certify-client.sh", "python", "client.py", EVCONFORM_CI_KEY="-----KEY-----", EVCONFORM_CI_PLAN="plan.toml"
    )
    assert code == 0
    assert arguments[:5] == ["certify", "client", "--report-dir", "evconform-report", "--format"]
    assert arguments[-3:] == ["--", "python", "client.py"]
    assert "--plan=plan.toml" in arguments
    key = next(argument for argument in arguments if argument.startswith("--sign=")).removeprefix("--sign=")
    assert not Path(key).exists()
    assert "-----KEY-----" not in (tmp_path / "args.env").read_text()


def test_certify_keeps_the_exit_code(ci):
    assert ci("certify-client.sh", "true", CODE="1")[0] == 1


@pytest.mark.parametrize("code", [0, 1])
def test_matrix_puts_its_table_into_the_summary_and_keeps_the_exit_code(ci, tmp_path, code):
    summary = tmp_path / "summary.md"
    found, arguments = ci(
        "matrix.sh",
        EVCONFORM_CI_MATRIX="faults",
        EVCONFORM_CI_OPTIONS="--seeds 20",
        GITHUB_STEP_SUMMARY=str(summary),
        CODE=str(code),
    )
    assert found == code
    assert arguments == ["faults", "--seeds", "20", "--record", "faults.jsonl", "--markdown"]
    assert summary.read_text() == "TABLE\n"


def test_healthcheck_takes_a_refusal_for_health_and_no_answer_for_none(free_port_server):
    script = SCRIPTS.parent / "healthcheck.py"
    url, refusing = free_port_server
    assert subprocess.run(["python3", script, url], check=False).returncode == 0
    refusing.shutdown()
    refusing.server_close()
    dead = subprocess.run(["python3", script, url], check=False, capture_output=True, text=True)
    assert dead.returncode == 1
    assert url in dead.stderr


@pytest.fixture
def free_port_server():
    """A server that refuses everything with 401, and its URL."""
    import threading
    from http.server import BaseHTTPRequestHandler, HTTPServer

    class Refusal(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(401)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Refusal)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/", server
    server.shutdown()
    server.server_close()
    thread.join()
