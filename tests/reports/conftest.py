"""A real browser for the HTML report: Debian's chromium, driven by Playwright."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import reports
from tests.reports.generator import Settings, summary

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


@pytest.fixture(scope="package")  # no longer: its event loop stays in the thread
def chromium() -> Iterator:
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if CHROMIUM is None:
        pytest.skip("no chromium binary: apt-get install chromium")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def built(tmp_path_factory) -> Callable[[Settings], Path]:
    """Return a function that builds the HTML report of a synthetic run, once for each settings."""
    paths: dict[Settings, Path] = {}

    def build(settings: Settings) -> Path:
        if settings not in paths:
            directory = tmp_path_factory.mktemp("report")
            paths[settings] = reports.build(summary(settings), directory, ["html"])["html"]
        return paths[settings]

    return build


@pytest.fixture
def opened(chromium) -> Iterator[Callable]:
    """Return a function that opens a report in a fresh profile; errors of the page fail the test."""
    contexts, faults = [], []

    def open_page(path: Path, anchor: str = "", **options: object):
        context = chromium.new_context(**options)
        contexts.append(context)
        context.set_default_timeout(15_000)
        page = context.new_page()
        page.on("pageerror", lambda fault: faults.append(str(fault)))
        page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
        page.on("dialog", lambda dialog: faults.append(dialog.message))
        page.on("request", lambda sent: None if sent.url.startswith("file:") else faults.append(sent.url))
        page.goto(f"{path.as_uri()}{anchor}")
        if options.get("java_script_enabled", True):
            page.wait_for_selector("html[data-ready]")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert faults == []
