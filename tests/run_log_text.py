"""The text of a run log: what stands in it compressed, and in bodies, can be searched."""

from pathlib import Path

import msgspec

from conformance.model import Exchanged
from conformance.run_log.event_log import read_events


def read_log_text(path: Path) -> str:
    """Return all events of a log as lines of JSON, each exchange with its bodies as text after it."""
    lines: list[str] = []
    for event in read_events([path]):
        lines.append(msgspec.json.encode(event).decode())
        if isinstance(event, Exchanged):
            response = event.exchange.response
            bodies = event.exchange.request.body, response.body if response else b""
            lines += [body.decode("latin-1") for body in bodies]
    return "\n".join(lines)
