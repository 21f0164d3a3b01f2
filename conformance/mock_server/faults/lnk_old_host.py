"""Links in expanded objects have an old host, as from a cache."""

from typing import Any

from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_at


def install(site: FaultSite) -> InstalledFault | None:
    """Choose the links of an object that is expanded at the first level."""
    choice = site.pick(site.expansions())

    def change_host(call: Any, here: str, _record: object, data: dict[str, object]) -> dict[str, object]:
        base = getattr(call, "base", "")
        if choice is None or here != choice[1].path:
            return data
        return {
            name: value.replace(base, "https://api-old.example.com/v2")
            if isinstance(value, str) and name != "url"
            else value
            for name, value in data.items()
        }

    return hook_at(choice[0], nested=change_host) if choice else None


FAULT = SeededFault(("LNK-01", "EXP-04"), "links in an expanded object name another host", install, difficulty="subtle")
