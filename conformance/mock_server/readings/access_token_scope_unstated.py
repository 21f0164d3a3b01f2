"""The token endpoint does not repeat the scopes where they are those that were asked for."""

from typing import Any

from conformance.mock_server.admissible_readings import AdmissibleReading, read_by_hooks


def _leave_out(form: dict[str, str], body: dict[str, Any]) -> dict[str, Any]:
    is_as_asked = set(form.get("scope", "").split()) in ({*body["scope"].split()}, set())
    return {name: value for name, value in body.items() if name != "scope" or not is_as_asked}


READING = AdmissibleReading(
    "access", "RFC 6749, section 5.1: scope is optional, if identical to the scope requested by the client",
    read_by_hooks(token=_leave_out),
)  # fmt: skip
