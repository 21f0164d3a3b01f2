"""The parts of a total add up to more than the total."""

from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_everywhere
from conformance.model import Role

_SOURCES = ("grid_", "solar_")


def install(site: FaultSite) -> InstalledFault | None:
    """Choose one total, and change its last source wherever it is shown."""
    reads = site.with_roles(Role.ITEM, Role.SINGLETON)
    options = [
        (operation.resource, f"{_SOURCES[-1]}{name}")
        for operation in reads
        for name in site.properties(operation)
        if all(f"{source}{name}" in site.properties(operation) for source in _SOURCES)
    ]
    choice = site.pick(options)
    if choice is None:
        return None
    resource, name = choice

    def increase_source(data: dict[str, int]) -> dict[str, int]:
        part = data.get(name)
        return data if part is None else {**data, name: part + part // 10 + 10}

    return hook_everywhere(
        item=lambda _call, place, data: increase_source(data) if place.record.resource == resource else data,
        nested=lambda _call, _path, record, data: increase_source(data) if record.resource == resource else data,
    )


FAULT = SeededFault(
    ("CON-04",), "the sources of a total are more than it, taken together", install, difficulty="subtle"
)
