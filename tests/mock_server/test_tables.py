"""CSV where a description documents it: for a collection beside its JSON, and alone."""

import copy
import csv
import io
import json

import msgspec
import pytest

from conformance.description import Description, load_description
from conformance.matrices.faults import FaultResult, list_inapplicable_faults, run_fault
from conformance.mock_server.faults import list_applicable_faults
from conformance.model import Profile
from tests.mock_server.in_process_client import Client, serve

KEPT = ("/vehicle_makes", "/evse_makes", "/users")
TEXT = {"type": "string"}
ROW = {"type": "object", "properties": {"month": TEXT, "energy_kwh": {"type": "number"}, "note": TEXT}}


def build_table_read(like: dict, name: str, schema: dict) -> dict:
    """Return a read whose response is a table alone, secured and refused as another one."""
    responses = {**like["responses"], "200": {**like["responses"]["200"], "content": {"text/csv": {"schema": schema}}}}
    version = [parameter for parameter in like["parameters"] if "ersion" in str(parameter)]
    return {"get": {**like, "operationId": name, "parameters": version, "responses": responses}}


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    """Return the path of a part of the bundled description, with tables."""
    document = copy.deepcopy(load_description().document)
    kept = (path for path in document["paths"] if path.startswith(KEPT) and path.count("/") <= 2)
    paths = {path: document["paths"][path] for path in kept}
    like = paths["/vehicle_makes"]["get"]
    paths["/reports/plain"] = build_table_read(like, "get-reports-plain", TEXT)
    paths["/reports/columns"] = build_table_read(like, "get-reports-columns", {"type": "array", "items": ROW})
    like["responses"]["200"]["content"]["text/csv"] = {"schema": TEXT}
    path = tmp_path_factory.mktemp("csv") / "tables.json"
    path.write_text(json.dumps({**document, "paths": paths}))
    return path


@pytest.fixture(scope="module")
def with_tables(file) -> Description:
    return load_description(file)


@pytest.fixture(scope="module")
def server(with_tables) -> Client:
    return serve(with_tables)


def rows(reply) -> list[list[str]]:
    assert reply.status == 200
    assert dict(reply.headers)["Content-Type"] == "text/csv; charset=utf-8"
    assert reply.body.endswith(b"\r\n")
    return list(csv.reader(io.StringIO(reply.body.decode(), newline=""), strict=True))


def test_collection_is_a_table_for_clients_that_prefer_csv(server):
    header, *data_rows = rows(server.get("/vehicle_makes", headers={"accept": "text/csv"}))
    assert header[:2] == ["id", "url"]
    items = msgspec.json.decode(server.get("/vehicle_makes").body)
    assert [row[0] for row in data_rows] == [item["id"] for item in items]
    assert len(data_rows) > 1
    assert {len(row) for row in data_rows} == {len(header)}
    for accept in ("application/json", "*/*", "text/csv;q=0.1, application/json"):
        assert msgspec.json.decode(server.get("/vehicle_makes", headers={"accept": accept}).body) == items


@pytest.mark.parametrize(
    ("path", "header"), [("/reports/plain", ["period", "count", "note"]), ("/reports/columns", list(ROW["properties"]))]
)
def test_csv_only_read_is_a_table_for_any_accept(server, path, header):
    for accept in ("*/*", "text/csv", "application/json, */*;q=0.1"):
        first, *data_rows = rows(server.get(path, headers={"accept": accept}))
        assert first == header
        assert data_rows
        assert {len(row) for row in data_rows} == {len(header)}


def test_formula_is_escaped(server):
    notes = [row[2] for row in rows(server.get("/reports/plain"))]
    assert "'=1+1" in notes
    assert {"a, b", 'a "b"', "a\r\nb"} <= set(notes)


def test_table_faults_need_a_table(with_tables):
    tables = {"csv-row-short", "csv-header-moves"}
    assert tables <= set(list_applicable_faults(with_tables.model))
    assert not tables & set(list_applicable_faults(load_description().model))


def test_inapplicable_faults_have_a_reason(file):
    names = ("csv-row-short", "rsp-html-not-found", "whk-data-thin")
    reasons = list_inapplicable_faults(names, None)
    assert set(reasons) == {"csv-row-short", "whk-data-thin"}
    assert "no text/csv" in reasons["csv-row-short"]
    assert set(list_inapplicable_faults(names, file)) == {"whk-data-thin"}
    assert "no place" in list_inapplicable_faults(["red-relative"], file)["red-relative"]


@pytest.fixture(scope="module")
def clean(file) -> FaultResult:
    return run_fault("", description=file, profile=Profile.STANDARD, seed=1)


def test_clean_table_has_no_findings(clean):
    assert not clean.stray
    assert not [
        finding for finding in clean.found if not finding.startswith("DSC-")
    ]  # a part of a description lacks some


@pytest.mark.parametrize("fault", ["csv-row-short", "csv-header-moves"])
def test_only_the_table_requirement_detects_a_wrong_table(file, clean, fault):
    proof = run_fault(fault, description=file, profile=Profile.STANDARD, seed=1)
    assert {finding.partition(" ")[0] for finding in set(proof.found) - set(clean.found)} == {"CSV-01"}
    assert proof.is_detected
    assert len(proof.places) == 1
    assert not proof.stray
