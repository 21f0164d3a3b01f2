"""A diagram of the resource model: resources in one column, links as arcs between them."""

import math
from collections import defaultdict
from enum import StrEnum

import msgspec

from conformance.model import ResourceModel
from reports.coverage import OperationCoverage

ROW_HEIGHT, LABEL_WIDTH, PADDING = 22, 300, 16


class LinkUse(StrEnum):
    """The use that the run made of a link."""

    WALKED = "expanded"  # expanded in a request with a 2xx response
    OPEN = "not expanded"  # expandable, and never expanded
    PLAIN = "not expandable"  # cannot be expanded


class DiagramArc(msgspec.Struct, frozen=True):
    """Links of one resource to another: the properties, what the run did with them, and an SVG path."""

    source: str
    target: str
    paths: tuple[str, ...]
    use: LinkUse
    path: str


class DiagramNode(msgspec.Struct, frozen=True):
    """A resource, its row, and how many requests its operations had."""

    name: str
    y: float
    requests: int
    operations: int


class ModelDiagram(msgspec.Struct, frozen=True):
    """Nodes and arcs, and the size of the drawing."""

    nodes: tuple[DiagramNode, ...]
    arcs: tuple[DiagramArc, ...]
    width: float
    height: float


def draw_model(model: ResourceModel, covered: tuple[OperationCoverage, ...]) -> ModelDiagram:
    """Lay out the resource model: linked resources near each other; the longer an arc, the further it leans out."""
    used = {operation.key: operation for operation in covered}
    rows = {name: PADDING + ROW_HEIGHT * (n + 0.5) for n, name in enumerate(_order_resources(model))}
    nodes = tuple(
        DiagramNode(
            name,
            y,
            sum(used[key].requests for key in model.resources_by_name[name].operations if key in used),
            len(model.resources_by_name[name].operations),
        )
        for name, y in rows.items()
    )
    links: dict[tuple[str, str], dict[str, LinkUse]] = defaultdict(dict)
    for resource in model.resources:
        for link in resource.links:
            for target in link.targets:
                if target in rows and not link.own:
                    walked = any(
                        seen.name == link.path and seen.times
                        for key in resource.operations
                        if key in used
                        for seen in used[key].expansions
                    )
                    use = LinkUse.WALKED if walked else LinkUse.OPEN if link.expandable else LinkUse.PLAIN
                    links[resource.name, target][link.path] = use
    reach = max((abs(rows[a] - rows[b]) for a, b in links), default=0.0)
    arcs = tuple(_build_arc(source, target, uses, rows) for (source, target), uses in sorted(links.items()))
    return ModelDiagram(
        nodes, arcs, LABEL_WIDTH + 40 + _compute_bow(reach) * 0.75, PADDING * 2 + ROW_HEIGHT * len(rows)
    )


def _build_arc(source: str, target: str, uses: dict[str, LinkUse], rows: dict[str, float]) -> DiagramArc:
    use = next((use for use in LinkUse if use in uses.values()), LinkUse.PLAIN)
    start, end = rows[source], rows[target]
    if source == target:
        path = f"M{LABEL_WIDTH} {start - 4:.0f}c18 -6 18 14 0 8"
    else:
        bow = (
            LABEL_WIDTH + _compute_bow(abs(end - start)) + (9 if start > end else 0)
        )  # keeps the arcs of both directions apart
        path = f"M{LABEL_WIDTH} {start:.0f}C{bow:.0f} {start:.0f} {bow:.0f} {end:.0f} {LABEL_WIDTH} {end:.0f}"
    return DiagramArc(source, target, tuple(sorted(uses)), use, path)


def _compute_bow(distance: float) -> float:
    """Return how far an arc leans out, by the square root of its distance so that the longest stay on the page."""
    return 14 + 52 * math.sqrt(distance / ROW_HEIGHT)


def _order_resources(model: ResourceModel) -> list[str]:
    """Order resources depth first along the links, those with most links first; children follow their parent."""
    targets = {r.name: [t for link in r.links for t in link.targets if not link.own] for r in model.resources}
    children: dict[str, list[str]] = defaultdict(list)
    for resource in model.resources:
        children[resource.parent].append(resource.name)
    order: dict[str, None] = {}

    def visit(name: str) -> None:
        if name in targets and name not in order:
            order[name] = None
            for neighbour in (*children[name], *targets[name]):
                visit(neighbour)

    for name in sorted(targets, key=lambda name: (-len(targets[name]), name)):
        visit(name)
    return list(order)
