"""A cursor that is the id of no item is ignored: the list begins again."""

import re

from conformance.mock_server.admissible_readings import AdmissibleReading, InstalledReading
from conformance.mock_server.call import ServerCall
from conformance.mock_server.fault_sites import FaultSite
from conformance.model import Scheme

Pairs = tuple[tuple[str, str], ...]


def install(site: FaultSite) -> InstalledReading:
    """Look up the id that a cursor holds; an item that was deleted meanwhile is still known."""
    store = site.world.store
    known: set[str] = set()

    def ignore_cursor(call: ServerCall, pairs: Pairs) -> Pairs:
        paging = call.operation.pagination
        if paging is None or paging.scheme is not Scheme.CURSOR:
            return pairs
        form = re.compile(site.world.shape.resources[call.operation.resource].prefix + "[A-Z0-9]{26}", re.ASCII)
        known.update(record.key for record in store.iterate_records(call.operation.resource))
        names = {paging.after, paging.before}
        return tuple(
            (name, value) for name, value in pairs if name not in names or value in known or not form.fullmatch(value)
        )

    return InstalledReading({"query": ignore_cursor})


READING = AdmissibleReading(
    "lists",
    "the description is silent on cursors that no link gave",
    install,
    slots=("unknown cursors",),
    excludes=("list-opaque-cursors",),
)
