"""Which effect an operation has: what is no harmless read is never taken for one."""

import pytest

from conformance.description import load_description
from conformance.model import Effect

DOCUMENT = """
openapi: 3.1.0
info: {{title: t, version: "1"}}
paths:
  {path}:
    {method}:
      {more}
      parameters: [{{name: id, in: path, required: true, schema: {{type: string}}}}]
      responses:
        "200": {{description: d, content: {{application/json: {{schema: {schema}}}}}}}
"""
OBJECT, LIST = "{type: object}", "{type: array, items: {type: object, properties: {id: {type: string}}}}"


def effect(tmp_path, path, method="get", more="operationId: o", schema=OBJECT):
    file = tmp_path / "openapi.yaml"
    file.write_text(DOCUMENT.format(path=path, method=method, more=more, schema=schema))
    (operation,) = load_description(file, overlays=False).model.operations
    return operation.effect


@pytest.mark.parametrize("path", ["/s/{id}/cancel", "/s/{id}:submit", "/s/{id}/boost_start", "/s/{id}/reset-password"])
def test_a_get_named_after_an_action_is_no_read(tmp_path, path):
    assert effect(tmp_path, path) is Effect.IRREVERSIBLE


@pytest.mark.parametrize(
    "path", ["/s/{id}/cancellations", "/s/{id}", "/cancel/{id}", "/s/{id}/payments", "/s/{id}/started"]
)
def test_a_get_named_after_a_thing_is_a_read(tmp_path, path):
    assert effect(tmp_path, path) is Effect.NONE


def test_a_list_is_a_read_whatever_its_name(tmp_path):
    assert effect(tmp_path, "/s/{id}/dispatch_logs", schema=LIST) is Effect.NONE


@pytest.mark.parametrize(("stated", "expected"), [("hardware", Effect.HARDWARE), ("explodes", Effect.IRREVERSIBLE)])
def test_an_effect_that_the_description_states_counts_on_a_get(tmp_path, stated, expected):
    assert effect(tmp_path, "/s/{id}", more=f"x-effect: {stated}") is expected


def test_an_overlay_of_ours_decides_before_the_description(tmp_path):
    assert effect(tmp_path, "/s/{id}/cancel", more="x-effect: hardware\n      x-evconform-effect: none") is Effect.NONE


@pytest.mark.parametrize(("method", "expected"), [("delete", Effect.IRREVERSIBLE), ("patch", Effect.WRITE)])
def test_a_write_has_the_effect_of_its_method(tmp_path, method, expected):
    assert effect(tmp_path, "/s/{id}", method=method) is expected
