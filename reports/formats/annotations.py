"""GitHub annotations as workflow commands, to be printed in a step; capped at the ten of each kind that it shows."""

from conformance.model import Place, Verdict
from reports.formats.base import Format
from reports.groups import Group, by_cause
from reports.summary import Summary

SHOWN = 10
_KINDS = {Verdict.ERROR: "error", Verdict.FAIL: "error", Verdict.WARN: "warning"}


def _render(summary: Summary) -> dict[str, bytes]:
    left = dict.fromkeys(("error", "warning", "notice"), SHOWN)
    left["notice"] -= 1  # the verdict
    lines = [f"::notice title=Conformance::{_data(f'{summary.verdict}: ' + '; '.join(summary.reasons))}"]
    for group in by_cause(summary.findings):
        kind = "notice" if group.waived else _KINDS.get(group.verdict, "notice")
        if left[kind]:
            left[kind] -= 1
            lines.append(_command(kind, group, summary.place(group.findings[0])))
    return {"annotations.txt": "".join(f"{line}\n" for line in lines).encode("utf-8", "replace")}


def _command(kind: str, group: Group, place: Place | None) -> str:
    """At the line of the description where it is a file of the repository, for GitHub shows no other."""
    first = group.findings[0]
    others = f" and {len(group.findings) - 1} more" if len(group.findings) > 1 else ""
    text = f"{first.operation}{others}: {group.message}"
    text += "".join(f"\n{name}: {getattr(first, name)}" for name in ("expected", "actual") if getattr(first, name))
    where = f"file={_property(place.file)},line={place.line}," if place and place.in_repository else ""
    return f"::{kind} {where}title={_property(f'{group.verdict} {group.requirement}')}::{_data(text)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


FORMATS = (Format("annotations", "annotations.txt", _render),)
