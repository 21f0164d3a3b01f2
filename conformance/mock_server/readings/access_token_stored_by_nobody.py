"""The token endpoint forbids storage in other words: `private, no-store, max-age=0`, without `Pragma`."""

from typing import Any

from conformance.mock_server.admissible_readings import AdmissibleReading, read_by_hooks

READING = AdmissibleReading(
    "access",
    "RFC 9111, section 5.2.2.5: no-store forbids storage; Pragma, of HTTP/1.0, is deprecated (section 5.4)",
    read_by_hooks(token_headers=lambda _form, _headers: _build_headers()),
)


def _build_headers() -> dict[str, Any]:
    return {"Cache-Control": "private, no-store, max-age=0"}
