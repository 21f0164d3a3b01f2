"""Objects have properties that the description does not name."""

from conformance.mock_server.admissible_readings import AdmissibleReading, on_every_object, read_by_hooks

READING = AdmissibleReading(
    "values",
    "JSON Schema, core, 10.3.2.3: without additionalProperties, further properties are valid",
    read_by_hooks(**on_every_object(lambda _record, data: {**data, "_revision": 7, "_labels": ["a"], "_parent": None})),
)
