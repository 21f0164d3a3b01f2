"""The token endpoint writes `bearer`, and adds members."""

from typing import Any

from conformance.mock_server.admissible_readings import AdmissibleReading, read_by_hooks


def _lower_token_type(_form: Any, body: dict[str, Any]) -> dict[str, Any]:
    return {**body, "token_type": "bearer", "jti": "b9c1"} if "token_type" in body else body


READING = AdmissibleReading(
    "access",
    "RFC 6749, section 5.1: the type of a token is case-insensitive, further members are ignored",
    read_by_hooks(token=_lower_token_type),
    slots=("token response",),
)
