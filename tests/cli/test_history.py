"""`--history` and `--since` on the command line: the trend of the last runs in the report."""

from conformance.run_log.event_log import LogWriter
from reports.history import read_history
from tests.reports.test_trend import EXPANSION, make_events


def write_log(folder, day, *failing):
    with LogWriter(folder / "events.jsonl") as log:
        for event in make_events(day, failing):
            log.append(event)
    return folder


def test_reports_built_one_after_the_other_show_a_trend(evconform, tmp_path):
    history = tmp_path / "history.json"
    for day, failing in ((1, [("EXP-04", EXPANSION)]), (2, [])):
        built = evconform("report", "build", write_log(tmp_path / str(day), day, *failing), "--history", history)
        assert built.code == len(failing)
    assert [run.run for run in read_history(history)] == ["run-1", "run-2"]
    assert 'aria-label="EXP: 1, 0"' in (tmp_path / "2" / "report.html").read_text()


def test_since_can_be_named_several_times_the_last_in_detail(evconform, tmp_path):
    logs = [write_log(tmp_path / str(day), day, *[("EXP-04", EXPANSION)] * (day == 2)) for day in (1, 2, 3)]
    built = evconform("report", "build", logs[2], "--since", logs[0], "--since", logs[1])
    page = (logs[2] / "report.html").read_text()
    assert built.code == 0
    assert 'aria-label="EXP: 0, 1, 0"' in page
    assert "Since the earlier run" in page


def test_a_broken_history_stops_a_run_before_it_begins(evconform, tmp_path):
    (tmp_path / "history.json").write_text("{}")
    ended = evconform("run", "--select", "RSP-08", "--profile", "smoke", "--history", tmp_path / "history.json")
    assert ended.code == 2
    assert "is not a history of runs" in ended.err
    assert "Delete the file" in ended.err
