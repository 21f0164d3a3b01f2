"""A refresh that asks for more scopes than were issued is refused, not narrowed."""

from collections.abc import Mapping

from conformance.mock_server.admissible_readings import AdmissibleReading, read_by_hooks
from conformance.mock_server.tokens import Grant


def _refuse_wider(form: Mapping[str, str], _client: str, _known: Grant | None, given: Grant | None) -> Grant | None:
    asked = frozenset(form.get("scope", "").split())
    return given if given and asked <= given.scopes else None


READING = AdmissibleReading(
    "access",
    "RFC 6749, section 6: the scope asked for must not exceed the one granted; section 5.2: such a request is refused",
    read_by_hooks(refresh=_refuse_wider),
    slots=("refresh",),
)
