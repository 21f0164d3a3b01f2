"""Bodies that a write must refuse, each with its faults; as many fields at once as one refusal can name."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from conformance.evidence.filter_semantics import extract_id
from conformance.evidence.subject import Subject
from conformance.evidence.urls import extract_parent_path
from conformance.model import Request
from conformance.probes.toolkit.base import choose_turn
from conformance.probes.toolkit.harmless_requests import draw_unknown_id
from conformance.probes.toolkit.write_requests import JSON, Write, draw_defects

if TYPE_CHECKING:
    from strategies.defects import Defect

UNREADABLE_BODIES = 2
"""Number of unreadable bodies that are sent for a write."""
NAMED_DEFECTS = ("wrong-type", "missing-required", "below-minimum", "above-maximum", "too-long", "too-short")
"""Classes of defects that ERR-08 names; WRT-06 is about every class."""
_MAX_DEFECTS = 200  # defects in which those of each class are searched


class WrongBody(NamedTuple):
    """A request with a wrong body, and the requirements by which it must be refused.

    `alone` has, by wrong member of the body, a request in which only that member is wrong; it is empty where no
    member is wrong.
    """

    label: str
    request: Request
    body: Any
    requirements: tuple[str, ...]
    alone: dict[str, "WrongBody"] = {}  # noqa: RUF012 - never changed


def build_wrong_bodies(write: Write, subject: Subject, max_count: int) -> Iterator[WrongBody]:
    """Yield requests with wrong bodies.

    They are: unreadable ones; for each class in NAMED its defects together in one body; others, up to `max_count` in
    all; and bad references.
    """
    yield from _unreadable_bodies(write)
    defects = draw_defects(write, subject, max(max_count, _MAX_DEFECTS)) if write.body is not None else ()
    together = [
        body for name in NAMED_DEFECTS if (body := _merge_defects([d for d in defects if d.name == name], write))
    ]
    yield from together
    parts = [part for body in together for part in body.alone.values()]
    others = [body for body in (_build_wrong_body(d, write) for d in defects) if body not in parts]
    yield from [*others, *parts][: max_count - len(together)]
    yield from _bad_references(write, subject)


def _unreadable_bodies(write: Write) -> Iterator[WrongBody]:
    """Yield JSON that is cut off or continues after its end, and valid JSON with another content type.

    A server that stops parsing early, or never reads the content type, accepts these.
    """
    plain = write.call.build_request()
    valid = msgspec.json.encode(write.body if write.body is not None else {})
    malformed = (valid[:-1] + b', "left": "open', valid + b" and more")[choose_turn(write.call.operation, 2)]
    for label, media, content in (("malformed JSON", JSON, malformed), ("another content type", "text/plain", valid)):
        headers = (*plain.headers, ("Content-Type", media))
        yield WrongBody(label, msgspec.structs.replace(plain, body=content, headers=headers), None, ("ERR-08",))


def _build_wrong_body(defect: "Defect", write: Write) -> WrongBody:
    """Return the request with one defect."""
    requirements = ("ERR-08", "WRT-06") if defect.name in NAMED_DEFECTS else ("WRT-06",)
    label = f"{defect.name} at {defect.pointer or 'the top'}"
    wrong = WrongBody(label, write.request(defect.body), defect.body, requirements)
    return wrong._replace(alone={member: wrong}) if (member := _get_member(defect)) else wrong


def _get_member(defect: "Defect") -> str:
    """Return the member of the body that has the defect; empty for the body as a whole."""
    return defect.pointer.split("/")[1].replace("~1", "/").replace("~0", "~") if defect.pointer else ""


def _merge_defects(defects: "Sequence[Defect]", write: Write) -> WrongBody | None:
    """Return one body with the first defect of each member, all of one class, since a refusal names all members."""
    first = {member: defect for defect in reversed(defects) if (member := _get_member(defect))}
    if not first or not isinstance(write.body, dict):
        return _build_wrong_body(defects[0], write) if defects else None
    if len(first) == 1:
        return _build_wrong_body(next(iter(first.values())), write)
    body = {name: value for name, value in write.body.items() if name not in first}
    body |= {name: defect.body[name] for name, defect in first.items() if name in defect.body}
    defect_class = defects[0].name
    alone = {name: _build_wrong_body(defect, write) for name, defect in first.items()}
    return WrongBody(f"{defect_class} at {', '.join(first)}", write.request(body), body, ("ERR-08", "WRT-06"), alone)


def _bad_references(write: Write, subject: Subject) -> Iterator[WrongBody]:
    """Yield the valid body with one link as a bare id, and as the URL of a resource that does not exist."""
    if not isinstance(write.body, dict):
        return
    for name, known in write.links.items():
        many = isinstance(known[0], list)
        url = known[0][0] if many else known[0]
        if write.body.get(name) != known[0] or "://" not in url:
            continue
        key = extract_id(url)
        absent_url = f"{extract_parent_path(url)}/{draw_unknown_id(write.call.operation, subject, key[:4])}"
        for label, value in ((f"{name} is a bare id", key), (f"{name} does not lead to a resource", absent_url)):
            body = {**write.body, name: [value] if many else value}
            wrong = WrongBody(label, write.request(body), body, ("WRT-08",))
            yield wrong._replace(alone={name: wrong})
        return
