"""The published JSON Schemas: they take what is read and written, and nothing else."""

import copy
import json
import re
import tomllib
from pathlib import Path
from typing import get_args

import jsonschema_rs
import pytest

from conformance.cli.schema import schema as print_schema
from conformance.errors import UsageError
from conformance.reporting.json_schemas import SchemaName, build_schema
from conformance.run_log.line_encoder import LineEncoder
from conformance.targets.config import load_config
from reports.formats.json import as_json
from tests.reports.generator import Settings, events, summary

README = (Path(__file__).parents[2] / "README.md").read_text()
SAMPLE = next(block for block in re.findall(r"```toml\n(.*?)```", README, re.DOTALL) if "[targets." in block)
CONFIG = jsonschema_rs.validator_for(build_schema("config"))
SUMMARY = jsonschema_rs.validator_for(build_schema("summary"))
LINE = jsonschema_rs.validator_for(build_schema("events"))


@pytest.mark.parametrize("text", ["", SAMPLE, "[targets.a]\nbudget = 1\nwrites = false\nseeds = {id = ['x']}"])
def test_a_right_configuration_is_valid(text):
    CONFIG.validate(tomllib.loads(text))


@pytest.mark.parametrize(
    "text",
    [
        "target = {}", "targets = []", "overlays = 'one.yaml'", "[targets.a]\nbase = 'x'", "[targets.a]\nbudget = 0",
        "[targets.a]\nwrites = 'yes'", "[targets.a.identities.full]\npassword = 'x'", "[targets.a.seeds]\nid = 'x'",
    ],
)  # fmt: skip
def test_a_wrong_configuration_is_refused_by_schema_and_reader_alike(text, tmp_path):
    assert not CONFIG.is_valid(tomllib.loads(text))
    file = tmp_path / "evconform.toml"
    file.write_text(text)
    with pytest.raises(UsageError):
        load_config(file)


def test_every_key_of_the_configuration_is_explained():
    for table in build_schema("config")["$defs"].values():
        assert [name for name, key in table["properties"].items() if not key.get("description")] == []


@pytest.mark.parametrize("settings", [Settings(), Settings(faulty=False), Settings(hostile=True, cut_off=True)])
def test_every_summary_is_valid(settings):
    SUMMARY.validate(json.loads(json.dumps(as_json(summary(settings)))))


def test_a_summary_without_a_promised_property_is_not_valid():
    whole = json.loads(json.dumps(as_json(summary(Settings()))))
    assert whole["findings"]
    for name in whole:
        assert not SUMMARY.is_valid({key: value for key, value in whole.items() if key != name}), name
    for name in whole["findings"][0]:
        cut = copy.deepcopy(whole)
        del cut["findings"][0][name]
        assert SUMMARY.is_valid(cut) == (name in {"waived", "smallest"}), name


def test_every_line_of_a_run_log_is_valid():
    encoder = LineEncoder()
    lines = [json.loads(line) for event in events() for line in encoder.encode((event,)).splitlines()]
    assert {"run_started", "blob", "packed", "run_finished"} <= {line["type"] for line in lines}
    for line in lines:
        LINE.validate(line)


@pytest.mark.parametrize(
    "line",
    [
        {"type": "blob", "digest": "1"}, {"type": "packed", "data": 1}, {"type": "unknown"}, {"digest": "1"},
        {"type": "run_started", "run": "1"}, {"type": "item", "item": "x", "duration_s": "long", "requests": 1},
    ],
)  # fmt: skip
def test_a_line_of_another_form_is_not_valid(line):
    assert not LINE.is_valid(line)


@pytest.mark.parametrize("name", get_args(SchemaName))
def test_the_command_prints_a_schema(name, capsys):
    print_schema(name)
    assert json.loads(capsys.readouterr().out) == json.loads(json.dumps(build_schema(name)))
