"""EXP-04: an expanded object equals the resource at its link, or in its list."""

from collections.abc import Iterator, Sequence
from typing import Any

from conformance.evidence.differences import ABSENT, ValueDifference, find_differences, get_value
from conformance.evidence.outcomes import judge_case, pass_case
from conformance.evidence.representations import Representation, find_common_differences
from conformance.evidence.responses import OperationResponse, find_reader
from conformance.evidence.subject import Subject
from conformance.evidence.urls import strip_base_url
from conformance.model import Expansion, Request, Verdict
from conformance.probes.expansion.judgements import ExpandedPlace, blank_expansions, find_places
from conformance.probes.toolkit.base import Steps, send
from conformance.probes.toolkit.difference_outcomes import build_violation
from conformance.probes.toolkit.listings import read_listing
from conformance.probes.toolkit.stillness import report_restless, settle_differences


def compare_with_fetched(  # noqa: PLR0913 - what is compared, and how far
    plain: OperationResponse,
    response: OperationResponse,
    expansion: Expansion,
    subject: Subject,
    *,
    selected: slice = slice(1),
    deep: tuple[Expansion, ...] = (),
) -> Steps[None]:
    """Compare what is shown with the resource at its link, for the places in the slice `selected` (EXP-04).

    What is shown says itself where it lives: the link may lead to the next one by then (EXP-03 judges it).
    """
    shown = [
        (place, place.value["url"] if _has_url(place.value) else place.link)
        for place in find_places(plain, response, expansion)
        if isinstance(place.link, str) and isinstance(place.value, dict)
    ]
    for place, link in shown[selected]:
        yield from _compare_with_resource(response, place, link, expansion, subject, _inner_expansions(expansion, deep))


def _inner_expansions(expansion: Expansion, deep: tuple[Expansion, ...]) -> tuple[Expansion, ...]:
    """Return the expansions that lie within one, with paths relative to it."""
    start = f"{expansion.path}."
    return tuple(
        Expansion(candidate.path.removeprefix(start)) for candidate in deep if candidate.path.startswith(start)
    )


def compare_with_listed(
    response: OperationResponse, expansion: Expansion, subject: Subject, deep: tuple[Expansion, ...]
) -> Steps[None]:
    """Compare what is shown with the plain list, at no cost; fetch the resource where they differ (EXP-04)."""
    target = subject.model.resources_by_name.get(expansion.target)
    listed = yield from read_listing(target, subject)
    inner = _inner_expansions(expansion, deep)
    for place in find_places(None, response, expansion):
        member = listed.members.get(place.value.get("url")) if _has_url(place.value) else None
        if member is None:
            continue
        plain_member, shown_member = blank_expansions(member, inner), blank_expansions(place.value, inner)
        if any(
            difference.old is not ABSENT and difference.new is not ABSENT
            for difference in find_differences(plain_member, shown_member)
        ):
            yield from _compare_with_resource(response, place, member["url"], expansion, subject, inner)
            return


def _has_url(value: Any) -> bool:
    return isinstance(value, dict) and isinstance(value.get("url"), str)


def _compare_with_resource(  # noqa: PLR0913 - where it stands, and what it is compared with
    response: OperationResponse,
    place: ExpandedPlace,
    link: str,
    expansion: Expansion,
    subject: Subject,
    inner: tuple[Expansion, ...],
) -> Steps[None]:
    """Compare one object with the resource at its link (EXP-04)."""
    target = strip_base_url(subject.target.base_url, link)
    reader = find_reader(target, subject.model) if target and "?" not in target else None
    if target is None or reader is None:
        return
    fetched = yield from send(reader, Request(reader.key, "GET", target))
    if not isinstance(fetched.json, dict) or not fetched.is_success:
        reason = f"the link returns {fetched.status}"
        yield judge_case(response, "EXP-04", Verdict.NOT_OBSERVABLE, reason, also=(fetched,))
        return

    def compare(reads: Sequence[OperationResponse]) -> Iterator[ValueDifference]:
        shown = get_value(reads[1].json, place.pointer)
        if not isinstance(reads[0].json, dict) or not isinstance(shown, dict) or _has_other_target(shown, place.value):
            yield ValueDifference("", "the same resource", "another one")
            return
        yield from find_common_differences(
            Representation(blank_expansions(reads[0].json, inner), reader.item_schema),
            Representation(blank_expansions(shown, inner), expansion.schema),
            subject.description,
        )

    settled = yield from settle_differences((fetched, response), compare)
    message = f"the object shown by expand={expansion.path} differs from the resource itself"
    for mismatch in settled.lasting:
        yield build_violation(
            response, "EXP-04", message, mismatch._replace(pointer=place.pointer + mismatch.pointer), (fetched,)
        )
    yield from report_restless(response, settled.restless)
    if not settled.lasting:
        yield pass_case(response, "EXP-04")


def _has_other_target(shown: dict[str, Any], known: Any) -> bool:
    """Return whether an object has another URL than the one that was shown there before."""
    return isinstance(known, dict) and shown.get("url") != known.get("url")
