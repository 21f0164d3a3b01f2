"""GitHub annotations as workflow commands, at most the ten of each kind that GitHub shows."""

from conformance.model import Place, Verdict
from conformance.tools.visible_text import make_visible
from reports.formats.base import Format
from reports.groups import FindingGroup
from reports.root_causes import find_root_causes
from reports.summary import Summary

SHOWN = 10
_KINDS = {Verdict.ERROR: "error", Verdict.FAIL: "error", Verdict.WARN: "warning"}


def _write(summary: Summary) -> dict[str, bytes]:
    remaining = dict.fromkeys(("error", "warning", "notice"), SHOWN)
    remaining["notice"] -= 1  # the verdict
    lines = [f"::notice title=Conformance::{_escape_data(f'{summary.verdict}: ' + '; '.join(summary.reasons))}"]
    for group in find_root_causes(summary):
        kind = "notice" if group.waived else _KINDS.get(group.verdict, "notice")
        if remaining[kind]:
            remaining[kind] -= 1
            lines.append(_write_command(kind, group, summary.find_place(group.findings[0])))
    return {"annotations.txt": "".join(f"{line}\n" for line in lines).encode("utf-8", "replace")}


def _write_command(kind: str, group: FindingGroup, place: Place | None) -> str:
    """Return the command, with file and line only for a file of the repository: GitHub shows no others."""
    first = group.findings[0]
    text = f"{group.places}: {group.message}"
    text += "".join(f"\n{name}: {getattr(first, name)}" for name in ("expected", "actual") if getattr(first, name))
    where = f"file={_escape_property(place.file)},line={place.line}," if place and place.in_repository else ""
    return f"::{kind} {where}title={_escape_property(f'{group.verdict} {group.requirement}')}::{_escape_data(text)}"


def _escape_data(text: str) -> str:
    return make_visible(text).replace("%", "%25").replace("\n", "%0A")


def _escape_property(text: str) -> str:
    return _escape_data(text).replace(":", "%3A").replace(",", "%2C")


FORMATS = (Format("annotations", "annotations.txt", _write),)
