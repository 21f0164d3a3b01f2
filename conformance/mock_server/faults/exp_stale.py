"""An expanded object is stale."""

from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_at


def install(site: FaultSite) -> InstalledFault | None:
    """Choose a number of an expanded object, and show another value than its own read."""
    options = []
    for operation, expansion in site.expansions():
        target = next(iter(site.world.store.iterate_records(expansion.target)), None)
        names = site.world.shape.resources[expansion.target]
        for name, value in target.data.items() if target else ():
            if type(value) is int and name not in {names.key_field, "url"}:
                options.append((operation, expansion, name))
    choice = site.pick(options)

    def age_number(_call: object, here: str, _record: object, data: dict[str, object]) -> dict[str, object]:
        if choice is None or here != choice[1].path or type(value := data.get(choice[2])) is not int:
            return data
        return {**data, choice[2]: value + (1 if value < 90 else -1)}

    return hook_at(choice[0], nested=age_number) if choice else None


FAULT = SeededFault(
    ("EXP-04",), "a number in an expanded object differs from the resource itself", install, difficulty="subtle"
)
