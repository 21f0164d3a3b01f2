"""Logs are stored before they were sampled."""

from conformance.mock_server import clock
from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_at
from conformance.model import Role


def install(site: FaultSite) -> InstalledFault | None:
    """Choose one kind of log with both times."""
    options = [
        operation
        for operation in site.with_roles(Role.LIST)
        if {"sampled_at", "logged_at"} <= set(site.properties(operation))
    ]

    def set_early_time(_call: object, _place: object, data: dict[str, str]) -> dict[str, str]:
        moment = clock.parse_time(data.get("sampled_at") or "")
        return data if moment is None else {**data, "logged_at": clock.format_time(moment - clock.HOUR)}

    return hook_at(site.pick(options), item=set_early_time)


FAULT = SeededFault(("CON-03", "CON-02"), "logged_at of one kind of log is an hour before sampled_at", install)
