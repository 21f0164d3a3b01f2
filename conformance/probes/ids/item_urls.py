"""IDS-07: the `url` of a listed item leads to that item."""

from typing import Any

import msgspec

from conformance.applicability.selectors import is_list
from conformance.evidence.json_bodies import UNREADABLE
from conformance.evidence.outcomes import fail_case, judge_case, pass_case, quote_json, skip_case
from conformance.evidence.payers import choose_reader_kind
from conformance.evidence.responses import OperationResponse
from conformance.evidence.subject import Subject
from conformance.evidence.urls import extract_path, match_path, strip_base_url
from conformance.model import Operation, Request, ResourceModel, Verdict
from conformance.probes.responses.plain_reads import plain_read_needs
from conformance.probes.toolkit.base import Need, Probe, Steps, send
from conformance.probes.toolkit.calls import Missing, find_populated_list, report_untested
from conformance.probes.toolkit.edge_members import edge_needs, select_edges


def _find_reader(operation: Operation, model: ResourceModel) -> Operation | None:
    """Return the operation that reads one member of a list."""
    resource = model.resources_by_name.get(operation.resource)
    path = resource.item_path if resource else ""
    return next(
        (candidate for candidate in model.operations if candidate.method == "GET" and candidate.path == path), None
    )


def _needs(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    reader = _find_reader(operation, model)
    payer = choose_reader_kind(operation, model)
    return (*plain_read_needs(operation, model, payer), *edge_needs(reader, payer)) if reader else ()


def fetch_item_urls(operation: Operation, subject: Subject) -> Steps[None]:
    """Fetch the second and the last item of a list, which few other probes read, at their urls (IDS-07)."""
    reader = _find_reader(operation, subject.model)
    if reader is None:
        yield skip_case("IDS-07", operation.key, Verdict.NOT_APPLICABLE, "no operation reads one item of the list")
        return
    populated_list = yield from find_populated_list(operation, subject, subject.choose_reader(operation))
    if isinstance(populated_list, Missing):
        yield from report_untested(("IDS-07",), operation, populated_list)
        return
    call, plain = populated_list
    addressed = [(pointer, item) for pointer, item in plain.objects if isinstance(item.get("url"), str)]
    if not addressed:
        yield judge_case(plain, "IDS-07", Verdict.NOT_APPLICABLE, "no item has a url")
    for pointer, item in select_edges(addressed):
        target = strip_base_url(subject.target.base_url, item["url"])
        if target is None or match_path(reader.path, extract_path(target)) is None:
            yield judge_case(
                plain, "IDS-07", Verdict.NOT_APPLICABLE, "the item's url does not match the path that reads it (IDS-04)"
            )
            continue
        response = yield from send(reader, Request(reader.key, "GET", target, call.headers, identity=call.identity))
        yield from _check_item(plain, pointer, item, response)


def _check_item(plain: OperationResponse, at: str, item: dict[str, Any], response: OperationResponse) -> Steps[None]:
    """Check that what is fetched at a listed url is that item (IDS-07)."""
    if response.status in {401, 403}:
        yield judge_case(
            plain, "IDS-07", Verdict.NOT_OBSERVABLE, "the identity may not read the item", also=(response,)
        )
        return
    if response.is_success and response.json is UNREADABLE:
        reason = "the response at the item's url cannot be parsed (RSP-09)"
        yield judge_case(plain, "IDS-07", Verdict.INCONCLUSIVE, reason, also=(response,))
        return
    shown = response.json if response.is_success and isinstance(response.json, dict) else {}
    wrong = [name for name in ("id", "url") if name in item and shown.get(name) != item[name]]
    if not wrong:
        yield pass_case(plain, "IDS-07")
        return
    if not response.is_success and (yield from _has_left_list(plain, item["url"])):
        yield judge_case(plain, "IDS-07", Verdict.INCONCLUSIVE, "the item left the list meanwhile", also=(response,))
        return
    message = (
        "the url of a listed item leads to another one"
        if response.is_success
        else "the url of a listed item leads to no resource"
    )
    yield fail_case(
        plain,
        "IDS-07",
        message,
        expected=quote_json({name: item[name] for name in wrong}),
        actual=quote_json({name: shown.get(name) for name in wrong}) if response.is_success else str(response.status),
        pointer=f"{at}/url",
        also=(response,),
    )


def _has_left_list(plain: OperationResponse, url: str) -> Steps[bool]:
    """Return whether the item is no longer listed."""
    reread = yield from send(plain.operation, msgspec.structs.replace(plain.exchange.request, fresh=True))
    return reread.is_success and all(item.get("url") != url for _, item in reread.objects)


PROBES = (Probe("list-item-url", ("IDS-07",), is_list, _needs, fetch_item_urls, rank=2),)
