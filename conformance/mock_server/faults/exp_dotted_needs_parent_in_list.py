"""In lists a dotted path expands nothing unless the level above is asked for as well."""

from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_at
from conformance.model import Role


def install(site: FaultSite) -> InstalledFault | None:
    """Choose one list with a path of two levels."""
    choices = [choice for choice in site.expansions(depth=2) if choice[0].role is Role.LIST]
    operation = site.pick(operation for operation, _ in choices)
    return hook_at(
        operation,
        tree=lambda call, asked: tuple(
            path for path in asked if "." not in path or path.rpartition(".")[0] in call.query_values("expand")
        ),
    )


FAULT = SeededFault(
    ("EXP-06",),
    "a list leaves the URL in b for `expand=a.b` alone",
    install,
    difficulty="subtle",
    implies=("EXP-05", "EXP-08"),
)
