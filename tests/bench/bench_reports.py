"""What a report of 20,000 exchanges costs: `python tests/bench/bench_reports.py [EXCHANGES] [ITEMS A PAGE]`.

Seconds and bytes of each format, with `json.dumps` of the same events as the peer that anyone could use instead; and,
where chromium is installed, the seconds until the HTML report, opened from disk, can be used.
"""

import base64
import json
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import msgspec

sys.path.insert(0, str(Path(__file__).parents[1] / "reports"))

import generator

import reports
from conformance.run_log.event_log import LogWriter

T = TypeVar("T")
USABLE = "html[data-ready]"


def timed(work: Callable[[], T]) -> tuple[float, T]:
    """Seconds that a piece of work takes, and what it gives."""
    start = time.perf_counter()
    result = work()
    return time.perf_counter() - start, result


def line(name: str, seconds: float, size: int, peer: float) -> None:
    """One row of the table."""
    print(f"{name:<28}{seconds:>9.2f} s{size / 1e6:>10.2f} MB{seconds / peer:>10.2f}")


def plain(events: list[Any]) -> bytes:
    """The peer: the events as the standard library would write them, bodies in base64."""
    return json.dumps(msgspec.to_builtins(events), default=lambda body: base64.b64encode(body).decode()).encode()


def main(exchanges: int = 20_000, page: int = 12) -> None:
    """Print the table."""
    events = generator.events(generator.Settings(exchanges=exchanges, page=page, undecided=1))
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        print(f"{exchanges:,} exchanges, {page} items a page{'':<6}time      size   x json.dumps")
        peer, dumped = timed(lambda: plain(events))
        line("json.dumps of the events", peer, len(dumped), peer)
        log = directory / "events.jsonl"
        line("event log, written", timed(lambda: write(log, events))[0], log.stat().st_size, peer)
        seconds, summary = timed(lambda: reports.fold(reports.read_events([log])))
        line("event log, read and folded", seconds, log.stat().st_size, peer)
        for each in reports.FORMATS:
            seconds, built = timed(lambda each=each: reports.build(summary, directory, [each]))
            line(each, seconds, built[each].stat().st_size, peer)
        whole, built = timed(lambda: reports.build(reports.read_events([log]), directory / "b", ["html"]))
        line("log to report.html", whole, built["html"].stat().st_size, peer)
        opened(built["html"])


def write(path: Path, events: list[Any]) -> None:
    """The events as a run writes them."""
    with LogWriter(path) as log:
        for event in events:
            log.append(event)


def opened(report: Path) -> None:
    """Print how long the report takes to open from disk, the best of three."""
    chromium = shutil.which("chromium")
    if chromium is None:
        print("no chromium: opening was not measured")
        return
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        times = []
        for _ in range(3):
            page = browser.new_context().new_page()
            times.append(timed(lambda page=page: (page.goto(report.as_uri()), page.wait_for_selector(USABLE)))[0])
            page.context.close()
        browser.close()
    print(f"opened and usable in chromium {min(times):.2f} s (best of {len(times)})")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
