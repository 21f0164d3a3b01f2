"""IDS-07: the `url` of a listed item leads to that item."""

from typing import Any

import msgspec

from conformance.evidence.outcomes import observed, passed, quote, violated, without
from conformance.evidence.responses import UNREADABLE, Answer, below, match_path, path_of
from conformance.evidence.subject import Subject
from conformance.model import Operation, Request, ResourceModel, Role, Verdict
from conformance.probes.responses.plain_reads import plain_read
from conformance.probes.toolkit.base import SPARE, Need, Probe, Steps, ask
from conformance.probes.toolkit.calls import Missing, populated, untested
from conformance.probes.toolkit.edge_members import ends_needs, ends_of


def _is_list(operation: Operation, model: ResourceModel) -> bool:
    return operation.role is Role.LIST


def _find_reader(operation: Operation, model: ResourceModel) -> Operation | None:
    """Return the operation that reads one member of a list."""
    resource = model.by_name.get(operation.resource)
    path = resource.item_path if resource else ""
    return next(
        (candidate for candidate in model.operations if candidate.method == "GET" and candidate.path == path), None
    )


def _needs(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    reader = _find_reader(operation, model)
    return (*plain_read(operation, model, SPARE), *ends_needs(reader)) if reader else ()


def own_url(operation: Operation, subject: Subject) -> Steps[None]:
    """Fetch the second and the last item of a list, which few other probes read, at their urls (IDS-07)."""
    reader = _find_reader(operation, subject.model)
    if reader is None:
        yield without("IDS-07", operation.key, Verdict.NOT_APPLICABLE, "no operation reads one item of the list")
        return
    populated_list = yield from populated(operation, subject, subject.spare)
    if isinstance(populated_list, Missing):
        yield from untested(("IDS-07",), operation, populated_list)
        return
    call, plain = populated_list
    addressed = [(pointer, item) for pointer, item in plain.objects if isinstance(item.get("url"), str)]
    if not addressed:
        yield observed(plain, "IDS-07", Verdict.NOT_APPLICABLE, "no item has a url")
    for pointer, item in ends_of(addressed):
        target = below(subject.target.base_url, item["url"])
        if target is None or match_path(reader.path, path_of(target)) is None:
            yield observed(
                plain, "IDS-07", Verdict.NOT_APPLICABLE, "the item's url does not match the path that reads it (IDS-04)"
            )
            continue
        response = yield from ask(reader, Request(reader.key, "GET", target, call.headers, identity=call.identity))
        yield from _check_item(plain, pointer, item, response)


def _check_item(plain: Answer, at: str, item: dict[str, Any], response: Answer) -> Steps[None]:
    """Check that what is fetched at a listed url is that item (IDS-07)."""
    if response.status in {401, 403}:
        yield observed(plain, "IDS-07", Verdict.NOT_OBSERVABLE, "the identity may not read the item", also=(response,))
        return
    if response.ok and response.json is UNREADABLE:
        reason = "the response at the item's url cannot be parsed (RSP-09)"
        yield observed(plain, "IDS-07", Verdict.INCONCLUSIVE, reason, also=(response,))
        return
    shown = response.json if response.ok and isinstance(response.json, dict) else {}
    wrong = [name for name in ("id", "url") if name in item and shown.get(name) != item[name]]
    if not wrong:
        yield passed(plain, "IDS-07")
        return
    if not response.ok and (yield from _has_left_list(plain, item["url"])):
        yield observed(plain, "IDS-07", Verdict.INCONCLUSIVE, "the item left the list meanwhile", also=(response,))
        return
    message = (
        "the url of a listed item leads to another one" if response.ok else "the url of a listed item leads nowhere"
    )
    yield violated(
        plain,
        "IDS-07",
        message,
        expected=quote({name: item[name] for name in wrong}),
        actual=quote({name: shown.get(name) for name in wrong}) if response.ok else str(response.status),
        pointer=f"{at}/url",
        also=(response,),
    )


def _has_left_list(plain: Answer, url: str) -> Steps[bool]:
    """Return whether the item is no longer listed."""
    reread = yield from ask(plain.operation, msgspec.structs.replace(plain.exchange.request, fresh=True))
    return reread.ok and all(item.get("url") != url for _, item in reread.objects)


PROBES = (Probe("own-url", ("IDS-07",), _is_list, _needs, own_url, rank=2),)
