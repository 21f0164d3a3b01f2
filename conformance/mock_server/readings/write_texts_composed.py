"""Texts are stored composed (NFC), trimmed, and with single blanks."""

import unicodedata
from typing import Any

from conformance.mock_server.admissible_readings import AdmissibleReading, read_by_hooks
from conformance.mock_server.fault_tools.stored_values import change_leaves


def _change(value: Any) -> Any:
    return " ".join(unicodedata.normalize("NFC", value).split()) if isinstance(value, str) else value


READING = AdmissibleReading(
    "writes", "the description is silent on how a text is normalised", read_by_hooks(apply=change_leaves(_change))
)
