"""The header of a run log: what ran, against what, by which description."""

import platform
from pathlib import Path
from typing import Any

from conformance import __version__
from conformance.description import Description
from conformance.model import RunStarted, Target


def build_header(run: str, target: Target, description: Description, started_at: float, **more: Any) -> RunStarted:
    """Return the header of a run log; `started_at` is in seconds since 1970, `more` are other fields of the event."""
    return RunStarted(
        run=run,
        started_at=started_at,
        suite_version=__version__,
        target=target,
        description_title=description.model.title,
        description_version=description.model.version,
        description_sha256=description.digest,
        description_source=Path(description.source).name,
        python=f"{platform.python_implementation()} {platform.python_version()}",
        **more,
    )
