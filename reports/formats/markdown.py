"""`summary.md`: for GitHub's step summary, pull requests and chats."""

import re

from reports.formats.base import Format
from reports.groups import Group, by_cause
from reports.reproduce import curl, variables
from reports.summary import Summary

CAUSES = 20
_LARGEST = 900_000  # GitHub refuses a step summary above 1 MiB
_SPECIAL = re.compile(r"[&<>\\`*_{}\[\]()#+!|~$@:\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069]")


def _render(summary: Summary) -> dict[str, bytes]:
    groups = by_cause(summary.findings)
    parts = [_head(summary), _counts(summary), *(_group(each, summary) for each in groups[:CAUSES])]
    if len(groups) > CAUSES:
        parts.append(f"…and {len(groups) - CAUSES} more causes in the report.")
    if summary.waivers:
        parts.append(_waivers(summary))
    return {"summary.md": _fitting(parts).encode("utf-8", "replace")}


def _fitting(parts: list[str]) -> str:
    """As many whole parts as fit, and a word where some did not."""
    text = ""
    for each in parts:
        if len(text) + len(each) > _LARGEST:
            return f"{text}\n\nThe rest is in the report.\n"
        text += f"{each}\n\n"
    return text


def _head(summary: Summary) -> str:
    header = summary.started
    lines = [f"## Conformance: {summary.verdict}", ""]
    lines += [f"- {_text(reason)}" for reason in summary.reasons]
    if header is not None:
        facts = (
            f"Target {_text(header.target.name)}",
            f"description {_text(header.description_title)} {_text(header.description_version)}",
            f"digest `{header.description_sha256[:16]}`",
            f"suite {_text(header.suite_version)}, profile {header.profile}, seed {header.seed}",
            f"{summary.requests_sent:,} requests in {summary.duration_s:.1f} s",
        )
        lines += ["", ", ".join(facts)]
    return "\n".join(lines)


def _counts(summary: Summary) -> str:
    rows = [f"| {verdict.replace('_', ' ').lower()} | {count} |" for verdict, count in summary.counts.items() if count]
    return "\n".join(["| verdict | cases |", "| --- | ---: |", *rows, f"| **planned** | **{summary.planned}** |"])


def _group(group: Group, summary: Summary) -> str:
    first = group.findings[0]
    waived = " (waived)" if group.waived else ""
    where = f"{_text(first.operation)}{f' and {len(group.findings) - 1} more' if len(group.findings) > 1 else ''}"
    title = f"{group.verdict} {_text(group.requirement)} ({group.level}){waived}: {_text(group.message)}"
    lines = [f"<details><summary>{title} — {where}, seen {group.times} times</summary>", ""]
    known = summary.by_id.get(group.requirement)
    if known is not None:
        lines += [f"> {_text(known.statement)} ({_text(known.source.document)}, {_text(known.source.section)})", ""]
    for name in ("pointer", "expected", "actual"):
        if getattr(first, name):
            lines.append(f"- {name}: {_text(getattr(first, name))}")
    exchange = summary.simplest(first)
    if exchange is not None:
        lines += ["", _fenced(curl(exchange))]
        lines += [f"\n`{each.name}` is {_text(each.what)}." for each in variables(exchange)]
    return "\n".join([*lines, "", "</details>"])


def _waivers(summary: Summary) -> str:
    rows = [
        f"| {each.state} | {_text(each.requirement)} | {_text(each.operation)} | {_text(each.owner)} | {each.expires} |"
        for each in summary.waivers
    ]
    return "\n".join(["| waiver | requirement | operation | owner | until |", "| --- | --- | --- | --- | --- |", *rows])


def _text(text: str) -> str:
    """Text that stays text: whatever Markdown or HTML could read as a sign becomes a character reference."""
    return _SPECIAL.sub(lambda found: f"&#{ord(found[0]) if found[0].isprintable() else 0xFFFD};", text)


def _fenced(code: str) -> str:
    longest = max((len(run) for run in re.findall("`+", code)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}sh\n{code}\n{fence}"


FORMATS = (Format("markdown", "summary.md", _render),)
