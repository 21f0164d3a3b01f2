"""Lists that are ordered by name are sorted as a dictionary is: without case, accents and blanks."""

import unicodedata

from conformance.mock_server.admissible_readings import AdmissibleReading, read_by_hooks
from conformance.mock_server.call import ServerCall
from conformance.mock_server.world.store import StoredRecord


def _collate(text: str) -> str:
    return "".join(letter for letter in unicodedata.normalize("NFKD", text.casefold()) if letter.isalnum())


def _sort_by_name(call: ServerCall, records: list[StoredRecord]) -> list[StoredRecord]:
    stated = call.operation.stated_order
    is_by_name = stated is not None and stated.field and stated.is_descending is None
    if stated is None or not is_by_name or not any(isinstance(r.data.get(stated.field), str) for r in records):
        return records
    return sorted(records, key=lambda record: (_collate(str(record.data.get(stated.field) or "")), record.key))


READING = AdmissibleReading(
    "lists", "the texts say `by name`, and not by which collation", read_by_hooks(order=_sort_by_name), slots=("order",)
)
