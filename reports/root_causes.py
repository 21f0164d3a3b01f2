"""Root causes: groups of findings that one defect explains, as far as their evidence shows.

Two groups have one cause where findings of both are about the same property of the same resource, wherever it is shown;
rest on one exchange and name one place in it; or are of one family on one operation, and one is about a part of what
the other is about. The most direct one leads, the others stand under it as what it breaks too.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator

import msgspec

from conformance.model import ResourceModel, Verdict
from conformance.model.pointers import fold_indices
from reports.findings import rank_gravity
from reports.groups import FindingGroup, group_by_cause
from reports.summary import Finding, Summary

_MERGED = frozenset({Verdict.FAIL, Verdict.WARN})
_MANY_MATTERS = frozenset({"RSP", "HDR", "ERR"})  # families whose requirements have little to do with each other
_SAME_AS = {"url": "id"}  # properties that say the same: a resource's address ends with its id

Place = tuple[str, tuple[str, ...]]
"""A resource, or an operation without one, and the path of a property in it."""


def find_root_causes(summary: Summary) -> tuple[FindingGroup, ...]:
    """Return the findings of a run by root cause, gravest first; those on the description come last."""
    groups = group_by_cause(summary.findings, from_examples=summary.answers_from_examples)
    is_certification = summary.started is not None and summary.started.certification is not None
    merged = groups if is_certification else _merge(groups, summary.model)
    return tuple(sorted(merged, key=lambda group: group.is_of_description))


def _merge(groups: tuple[FindingGroup, ...], model: ResourceModel | None) -> Iterator[FindingGroup]:
    """Yield the groups in their order, those with one cause as one."""
    leaders = list(range(len(groups)))

    def find(number: int) -> int:
        while leaders[number] != number:
            number = leaders[number]
        return number

    for first, second in _list_pairs(groups, model):
        one, other = sorted((find(first), find(second)))
        leaders[other] = one
    members: dict[int, list[FindingGroup]] = defaultdict(list)
    for number, group in enumerate(groups):
        members[find(number)].append(group)
    for cluster in members.values():  # in the order of their gravest
        yield _combine(cluster, model)


def _list_pairs(groups: tuple[FindingGroup, ...], model: ResourceModel | None) -> Iterator[tuple[int, int]]:
    """Yield the numbers of groups with one cause."""
    seen: dict[tuple[object, ...], int] = {}
    of_family: dict[tuple[object, ...], list[tuple[Place, int]]] = defaultdict(list)
    for number, group in enumerate(groups):
        if group.verdict not in _MERGED or group.is_of_description:
            continue
        for finding in group.findings:
            place = resolve_place(finding, model)
            for key in _list_keys(finding, place):
                yield seen.setdefault((group.waived, *key), number), number
            family = finding.requirement.partition("-")[0]
            if family not in _MANY_MATTERS:
                known = of_family[group.waived, family, finding.operation]
                yield from ((other, number) for own, other in known if _is_inside(own, place) or _is_inside(place, own))
                known.append((place, number))


def _list_keys(finding: Finding, place: Place) -> Iterator[tuple[object, ...]]:
    """Yield what a finding shares with others of one cause: a property, and places in its exchanges."""
    if place[1]:
        yield "property", *place
    if not finding.pointer.startswith("/"):
        return
    names = _split(finding.pointer)
    for exchange in finding.exchanges[: finding.rests_on] if names else ():
        yield "place", exchange, *names
        yield "end", exchange, finding.requirement.partition("-")[0], names[-1]


def _split(pointer: str) -> list[str]:
    """Return the names of a pointer, without array indices."""
    return [name for name in fold_indices(pointer).split("/")[1:] if name != "*"]


def _is_inside(outer: Place, inner: Place) -> bool:
    return outer[1] == inner[1][: len(outer[1])]


def resolve_place(finding: Finding, model: ResourceModel | None) -> Place:
    """Return the resource and the property that a finding is about, through links that are expanded on the way."""
    operation = model.operations_by_key.get(finding.operation) if model else None
    resource = operation.resource if operation else ""
    own = resource or finding.operation
    if not finding.pointer.startswith("/"):
        return own, ((finding.pointer,) if finding.pointer else ())
    names = _split(finding.pointer)
    if operation is not None and operation.items_at and names[:1] == [operation.items_at]:
        names = names[1:]
    path: list[str] = []
    for index, name in enumerate(names):
        path.append(name)
        known = model.resources_by_name.get(resource) if model else None
        links = {link.path.replace("[]", ""): link for link in known.links} if known else {}
        link = links.get(".".join(path))
        if link is not None and len(link.targets) == 1 and index < len(names) - 1:
            own = resource = link.targets[0]
            path = []
    return own, tuple(_SAME_AS.get(name, name) for name in path)


def _combine(cluster: list[FindingGroup], model: ResourceModel | None) -> FindingGroup:
    """Return the group of the most direct finding, with the findings of all others under it."""
    if len(cluster) == 1:
        return cluster[0]
    head = min(cluster, key=lambda group: _build_rank(group, model))
    others = [group for group in cluster if group is not head]
    also = tuple(finding for group in others for finding in (*group.findings, *group.implied))
    return msgspec.structs.replace(head, also=also)


def _build_rank(group: FindingGroup, model: ResourceModel | None) -> tuple[object, ...]:
    """Return the sort key of the group that leads a cause.

    A value that is wrong by itself explains that it differs from others; a list that is wrong in several responses
    explains what is odd about one.
    """
    first = group.findings[0]
    verdict, level, harm = rank_gravity(group.verdict, group.level, group.harm)
    is_value = bool(resolve_place(first, model)[1])
    is_comparison = is_value and first.rests_on > 1
    return verdict, level, is_comparison, harm, 0 if is_value else -first.rests_on, group.requirement


def split_by_subject(groups: Iterable[FindingGroup]) -> tuple[tuple[FindingGroup, ...], tuple[FindingGroup, ...]]:
    """Return the causes in the server, and those in the description."""
    listed = tuple(groups)
    return (
        tuple(group for group in listed if not group.is_of_description),
        tuple(group for group in listed if group.is_of_description),
    )
