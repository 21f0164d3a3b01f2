"""The packages with generic names that belong to evconform: another one of such a name must not be taken for it."""

from importlib.util import find_spec
from pathlib import Path

from conformance.errors import UsageError

_GENERIC_NAMES = ("reports", "specs", "strategies")
_NEIGHBOUR = Path(*__name__.split(".")).with_suffix(".py")  # this module, which stands beside each of ours


def check_own_packages() -> None:
    """Raise UsageError where another package stands ahead of one of ours on the import path."""
    for name in _GENERIC_NAMES:
        spec = find_spec(name)
        found = Path(spec.origin) if spec and spec.origin else None
        if found is None or not (found.parents[1] / _NEIGHBOUR).is_file():
            raise UsageError(
                f"Python finds another package `{name}` than that of evconform: {found or 'none with an __init__.py'}",
                hint=f"Call evconform from another folder, or take {found.parents[1]} out of PYTHONPATH."
                if found
                else "Install evconform anew, in an environment of its own (pipx, uvx, tox)",
            )
