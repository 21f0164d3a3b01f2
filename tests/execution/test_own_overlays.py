"""Overlays of the user: from the command line or the configuration, for the plan and the built-in server alike."""

import pytest

from conformance.errors import DescriptionError
from conformance.execution.setup import RunOptions, plan_run
from conformance.mock_server.assembly import ServerSettings, assemble_server

OVERLAY = "overlay: 1.1.0\nactions:\n- {target: \"$.paths['/timezones']\", remove: true}\n"


@pytest.fixture
def overlay(tmp_path):
    file = tmp_path / "own.yaml"
    file.write_text(OVERLAY)
    return file


def list_operations(**options):
    return {operation.key for operation in plan_run(RunOptions(select=("RSP-01",), **options))[1].operations}


def test_an_overlay_of_the_command_line_changes_the_plan(overlay):
    removed = list_operations() - list_operations(own_overlays=(overlay,))
    assert removed == {"GET /timezones"}


def test_an_overlay_of_the_configuration_is_found_beside_it(overlay, tmp_path):
    file = tmp_path / "evconform.toml"
    file.write_text('overlays = ["own.yaml"]\n')
    assert "GET /timezones" not in list_operations(config=file)


def test_the_built_in_server_follows_it(overlay):
    server = assemble_server(ServerSettings(overlays=(overlay,)))
    assert "GET /timezones" not in server.description.model.operations_by_key


def test_an_overlay_that_is_absent_is_told(tmp_path):
    with pytest.raises(DescriptionError, match="cannot be read"):
        plan_run(RunOptions(own_overlays=(tmp_path / "none.yaml",)))
