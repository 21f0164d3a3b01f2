"""Writes of items that were cut off: what they did may stay, and whoever resumes the run is told. Pure."""

from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit

from conformance.model import Exchange, Exchanged, Noticed
from conformance.safety.creations import find_created_path


def list_left_writes(exchanged: Iterable[Exchanged]) -> Iterator[Noticed]:
    """Yield a notice for each write of an item without an end that took effect, or may have, and was not undone."""
    left: dict[str, tuple[str, Exchange]] = {}  # by what was created, else by the exchange
    for event in exchanged:
        exchange, request = event.exchange, event.exchange.request
        if request.is_safe or request.inert or not (exchange.status // 100 in {0, 2} or exchange.status >= 500):
            continue
        path = urlsplit(exchange.url).path
        created = find_created_path(request.method, path, exchange.response) if exchange.response else ""
        if request.method == "DELETE" and exchange.status // 100 == 2 and path in left:
            del left[path]
            continue
        left[created or exchange.id] = event.item, exchange
    for name, (item, exchange) in left.items():
        request = exchange.request
        shown = f"{request.method} {request.target} ({exchange.status or 'no response'})"
        what = f"created {name}, which may still exist" if name.startswith("/") else "may stay in effect"
        yield Noticed("cleanup", f"{item} was cut off in the earlier run after {shown}: it {what}", request.operation)
