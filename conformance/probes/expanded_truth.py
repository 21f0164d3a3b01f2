"""EXP-04: what an expansion shows is the resource itself, as fetched at its link or as its list shows it."""

from typing import Any

from conformance.answers import Answer, below, reader_of
from conformance.comparing import ABSENT, differences
from conformance.judging import observed, passed, quote, violated
from conformance.model import Expansion, Request, Verdict
from conformance.probes.base import Steps, ask
from conformance.probes.differing import lasting
from conformance.probes.expanded import Place, blank, places, two_shapes
from conformance.probes.known import listing
from conformance.subject import Subject


def equal_to_fetched(  # noqa: PLR0913 - what is compared, and how far
    plain: Answer,
    answer: Answer,
    expansion: Expansion,
    subject: Subject,
    *,
    which: slice = slice(1),
    deep: tuple[Expansion, ...] = (),
) -> Steps[None]:
    """EXP-04: what is shown equals the resource fetched at the link; `which` of the places are fetched."""
    shown = [
        (place, place.link)
        for place in places(plain, answer, expansion)
        if isinstance(place.link, str) and isinstance(place.value, dict)
    ]
    for place, link in shown[which]:
        yield from _compared(answer, place, link, expansion, subject, _inner(expansion, deep))


def _inner(expansion: Expansion, deep: tuple[Expansion, ...]) -> tuple[Expansion, ...]:
    """Those of some expansions that lie within one, as seen from there."""
    start = f"{expansion.path}."
    return tuple(
        Expansion(candidate.path.removeprefix(start)) for candidate in deep if candidate.path.startswith(start)
    )


def equal_to_listed(answer: Answer, expansion: Expansion, subject: Subject, deep: tuple[Expansion, ...]) -> Steps[None]:
    """EXP-04 at no cost: what is shown beside what a plain list shows of it; where they differ, it is fetched."""
    target = subject.model.by_name.get(expansion.target)
    listed = yield from listing(target, subject)
    inner = _inner(expansion, deep)
    for place in places(None, answer, expansion):
        member = listed.members.get(place.value.get("url")) if _addressed(place.value) else None
        if member is None:
            continue
        plain_member, shown_member = blank(member, inner), blank(place.value, inner)
        if any(
            difference.old is not ABSENT and difference.new is not ABSENT
            for difference in differences(plain_member, shown_member)
        ):
            yield from _compared(answer, place, member["url"], expansion, subject, inner)
            return


def _addressed(value: Any) -> bool:
    return isinstance(value, dict) and isinstance(value.get("url"), str)


def _compared(  # noqa: PLR0913 - where it stands, and what it is compared with
    answer: Answer, place: Place, link: str, expansion: Expansion, subject: Subject, inner: tuple[Expansion, ...]
) -> Steps[None]:
    """EXP-04 of one object and the resource at its link."""
    target = below(subject.target.base_url, link)
    reader = reader_of(target, subject.model) if target and "?" not in target else None
    if target is None or reader is None:
        return
    fetched = yield from ask(reader, Request(reader.key, "GET", target))
    if not isinstance(fetched.json, dict) or not fetched.ok:
        reason = f"the link answers {fetched.status}"
        yield observed(answer, "EXP-04", Verdict.NOT_OBSERVABLE, reason, also=(fetched,))
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
        yield passed(answer, "EXP-04")
        return
    for mismatch in (yield from lasting(fetched, mismatches)):
        yield violated(
            answer,
            "EXP-04",
            f"what expand={expansion.path} shows differs from the resource itself",
            expected=quote(mismatch.old),
            actual=quote(mismatch.new),
            pointer=place.pointer + mismatch.pointer,
            also=(fetched,),
        )
