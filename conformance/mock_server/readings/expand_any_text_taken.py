"""An operation whose `expand` takes any text ignores what it does not know."""

from conformance.mock_server.admissible_readings import AdmissibleReading, InstalledReading
from conformance.mock_server.call import ServerCall
from conformance.mock_server.fault_sites import FaultSite
from conformance.mock_server.problems import Problem
from conformance.mock_server.reading_tools.published_descriptions import find_published_description
from conformance.model import Operation


def _is_free_text(operation: Operation) -> bool:
    parameter = operation.find_parameter("expand")
    schema = parameter.schema if parameter else {}
    return parameter is not None and "enum" not in schema and "enum" not in schema.get("items", {})


def install(site: FaultSite) -> InstalledReading | None:
    """Act where the published description lists no values."""
    published = find_published_description(site.world)
    keys = {operation.key for operation in published.model.operations if _is_free_text(operation)}

    def accept_expansion(call: ServerCall, name: str, problem: Problem | None) -> Problem | None:
        return None if name == "expand" and call.operation.key in keys else problem

    return InstalledReading({"parameter": accept_expansion}) if keys else None


READING = AdmissibleReading(
    "expansion",
    "one operation documents expand without its values (lint: expand-any-text)",
    install,
)
