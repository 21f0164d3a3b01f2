"""Make docs/report.png: the report of a run against the built-in server with a few seeded faults.

Usage: python docs/make_picture.py (or `tox run -e picture`). It needs a chromium on the path.
"""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import sync_playwright

PICTURE = Path(__file__).parent / "report.png"
FAULTS = ("exp-stale", "pag-skips-at-boundary", "flt-gt-inclusive", "rsp-required-null", "ids-short")
WIDTH, HEIGHT = 1240, 1480
EVCONFORM = (sys.executable, "-m", "conformance")
VIOLATIONS = 1


@contextmanager
def serve(faults: tuple[str, ...]) -> Iterator[str]:
    """Run the built-in server; yield its base URL."""
    options = [option for fault in faults for option in ("--fault", fault)]
    command = [*EVCONFORM, "serve", "--rate-limit", "10000", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:  # noqa: S603 - our own command
        try:
            line = server.stdout.readline() if server.stdout else ""
            if not line.startswith("ready "):
                sys.exit(f"the built-in server did not start, got {line!r}")
            yield line.split()[1]
        finally:
            server.terminate()


def run_suite(base_url: str, directory: Path) -> Path:
    """Run the suite against a server in a directory; return its HTML report."""
    command = [*EVCONFORM, "run", "--target", base_url, "--workers", "1", "--report-dir", "report"]
    code = subprocess.run(command, check=False, cwd=directory).returncode  # noqa: S603 - our own command
    if code != VIOLATIONS:
        sys.exit(f"the run should find violations (exit code {VIOLATIONS}), got exit code {code}")
    return directory / "report" / "report.html"


def take_picture(report: Path, picture: Path) -> None:
    """Open a report in chromium and write a screenshot of its beginning."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        sys.exit("chromium was not found; install it, for example with apt-get install chromium")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT}, color_scheme="light")
        page.goto(report.as_uri())
        page.wait_for_selector("html[data-ready]")
        page.screenshot(path=str(picture))
        browser.close()


def main() -> None:
    """Make the picture."""
    with tempfile.TemporaryDirectory() as folder, serve(FAULTS) as base_url:
        take_picture(run_suite(base_url, Path(folder)), PICTURE)


if __name__ == "__main__":
    main()
