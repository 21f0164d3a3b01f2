"""A scope that the published description uses and does not define is not asked for."""

from conformance.mock_server.admissible_readings import AdmissibleReading, InstalledReading
from conformance.mock_server.call import ServerCall
from conformance.mock_server.fault_sites import FaultSite
from conformance.mock_server.problems import Problem
from conformance.mock_server.reading_tools.published_descriptions import find_published_description


def install(site: FaultSite) -> InstalledReading | None:
    """Act where an operation needs a scope that no flow grants, or a scheme that does not exist."""
    published = find_published_description(site.world)
    schemes = set(published.document.get("components", {}).get("securitySchemes", {}))
    defined = set(published.model.scopes)
    keys = {
        operation.key
        for operation in published.model.operations
        for alternative in operation.security
        for need in alternative
        if need.scheme not in schemes or not set(need.scopes) <= defined
    }

    def admit_without_scope(call: ServerCall, problem: Problem | None) -> Problem | None:
        is_about_scope = problem is not None and problem.status == 403 and call.operation.key in keys
        return None if is_about_scope else problem

    return InstalledReading({"admit": admit_without_scope}) if keys else None


READING = AdmissibleReading(
    "access",
    "no token can have a scope that no flow defines (lint: scope-unknown, scheme-unknown)",
    install,
)
