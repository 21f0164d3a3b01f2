"""EXP-04: an expansion shows the resource itself, as it is read at its link or shown in its list."""

from typing import Any

from conformance.evidence.differences import ABSENT, differences
from conformance.evidence.outcomes import observed, passed, quote, violated
from conformance.evidence.responses import Answer, below, reader_of
from conformance.evidence.subject import Subject
from conformance.model import Expansion, Request, Verdict
from conformance.probes.expansion.judgements import Place, blank, places, two_shapes
from conformance.probes.toolkit.base import Steps, ask
from conformance.probes.toolkit.difference_outcomes import lasting
from conformance.probes.toolkit.listings import listing


def equal_to_fetched(  # noqa: PLR0913 - what is compared, and how far
    plain: Answer,
    response: Answer,
    expansion: Expansion,
    subject: Subject,
    *,
    which: slice = slice(1),
    deep: tuple[Expansion, ...] = (),
) -> Steps[None]:
    """Compare what is shown with the resource at its link, for the places in the slice `which` (EXP-04)."""
    shown = [
        (place, place.link)
        for place in places(plain, response, expansion)
        if isinstance(place.link, str) and isinstance(place.value, dict)
    ]
    for place, link in shown[which]:
        yield from _compare_with_resource(response, place, link, expansion, subject, _inner_expansions(expansion, deep))


def _inner_expansions(expansion: Expansion, deep: tuple[Expansion, ...]) -> tuple[Expansion, ...]:
    """Return the expansions that lie within one, with paths relative to it."""
    start = f"{expansion.path}."
    return tuple(
        Expansion(candidate.path.removeprefix(start)) for candidate in deep if candidate.path.startswith(start)
    )


def equal_to_listed(
    response: Answer, expansion: Expansion, subject: Subject, deep: tuple[Expansion, ...]
) -> Steps[None]:
    """Compare what is shown with the plain list, at no cost; fetch the resource where they differ (EXP-04)."""
    target = subject.model.by_name.get(expansion.target)
    listed = yield from listing(target, subject)
    inner = _inner_expansions(expansion, deep)
    for place in places(None, response, expansion):
        member = listed.members.get(place.value.get("url")) if _has_url(place.value) else None
        if member is None:
            continue
        plain_member, shown_member = blank(member, inner), blank(place.value, inner)
        if any(
            difference.old is not ABSENT and difference.new is not ABSENT
            for difference in differences(plain_member, shown_member)
        ):
            yield from _compare_with_resource(response, place, member["url"], expansion, subject, inner)
            return


def _has_url(value: Any) -> bool:
    return isinstance(value, dict) and isinstance(value.get("url"), str)


def _compare_with_resource(  # noqa: PLR0913 - where it stands, and what it is compared with
    response: Answer, place: Place, link: str, expansion: Expansion, subject: Subject, inner: tuple[Expansion, ...]
) -> Steps[None]:
    """Compare one object with the resource at its link (EXP-04)."""
    target = below(subject.target.base_url, link)
    reader = reader_of(target, subject.model) if target and "?" not in target else None
    if target is None or reader is None:
        return
    fetched = yield from ask(reader, Request(reader.key, "GET", target))
    if not isinstance(fetched.json, dict) or not fetched.ok:
        reason = f"the link returns {fetched.status}"
        yield observed(response, "EXP-04", Verdict.NOT_OBSERVABLE, reason, also=(fetched,))
        return
    mismatches = list(differences(blank(fetched.json, inner), blank(place.value, inner)))
    schemas = {expansion.schema, reader.item_schema} - {""}
    foreign = {field for schema in schemas for field in subject.validators.unknown_fields(schema, fetched.json)}
    mismatches = [
        mismatch
        for mismatch in mismatches
        if mismatch.pointer not in foreign and not two_shapes(subject, expansion.schema, mismatch)
    ]
    if not mismatches:
        yield passed(response, "EXP-04")
        return
    for mismatch in (yield from lasting(fetched, mismatches)):
        yield violated(
            response,
            "EXP-04",
            f"the object shown by expand={expansion.path} differs from the resource itself",
            expected=quote(mismatch.old),
            actual=quote(mismatch.new),
            pointer=place.pointer + mismatch.pointer,
            also=(fetched,),
        )
