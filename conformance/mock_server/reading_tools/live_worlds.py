"""A world whose data change while it is read, for readings."""

import re
from collections.abc import Iterator

from conformance.mock_server.fault_sites import FaultSite
from conformance.model import KeyKind, Resource, Role

_INTERVAL_NAMES = {"interval_seconds", "period_end"}  # of the end of an interval, which the next one continues
LIVE_NAME = re.compile(r"(watts|milliamps|millivolts|percent|meter_reading|odometer|rssi|charge_level|_wh$|watt_hours)")
"""Names of properties that a device reports."""


def list_written_resources(site: FaultSite) -> frozenset[str]:
    """Return the resources that a POST, PATCH, PUT or DELETE acts on."""
    return frozenset(operation.resource for operation in site.model.operations if not operation.is_safe)


def iterate_log_resources(site: FaultSite) -> Iterator[Resource]:
    """Yield the resources below another that are keyed by time and have a list, except intervals of a series."""
    for name, resource in site.world.shape.resources.items():
        operation = site.world.shape.lists_by_resource.get(name)
        if not resource.parent or resource.key_kind is not KeyKind.TIMESTAMP or operation is None:
            continue
        if operation.role is Role.LIST and not _INTERVAL_NAMES & site.properties(operation).keys():
            yield resource


def list_shared_collections(site: FaultSite) -> list[Resource]:
    """Return the root collections in which resources with ids are created, except that of the users."""
    shape = site.world.shape
    created = {operation.resource for operation in site.model.operations if operation.role is Role.CREATE}
    return [
        resource
        for name, resource in sorted(shape.resources.items())
        if not resource.parent
        and resource.key_kind is KeyKind.ID
        and resource.item_path
        and name in shape.lists_by_resource
        and name in created - {shape.user_resource}
    ]
