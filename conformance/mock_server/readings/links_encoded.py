"""Links to logs encode the colons of their time, `%3A`."""

from typing import Any

from conformance.mock_server.admissible_readings import AdmissibleReading, on_every_value, read_by_hooks


def _encode_colons(value: Any) -> Any:
    if not isinstance(value, str) or not value.startswith(("http://", "https://")):
        return value
    scheme, separator, rest = value.partition("://")
    authority, slash, path = rest.partition("/")
    return scheme + separator + authority + slash + _encode_path(path)


def _encode_path(path: str) -> str:
    head, slash, last = path.rpartition("/")
    return head + slash + last.replace(":", "%3A") if "T" in last and last[:2].isdigit() else path


READING = AdmissibleReading(
    "values",
    "RFC 3986, section 2.2: a colon that is data in a segment may be encoded",
    read_by_hooks(**on_every_value(_encode_colons)),
    slots=("link encoding of logs",),
)
