"""Reports of long runs: what they take to build and to open."""

import tracemalloc

import msgspec
import pytest

import reports
from conformance.model import Catalogued, Observed, Outcome, Planned, Verdict
from reports.evidence import pack_evidence
from tests.reports.generator import Settings, events, model, requirements, summary

MANY = Settings(exchanges=3_000, page=25)
RULES = [f"LOT-{number:03d}" for number in range(200)]


def measure_peak(function, *arguments):
    """Return how many bytes a function takes at most, beside those in use before it."""
    tracemalloc.start()
    try:
        function(*arguments)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_a_report_is_packed_and_written_in_less_memory_than_its_bodies_take():
    run = summary(MANY)
    bodies = sum(len(body) for body in {exchange.response.body for exchange in run.exchanges if exchange.response})
    assert measure_peak(pack_evidence, run) < bodies
    assert measure_peak(reports.FORMATS["html"].render, run) < bodies


def list_many_cases():
    """Return the events of a run with 200 more requirements; each second one fails, on one operation each."""
    template = requirements()[0]
    keys = tuple(operation.key for operation in model().operations)
    yield from events(Settings(exchanges=20))
    yield Catalogued(tuple(msgspec.structs.replace(template, id=rule) for rule in RULES))
    for number, rule in enumerate(RULES):
        verdict = Verdict.FAIL if number % 2 else Verdict.PASS
        yield Planned(rule, keys)
        yield Observed(Outcome(rule, keys[number % len(keys)], verdict, "so it was"))


@pytest.fixture
def matrix(opened, tmp_path):
    """The page of a run with a long matrix, with its first rows drawn."""
    page = opened(reports.build(list_many_cases(), tmp_path, ["html"])["html"])
    page.locator(".heat td.v-not_tested").first.wait_for()
    return page


def list_rows(page, value):
    """Return the value of a JavaScript expression in `row`, for each row of the matrix."""
    return page.evaluate(f"[...document.querySelectorAll('.heat tbody tr')].map(row => {value})")


def list_drawn(page):
    rows = list_rows(page, "[row.cells[0].textContent, row.cells.length]")
    return [name for name, cells in rows if cells > 1]


def test_only_the_rows_in_view_have_their_cells(matrix):
    rows = matrix.locator(".heat tbody tr").count()
    assert rows > 200
    first = list_drawn(matrix)
    assert len(first) < rows / 3
    matrix.evaluate("document.querySelector('.grid-frame').scrollTo(0, 1e6)")
    matrix.wait_for_function("[...document.querySelectorAll('.heat tbody tr')].at(-1).cells.length > 1")
    matrix.wait_for_function("[...document.querySelectorAll('.heat tbody tr')][2].cells.length === 1")
    drawn = list_drawn(matrix)
    assert len(drawn) < rows / 3
    assert len(set(drawn) & set(first)) <= 1  # the row that the keyboard comes back to
    assert matrix.locator(".heat [tabindex='0']").count() == 1


def test_a_row_keeps_its_size_when_it_gets_its_cells(matrix):
    assert len({tuple(size) for size in list_rows(matrix, "[row.clientWidth, row.clientHeight]")}) == 1
    heads = "[...document.querySelectorAll('.heat thead th')].map(head => head.getBoundingClientRect().x)"
    fields = "[...document.querySelector('.heat tbody tr').cells].map(cell => cell.getBoundingClientRect().x)"
    assert matrix.evaluate(heads) == matrix.evaluate(fields)


def test_the_keyboard_and_the_search_reach_rows_that_are_not_drawn(matrix):
    matrix.locator(".heat td").first.focus()
    for _ in range(60):
        matrix.keyboard.press("ArrowDown")
    matrix.keyboard.press("Enter")
    title = matrix.locator("#cell h3").text_content()
    assert title.startswith(("LOT-", "RSP-"))
    assert matrix.evaluate("document.activeElement.getAttribute('aria-label')").startswith(title.replace(" on ", ", "))
    assert matrix.locator(".heat td:focus").is_visible()
    matrix.fill("#query", "req:LOT-199")
    matrix.locator(".heat tr:visible td.v-fail").first.wait_for()
    assert matrix.locator(".heat tbody tr:visible th").all_text_contents() == ["LOT-199MUST"]
    assert matrix.locator(".heat tbody tr:visible td.dim").count() > 0
    matrix.fill("#query", "")
    matrix.locator(".heat tbody tr", has_text="LOT-000").locator("td").first.wait_for(state="attached")


def test_paper_has_every_row_and_every_verdict(matrix):
    matrix.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert matrix.locator(".heat.paper tbody th").count() >= len(RULES)
    assert matrix.locator(".heat.paper td.v-fail").count() >= len(RULES) / 2


def test_every_requirement_reads_without_javascript(opened, tmp_path):
    page = opened(reports.build(list_many_cases(), tmp_path, ["html"])["html"], java_script_enabled=False)
    page.get_by_text("The counts as a table").click()
    page.locator("#matrix .tight tbody th").first.wait_for()
    listed = page.locator("#matrix .tight tbody th:visible").all_text_contents()
    assert set(RULES) < set(listed)
