"""The tables and the JSON of a description."""

import io

import msgspec
from rich.console import Console

from conformance.description.presentation import build_sections, format_json, print_tables
from conformance.model import ResourceModel


def render_text(description) -> str:
    out = io.StringIO()
    print_tables(description, Console(file=out, width=400, color_system=None))
    return out.getvalue()


def test_every_fact_has_its_row(description):
    model = description.model
    rows = {section.title: section.rows for section in build_sections(model)}
    assert [row[0] for row in rows["Operations"]] == [operation.key for operation in model.operations]
    assert [row[0] for row in rows["Resources"]] == [resource.name for resource in model.resources]
    assert len(rows["Links"]) == sum(len(resource.links) for resource in model.resources)
    assert len(rows["Expansions"]) == sum(len(operation.expansions) for operation in model.operations)
    selections = sum(len(operation.filters) + bool(operation.ordering) for operation in model.operations)
    assert len(rows["Filters"]) == selections
    assert sum(len(keys.splitlines()) for _, keys in rows["Security"]) == len(model.operations)
    assert [note for (note,) in rows["Notes"]] == list(model.notes)


def test_every_cell_is_printed_as_it_is(description):
    text = render_text(description)
    for section in build_sections(description.model):
        assert f"{section.title} ({len(section.rows)})" in text
        for row in section.rows:
            for cell in row:
                assert all(line in text for line in cell.splitlines()), cell
    assert "^user[A-Z0-9]{26}$" in text or "user[A-Z\\d]{26}" in text  # square brackets are no markup


def test_tables_show_unusual_facts_in_words(published_provider):
    text = render_text(published_provider)
    for words in ("leads to no object", "unknown", "no size parameter", "no token", "schedule_plans[].price_data"):
        assert words in text


def test_json_holds_the_whole_model(description):
    data = msgspec.json.decode(format_json(description))
    assert data["digest"] == description.digest
    assert data["source"] == description.source
    assert msgspec.convert(data["model"], ResourceModel) == description.model
