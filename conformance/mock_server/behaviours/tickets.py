"""Reports about support tickets, counted from the tickets that exist."""

from collections import Counter
from typing import Any

from conformance.mock_server.call import ServerCall, ServerResponse
from conformance.mock_server.read_handler import ReadHandler

_CATEGORY, _SUBCATEGORY = "human_verified_category", "human_verified_subcategory"


def _list_tickets(reads: ReadHandler, call: ServerCall) -> list[dict[str, Any]]:
    return [
        ticket.data for ticket in reads.world.store.iterate_records("support_tickets") if reads.is_visible(call, ticket)
    ]


def _rank_by_count(counts: Counter[Any]) -> list[tuple[Any, int, float]]:
    total = sum(counts.values())
    return [
        (name, count, round(count / total, 4))
        for name, count in sorted(counts.items(), key=lambda e: (-e[1], str(e[0])))
    ]


def count_by_field(reads: ReadHandler, call: ServerCall) -> ServerResponse:
    """Return the number of tickets by the field that the path names."""
    field = call.operation.path.rpartition("/")[2]
    counts = Counter(ticket[field] for ticket in _list_tickets(reads, call) if ticket.get(field) is not None)
    return ServerResponse(
        200, {"breakdown": [{field: n, "count": c, "percentage": p} for n, c, p in _rank_by_count(counts)]}
    )


def count_by_day(reads: ReadHandler, call: ServerCall) -> ServerResponse:
    """Return the number of tickets by the day of their creation."""
    days = Counter(ticket["created_at"][:10] for ticket in _list_tickets(reads, call))
    return ServerResponse(200, {"time_series": [{"date": day, "count": days[day]} for day in sorted(days)]})


def measure_resolution(reads: ReadHandler, call: ServerCall) -> ServerResponse:
    """Return how many tickets are resolved, and how fast."""
    tickets = _list_tickets(reads, call)
    resolved = sum(ticket.get("resolved_at") is not None for ticket in tickets)
    rate = round(resolved / len(tickets), 4) if tickets else 0
    hours = 3.0 if resolved else None
    return ServerResponse(200, {
        "resolution_rate": rate, "avg_resolution_time_hours": hours, "median_resolution_time_hours": hours,
        "total_resolved": resolved, "total_unresolved": len(tickets) - resolved,
    })  # fmt: skip


def list_top_categories(reads: ReadHandler, call: ServerCall) -> ServerResponse:
    """Return the categories with most tickets."""
    limit = int(call.last_query_value("limit") or 10)
    tickets = [ticket for ticket in _list_tickets(reads, call) if ticket.get(_CATEGORY)]
    counts = Counter(ticket[_CATEGORY] for ticket in tickets)
    pairs = Counter((ticket[_SUBCATEGORY], ticket[_CATEGORY]) for ticket in tickets if ticket.get(_SUBCATEGORY))
    return ServerResponse(200, {
        "categories": [{"category": n, "count": c, "percentage": p} for n, c, p in _rank_by_count(counts)[:limit]],
        "subcategories": [
            {"subcategory": n[0], "category": n[1], "count": c, "percentage": p}
            for n, c, p in _rank_by_count(pairs)[:limit]
        ],
    })  # fmt: skip


def build_sankey(reads: ReadHandler, call: ServerCall) -> ServerResponse:
    """Return the flow from categories to subcategories."""
    pairs = Counter(
        (ticket[_CATEGORY], ticket[_SUBCATEGORY])
        for ticket in _list_tickets(reads, call)
        if ticket.get(_CATEGORY) and ticket.get(_SUBCATEGORY)
    )
    names = sorted({name for pair in pairs for name in pair})
    return ServerResponse(200, {
        "nodes": [{"id": name, "label": name.replace("_", " ").title()} for name in names],
        "links": [{"source": a, "target": b, "value": count} for (a, b), count in sorted(pairs.items())],
    })  # fmt: skip


def list_categories(reads: ReadHandler, _call: ServerCall) -> ServerResponse:
    """Return all categories and subcategories with their labels."""
    schema = reads.world.get_schema(reads.world.shape.resources["support_tickets"])["properties"]

    def label_values(field: str) -> list[dict[str, str]]:
        branches = [reads.world.schema_compiler.fold_schema(branch) for branch in schema[field].get("oneOf", ())]
        names: list[str] = next((branch["enum"] for branch in branches if "enum" in branch), [])
        return [{"value": name, "label": name.replace("_", " ").title()} for name in names]

    return ServerResponse(200, {"categories": label_values(_CATEGORY), "subcategories": label_values(_SUBCATEGORY)})


_STATS = "GET /support-ticket-stats"
READS = {
    "GET /support_tickets/categories": list_categories,
    f"{_STATS}/sankey": build_sankey,
    f"{_STATS}/volume": count_by_day,
    f"{_STATS}/resolution": measure_resolution,
    f"{_STATS}/status": count_by_field,
    f"{_STATS}/priority": count_by_field,
    f"{_STATS}/source": count_by_field,
    f"{_STATS}/top-categories": list_top_categories,
}
