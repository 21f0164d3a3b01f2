"""Reports as axe sees them: plain, hostile and of a certification; light and dark; wide and narrow."""

import msgspec
import pytest

import reports
from reports.trend import describe_run
from tests.reports.generator import Settings, summary
from tests.reports.test_certification import CLEAN, SIGNED, certification

PLAIN = summary(Settings(exchanges=40, undecided=1))
EARLIER = describe_run(summary(Settings(exchanges=40, faulty=False)))
RUNS = {
    "plain": msgspec.structs.replace(PLAIN, history=(msgspec.structs.replace(EARLIER, run="earlier", started_at=0.0),)),
    "hostile": summary(Settings(exchanges=40, hostile=True)),
    "certified": certification(CLEAN, SIGNED),
    "not certified": certification(Settings(exchanges=40, undecided=1), SIGNED),
}


def list_violations(page):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed")
    violations = axe.Axe().run(page).response["violations"]
    return [(item["id"], item["nodes"][0]["target"], item["nodes"][0]["failureSummary"]) for item in violations]


LOOKS = [
    ("light", 1440),
    ("dark", 390),
    pytest.param("dark", 1440, marks=pytest.mark.long),
    pytest.param("light", 390, marks=pytest.mark.long),
]


@pytest.mark.parametrize(("scheme", "width"), LOOKS)
@pytest.mark.parametrize("name", RUNS)
def test_axe_finds_no_violation_and_nothing_scrolls_sideways(opened, tmp_path, name, scheme, width):
    report = reports.build(RUNS[name], tmp_path, ["html"])["html"]
    page = opened(report, color_scheme=scheme, viewport={"width": width, "height": 900})
    parts = "[...document.querySelectorAll('details')].filter((part, n, all) => n < 12 || n > all.length - 6)"
    page.evaluate(f"{parts}.forEach((part) => {{ part.open = true; }})")
    if page.locator(".heat").count():
        page.locator(".heat td.v-fail").first.click()
    assert list_violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize(("scheme", "width"), LOOKS[:2])
def test_axe_finds_no_violation_in_the_dialogs(opened, tmp_path, scheme, width):
    report = reports.build(RUNS["plain"], tmp_path, ["html"])["html"]
    page = opened(report, color_scheme=scheme, viewport={"width": width, "height": 900})
    page.locator("[data-exchange]").first.click()
    page.locator("#drawer[open] h2").wait_for()
    assert list_violations(page) == []
    page.keyboard.press("Escape")
    page.locator("#help-open").click()
    assert list_violations(page) == []
