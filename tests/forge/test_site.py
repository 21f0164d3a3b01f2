"""The site: built without a warning, complete, and readable without a request to anybody."""

import os
import re
import subprocess
import sys
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import pytest
import yaml

import strategies
from reports.formats.html import DOCUMENTATION
from specs.catalogue import load_requirements
from specs.violations import load_violation_examples

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", folder],
        cwd=ROOT, capture_output=True, text=True, check=False, env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert "WARNING" not in done.stderr
    return folder


class Resources(HTMLParser):
    """The addresses that a browser loads with a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        if tag == "link" and attributes.get("rel") in {"canonical", "prev", "next"}:
            return
        name = {"script": "src", "img": "src", "iframe": "src", "link": "href"}.get(tag)
        if name and attributes.get(name):
            self.addresses.append(str(attributes[name]))


def test_each_requirement_has_a_page_with_its_facts(site):
    for requirement in load_requirements():
        page = (site / "requirements" / requirement.id / "index.html").read_text()
        assert "Why it matters." in page
        assert f">{requirement.level}<" in page


def test_the_page_of_a_requirement_shows_the_violation_of_its_seeded_fault(site):
    example = load_violation_examples()["PAG-05"]
    page = unescape((site / "requirements" / "PAG-05" / "index.html").read_text())
    for text in (example.fault, example.message, example.expected, example.requests[0]):
        assert text in page


def test_a_report_leads_to_the_pages_of_the_site(site):
    configuration = yaml.safe_load((ROOT / "mkdocs.yml").read_text())
    assert configuration["site_url"] == f"{DOCUMENTATION}/"
    template = (ROOT / "reports" / "templates" / "parts.html.jinja").read_text()
    assert '"{{ documentation }}/requirements/{{ requirement.id }}/"' in template
    assert (site / "requirements" / "EXP-04" / "index.html").exists()


def test_each_strategy_is_in_the_reference(site):
    page = (site / "strategies" / "index.html").read_text()
    assert [name for name in strategies.__all__ if not re.search(rf'id="strategies\.\w+\.{name}"', page)] == []


def test_no_page_loads_anything_from_elsewhere(site):
    pages = list(site.rglob("*.html"))
    assert len(pages) > 200
    for page in pages:
        text = page.read_text()
        assert not [a for a in Resources(text).addresses if re.match(r"(https?:)?//", a)], page
        assert 'data-md-component="source"' not in text, "the theme would ask the forge about the repository"
