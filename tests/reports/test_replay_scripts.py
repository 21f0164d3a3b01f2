"""Scripts that show a finding again: their steps, their check, and what hostile answers do to them."""

import json
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import msgspec
import pytest

import reports
from conformance.matrices.replays import ReplayProof
from conformance.model import Exchange, Exchanged, Observed, Outcome, Request, Response, Verdict
from reports.repeat_command import write_repeat_command
from reports.replay_checks import derive_check
from reports.replay_scripts import write_scripts
from reports.replay_steps import StepFinder
from tests.reports.generator import BASE, Settings, events

FIRST, SECOND = "evse01K9B54GS5D6RF7XX98AQ0HBSS", "evse01K9B5BSWZD6RF7XX98AQ0HBSS"
EVENTS = tuple(events(Settings(exchanges=5)))
LIST, ITEM = "/evses", f"/evses/{FIRST}"


def send(name, target, body, *, method="GET", status=200, at=0.0, sent=None, item="probe[GET /evses/{evse_id}]"):
    operation = "GET /evses/{evse_id}" if target.startswith("/evses/") else f"{method} {target}"
    content = b"" if sent is None else json.dumps(sent).encode()
    request = Request(operation, method, target, body=content)
    response = Response(status, (("Content-Type", "application/json"),), json.dumps(body).encode())
    return Exchanged(Exchange(name, request, BASE + target, 1_790_000_000 + at, response), item)


def fail(*exchanges, pointer="", **given):
    outcome = Outcome("EXP-04", "GET /evses/{evse_id}", Verdict.FAIL, exchanges=exchanges, pointer=pointer, **given)
    return Observed(outcome, "probe[GET /evses/{evse_id}]")


def find(*happened):
    """Return the summary of a run with these events, and the finding that they make."""
    summary = reports.fold([*EVENTS, *happened])
    return summary, next(f for f in summary.findings if f.items == ("probe[GET /evses/{evse_id}]",))


def derive(*happened):
    summary, finding = find(*happened)
    steps = StepFinder(summary).find_steps(finding)
    return derive_check(finding, steps), steps


READS = (send("l", LIST, [{"id": FIRST, "power": 7}]), send("i", ITEM, {"id": FIRST, "power": 8}, at=1))


def test_an_id_is_taken_from_the_list_that_shows_it():
    _, steps = derive(*READS, fail("i", message="no", expected="404", actual="200"))
    assert [step.exchange.id for step in steps.steps] == ["l", "i"]
    (take,) = steps.steps[0].takes
    assert (take.literal, take.pointer) == (FIRST, "/0/id")


def test_what_created_an_object_precedes_what_is_done_to_it_and_its_removal_ends_the_script():
    made = send("c", LIST, {"id": FIRST, "url": BASE + ITEM}, method="POST", status=201, sent={"power": 7})
    steps = (made, send("p", ITEM, {"power": 8}, method="PATCH", at=1, sent={"power": 9}))
    gone = send("d", ITEM, None, method="DELETE", status=204, at=2)
    _, found = derive(*steps, gone, fail("p", pointer="/power", message="lost", expected="9", actual="8"))
    assert [(step.exchange.id, step.is_cleanup) for step in found.steps] == [("c", False), ("p", False), ("d", True)]


@pytest.mark.parametrize(
    ("given", "fails"),
    [
        (
            {"message": "accepted", "expected": "404 or 403", "actual": "200"},
            "not (status(2) == 404 or status(2) == 403)",
        ),
        ({"message": "fails", "expected": "4xx", "actual": "200"}, "not (status(2) // 100 == 4)"),
        (
            {"message": "type: expected string, got 8", "expected": "string", "actual": "8", "pointer": "/power"},
            "not (isinstance(value(2, '/power'), str))",
        ),
        (
            {"message": "required: expected property x, got absent", "expected": "property x", "pointer": "/x"},
            "value(2, '/x') is ABSENT",
        ),
        (
            {"message": "maximum: expected at most 7, got 8", "expected": "at most 7", "pointer": "/power"},
            "value(2, '/power') > 7",
        ),
        (
            {"message": "enum: expected one of [7], got 8", "expected": "one of [7]", "pointer": "/power"},
            "value(2, '/power') not in [7]",
        ),
    ],
)
def test_a_check_says_what_the_finding_says(given, fails):
    check, _ = derive(*READS, fail("i", **given))
    assert check is not None
    assert check.fails == fails


@pytest.mark.parametrize(
    ("path", "expected", "needs"),
    [
        (f"{ITEM}%00", "below 500", ()),  # made of an id that the list shows
        ("/evses/evse01K9B5CZZZD6RF7XX98AQ0HBSS", "below 500", ("status(1) != 404",)),
        (f"{ITEM}%00", "200", ("status(2) != 404",)),
    ],
)
def test_404_decides_whether_a_server_fails_unless_only_the_run_knew_the_id(path, expected, needs):
    failing = send("i", path, {}, status=500, at=1)
    check, _ = derive(READS[0], failing, fail("i", message="fails", expected=expected, actual="500"))
    assert check.needs == needs


def test_two_values_that_must_be_equal_are_compared_where_they_stand():
    check, _ = derive(*READS, fail("l", "i", pointer="/0/power", message="differs", expected="8", actual="7"))
    assert check.fails == "value(1, '/0/power') != value(2, '/power')"


def test_a_value_that_was_sent_is_compared_with_what_is_shown():
    happened = send("p", ITEM, {"id": FIRST, "power": 8}, method="PATCH", at=1, sent={"power": 9})
    check, _ = derive(READS[0], happened, fail("p", pointer="/power", message="lost", expected="9", actual="8"))
    assert check.fails == "value(2, '/power') != 9"


def test_what_a_step_showed_before_a_change_is_no_violation():
    before = send("g", ITEM, {"id": FIRST, "power": 7}, at=1)
    change = send("p", ITEM, {"id": FIRST, "power": 9}, method="PATCH", at=2, sent={"power": 9})
    after = send("s", f"{LIST}?expand=site", [{"id": FIRST, "power": 7}], at=3)
    violation = fail("p", "g", "s", pointer="/0/power", message="as before", expected="9", actual="7")
    check, steps = derive(READS[0], before, change, after, violation)
    decides = [steps.steps[number - 1].exchange.id for number in check.decides]
    assert decides == ["s", "p"]
    assert any("/0/id" in need and "'/id'" in need for need in check.needs)  # the list may have another order


def test_a_credential_that_the_run_log_does_not_hold_is_left_to_the_suite():
    request = Request("GET /evses", "GET", LIST, (("Authorization", "Bearer [redacted:ended]"),))
    response = Response(200, (("Content-Type", "application/json"),), b"[]")
    happened = Exchanged(Exchange("x", request, BASE + LIST, 1_790_000_001, response), "probe[GET /evses/{evse_id}]")
    summary, finding = find(happened, fail("x", message="accepted", expected="401", actual="200"))
    scripts = write_scripts(finding, summary, StepFinder(summary))
    assert scripts.is_judged_by_suite
    assert "EVCONFORM_CREDENTIAL" not in {variable.name for variable in scripts.variables}
    assert not [line for line in scripts.shell.splitlines() if "EVCONFORM_CREDENTIAL" in line and line[0] != "#"]


@pytest.mark.parametrize(
    "given",
    [
        {"message": "wrong", "expected": "words", "actual": "other words"},
        {"message": "wrong", "expected": "404", "actual": "500"},  # no step was answered so
        {"message": "type: expected integer, got 8", "expected": "integer", "actual": "8", "pointer": "/power"},
        {"message": "wrong", "expected": '"made of nothing here"', "actual": "8", "pointer": "/power"},
    ],
)
def test_what_a_finding_does_not_say_in_full_is_judged_by_the_suite(given):
    summary, finding = find(*READS, fail("i", **given))
    scripts = write_scripts(finding, summary, StepFinder(summary))
    assert scripts.is_judged_by_suite
    assert "replay 'EXP-04 GET /evses/{evse_id}' --item 'probe[GET /evses/{evse_id}]'" in scripts.shell
    assert scripts.shell.count("curl ") == 2  # the steps are there to look at


@pytest.mark.parametrize("settings", [Settings(exchanges=120), Settings(exchanges=120, hostile=True)])
def test_every_script_can_be_read_by_its_shell(settings, tmp_path):
    summary = reports.fold(events(settings))
    finder = StepFinder(summary)
    for number, finding in enumerate(summary.findings):
        scripts = write_scripts(finding, summary, finder)
        if scripts is None:
            continue
        compile(scripts.python, f"{number}.py", "exec")
        file = tmp_path / f"{number}.sh"
        file.write_text(scripts.shell, encoding="utf-8")
        read = subprocess.run(["sh", "-n", str(file)], capture_output=True, text=True, check=False)
        assert not read.stderr, scripts.shell


@pytest.mark.parametrize(
    "text", ["$(touch pwned)", "`touch pwned`", "'; touch pwned; '", '"; touch pwned; "', "x\nCHECK\ntouch pwned\n"]
)
def test_nothing_that_a_server_says_is_carried_out(text, tmp_path, api):
    steps = (send("l", f"/evses?q={text}", [{"id": FIRST, text: 7}]), send("i", ITEM, {"id": FIRST, text: 8}, at=1))
    given = {"message": text, "expected": "8", "actual": "7"}
    summary, finding = find(*steps, fail("l", "i", pointer=f"/0/{text.replace('/', '~1')}", **given))
    scripts = write_scripts(finding, summary, StepFinder(summary))
    url = f"http://127.0.0.1:{api.server_address[1]}/v2"
    given = {"EVCONFORM_BASE_URL": url, "EVCONFORM_TOKEN": "t", "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin"}
    for program, script in (("sh", scripts.shell), (sys.executable, scripts.python)):
        (tmp_path / "again").write_text(script, encoding="utf-8")
        subprocess.run([program, "again"], env=given, cwd=tmp_path, capture_output=True, check=False)
    assert {file.name for file in tmp_path.iterdir()} == {"again"}


class Api(BaseHTTPRequestHandler):
    """A server with one resource under another id than in the run; its power in the list is a class variable."""

    listed, status = 7, 200

    def do_GET(self):
        body = [{"id": SECOND, "power": self.listed}] if self.path == "/v2/evses" else {"id": SECOND, "power": 8}
        is_known = self.path in {"/v2/evses", f"/v2/evses/{SECOND}"}
        self.send_response(self.status if is_known else 404)
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())

    def log_message(self, *given):
        """Stay silent."""


@pytest.fixture
def api():
    server = HTTPServer(("127.0.0.1", 0), Api)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()
    Api.listed, Api.status = 7, 200


@pytest.mark.parametrize(("listed", "status", "code"), [(7, 200, 1), (8, 200, 0), (7, 429, 2), (8, 500, 2)])
def test_the_scripts_tell_a_fault_from_its_absence_and_both_from_no_answer(api, tmp_path, listed, status, code):
    Api.listed, Api.status = listed, status
    reads = tuple(msgspec.structs.replace(read) for read in READS)
    summary, finding = find(*reads, fail("l", "i", pointer="/0/power", message="differs", expected="8", actual="7"))
    scripts = write_scripts(finding, summary, StepFinder(summary))
    assert not scripts.is_judged_by_suite
    url = f"http://127.0.0.1:{api.server_address[1]}/v2"
    environment = {
        "EVCONFORM_BASE_URL": url,
        "EVCONFORM_TOKEN": "t",
        "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin",
    }
    for program, text in (("sh", scripts.shell), (sys.executable, scripts.python)):
        file = tmp_path / "again"
        file.write_text(text, encoding="utf-8")
        ended = subprocess.run([program, str(file)], env=environment, capture_output=True, text=True, check=False)
        assert ended.returncode == code, ended.stdout + ended.stderr


@pytest.mark.parametrize(
    ("faulty", "clean", "is_right"),
    [
        ((1, 1), (0, 0), True),
        ((1, 0), (0, 0), False),
        ((1, 2), (0, 0), False),
        ((4, 1), (0, 0), False),
        ((1, 1), (0, 2), False),
    ],
)
def test_a_proof_needs_both_scripts_to_see_the_fault_and_nothing_else(faulty, clean, is_right):
    assert ReplayProof("fault", "RSP-01", faulty=faulty, clean=clean).is_right is is_right


def test_what_no_plan_item_shows_alone_is_repeated_by_a_run_or_by_judging_the_traffic_again():
    summary, finding = find(*READS, fail("i", message="differs", expected="words", actual="others"))
    alone = msgspec.structs.replace(finding, items=())
    assert write_repeat_command(finding, summary) == f"evconform replay {finding.id}"
    assert write_scripts(alone, summary, StepFinder(summary)) is None
    assert write_repeat_command(alone, summary).startswith("evconform run --target ")
    assert write_repeat_command(alone, summary).endswith(" --select EXP-04")
    judged = msgspec.structs.replace(summary.started, traffic=("a.har",), command="evconform judge a.har")
    of_traffic = msgspec.structs.replace(summary, started=judged)
    assert write_repeat_command(alone, of_traffic) == "evconform judge a.har"
