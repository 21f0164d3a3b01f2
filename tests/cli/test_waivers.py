"""Waivers through the command line: what a report prints is accepted, and what is no longer right fails the run."""

import datetime as dt
import html
import re

import pytest

from conformance.mock_server import run_server

SMALL = ("--select", "/vehicle_makes*", "--workers", "1")


def entry(requirement="RSP-03", operation="GET /vehicle_makes", days=30):
    expires = dt.datetime.now(dt.UTC).date() + dt.timedelta(days=days)
    return (
        f'[[waiver]]\nrequirement = "{requirement}"\noperation = "{operation}"\nreason = "known"\n'
        f'owner = "Ada"\nissue = "https://issues.example/1"\nexpires = {expires}\n'
    )


@pytest.fixture
def faulty(evconform, tmp_path):
    """Run the suite against a faulty server, with waivers."""

    def run(*entries: str):
        file = tmp_path / "waivers.toml"
        file.write_text("\n".join(entries), encoding="utf-8")
        with run_server(faults=("err-no-detail",)) as server:
            return evconform("run", "--target", server.base_url, *SMALL, *(("--waivers", file) if entries else ()))

    return run


def printed(ended) -> list[str]:
    """Return the waivers that the report offers."""
    page = (ended.directory / "report.html").read_text(encoding="utf-8")
    actual = re.findall(r'<pre id="waiver-[^"]+"[^>]*><code>(.*?)</code>', page, re.DOTALL)
    return [html.unescape(item) for item in actual]


def test_what_the_report_prints_is_accepted_as_it_is(faulty):
    plain = faulty()
    assert (plain.code, plain.summary["verdict"]) == (1, "violations")
    offered = printed(plain)
    assert len(offered) == len(plain.summary["findings"]) > 0
    waived = faulty(*offered)
    assert (waived.code, waived.summary["verdict"]) == (0, "conforms with waivers"), waived.out
    assert {waiver["state"] for waiver in waived.summary["waivers"]} == {"active"}
    assert "CONFORMS WITH WAIVERS" in waived.out


@pytest.mark.parametrize(
    ("more", "state"),
    [
        ([entry(days=-1)], "expired"),
        ([entry(days=92)], "too long"),
        ([entry("IDS-05")], "finding gone"),
        ([entry(operation="GET /never")], "unused"),
        ([entry(), entry()], "duplicate"),
    ],
)
def test_a_waiver_that_is_no_longer_right_fails_the_run_and_is_named(evconform, tmp_path, more, state):
    file = tmp_path / "waivers.toml"
    file.write_text("\n".join(more), encoding="utf-8")
    ended = evconform("run", *SMALL, "--waivers", file)
    assert (ended.code, ended.summary["verdict"]) == (1, "violations"), ended.out
    assert [waiver["state"] for waiver in ended.summary["waivers"]] == [state] * len(more)
    assert f"waiver {state}: " in ended.out
    assert any(state in reason for reason in ended.summary["reasons"])
    assert state in (ended.directory / "report.html").read_text(encoding="utf-8")
