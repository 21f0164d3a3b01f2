"""Bodies that a write must refuse, each with what is wrong in it; as many fields at once as one refusal can name."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from conformance.model import Request
from conformance.probes.base import turn
from conformance.probes.harmless import stranger
from conformance.probes.writing import JSON, Write, defects_of
from conformance.subject import Subject

if TYPE_CHECKING:
    from strategies.defects import Defect

UNREADABLE = 2
"""How many bodies of a write cannot be read as what they say to be."""
NAMED = ("wrong-type", "missing-required", "below-minimum", "above-maximum", "too-long", "too-short")
"""The sorts of fault that ERR-08 names; WRT-06 binds every sort."""
_DRAWN = 200  # defects among which those of each sort are looked for


class Wrong(NamedTuple):
    """A request with a wrong body, and the requirements that want it refused.

    `alone` has the same for each member of the body that is wrong, by its name; none where no member is to blame.
    """

    what: str
    request: Request
    body: Any
    requirements: tuple[str, ...]
    alone: dict[str, "Wrong"] = {}  # noqa: RUF012 - never changed


def wrong_bodies(write: Write, subject: Subject, most: int) -> Iterator[Wrong]:
    """What cannot be read; the defects of each sort in NAMED, together; others, up to `most` in all; bad references."""
    yield from _unreadable(write)
    found = defects_of(write, subject, max(most, _DRAWN)) if write.body is not None else ()
    together = [each for name in NAMED if (each := _together([d for d in found if d.name == name], write))]
    yield from together
    held = [each for wrong in together for each in wrong.alone.values()]
    others = [each for each in (_single(d, write) for d in found) if each not in held]
    yield from [*others, *held][: most - len(together)]
    yield from _bad_references(write, subject)


def _unreadable(write: Write) -> Iterator[Wrong]:
    """JSON that breaks off, or goes on behind its end; and good JSON that says to be something else.

    Who parses no further than it must, or never looks at the content type, takes the last two.
    """
    plain = write.call.request()
    good = msgspec.json.encode(write.body if write.body is not None else {})
    broken = (good[:-1] + b', "left": "open', good + b" and more")[turn(write.call.operation, 2)]
    for what, media, content in (("malformed JSON", JSON, broken), ("another content type", "text/plain", good)):
        headers = (*plain.headers, ("Content-Type", media))
        yield Wrong(what, msgspec.structs.replace(plain, body=content, headers=headers), None, ("ERR-08",))


def _single(defect: "Defect", write: Write) -> Wrong:
    requirements = ("ERR-08", "WRT-06") if defect.name in NAMED else ("WRT-06",)
    what = f"{defect.name} at {defect.pointer or 'the top'}"
    wrong = Wrong(what, write.request(defect.body), defect.body, requirements)
    return wrong._replace(alone={member: wrong}) if (member := _member(defect)) else wrong


def _member(defect: "Defect") -> str:
    """The member of the body that a defect lies in, empty for the body as a whole."""
    return defect.pointer.split("/")[1].replace("~1", "/").replace("~0", "~") if defect.pointer else ""


def _together(defects: "Sequence[Defect]", write: Write) -> Wrong | None:
    """One body with the first defect of each member, all of one sort: a refusal names the members one by one."""
    first = {member: each for each in reversed(defects) if (member := _member(each))}
    if not first or not isinstance(write.body, dict):
        return _single(defects[0], write) if defects else None
    if len(first) == 1:
        return _single(next(iter(first.values())), write)
    body = {name: value for name, value in write.body.items() if name not in first}
    body |= {name: each.body[name] for name, each in first.items() if name in each.body}
    sort = defects[0].name
    alone = {name: _single(each, write) for name, each in first.items()}
    return Wrong(f"{sort} at {', '.join(first)}", write.request(body), body, ("ERR-08", "WRT-06"), alone)


def _bad_references(write: Write, subject: Subject) -> Iterator[Wrong]:
    """The valid body with one link as a bare id, and as the URL of something that does not exist."""
    if not isinstance(write.body, dict):
        return
    for name, known in write.links.items():
        many = isinstance(known[0], list)
        url = known[0][0] if many else known[0]
        if write.body.get(name) != known[0] or "://" not in url:
            continue
        head, _, key = url.rpartition("/")
        lost = f"{head}/{stranger(write.call.operation, subject, key[:4])}"
        for what, value in ((f"{name} is a bare id", key), (f"{name} leads to nothing", lost)):
            body = {**write.body, name: [value] if many else value}
            wrong = Wrong(what, write.request(body), body, ("WRT-08",))
            yield wrong._replace(alone={name: wrong})
        return
