"""An expanded object has only the properties that identify it."""

from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_at


def install(site: FaultSite) -> InstalledFault | None:
    """Leave out everything except `id`, `url` and `name`."""
    choice = site.pick(site.expansions())

    def thin_object(_call: object, here: str, _record: object, data: dict[str, object]) -> dict[str, object]:
        return (
            {k: v for k, v in data.items() if k in {"id", "url", "name"}} if choice and here == choice[1].path else data
        )

    return hook_at(choice[0], nested=thin_object) if choice else None


FAULT = SeededFault(("EXP-04",), "one `expand` shows id, url and name alone", install)
