"""Take screenshots of reports for the eye: light, dark, narrow and printed. Needs a chromium on the path.

Usage: python docs/make_screenshots.py report.html [more.html …] [--into FOLDER]
"""

import argparse
import shutil
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, sync_playwright

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
LOOKS: dict[str, dict[str, Any]] = {
    "light": {"color_scheme": "light", "viewport": {"width": 1440, "height": 900}},
    "dark": {"color_scheme": "dark", "viewport": {"width": 1440, "height": 900}},
    "narrow": {"color_scheme": "light", "viewport": {"width": 390, "height": 844}},
    "narrow-dark": {"color_scheme": "dark", "viewport": {"width": 390, "height": 844}},
}
SHOWN = ".cause { content-visibility: visible !important; }"  # what is far below is laid out late
PRINTED_PAGES = 6  # in the picture; print.pdf has all
PAPER = {"width": 718, "height": 1047}  # an A4 page within its margins, in CSS pixels


def take_screenshots(browser: Browser, report: Path, folder: Path) -> None:
    """Write the whole page in each look and as it is printed, and the printed pages."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, options in LOOKS.items():
        page = browser.new_page(**options, bypass_csp=True)
        page.goto(report.resolve().as_uri())
        page.wait_for_selector("html[data-ready]", state="attached")
        page.add_style_tag(content=SHOWN)
        page.screenshot(path=folder / f"{name}.png", full_page=True)
        if name == "light":
            page.pdf(path=folder / "print.pdf", format="A4")
            page.emulate_media(media="print")
            page.evaluate("dispatchEvent(new Event('beforeprint'))")
            page.set_viewport_size({**PAPER, "height": PAPER["height"] * PRINTED_PAGES})
            page.screenshot(path=folder / "print.png")
        page.close()


def main() -> None:
    """Read the command line, and take the screenshots of each report named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("reports", nargs="+", type=Path)
    parser.add_argument("--into", type=Path, default=Path("screenshots"))
    options = parser.parse_args()
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        for number, report in enumerate(options.reports, 1):
            take_screenshots(browser, report, options.into / str(number))
        browser.close()


if __name__ == "__main__":
    main()
