"""`summary.md`: for GitHub's step summary, pull requests and chats."""

import re

from conformance.tools.visible_text import make_visible
from reports.formats.base import Format
from reports.groups import FindingGroup
from reports.repeat_command import can_repeat_requests, write_repeat_command
from reports.request_commands import list_variables, write_curl
from reports.root_causes import find_root_causes
from reports.summary import Summary
from reports.trend import build_trend

CAUSES = 20
_LARGEST = 900_000  # GitHub refuses a step summary above 1 MiB
_SPECIAL = re.compile(r"[&<>\\`*_{}\[\]()#+!|~$@:\n]")


def _write(summary: Summary) -> dict[str, bytes]:
    groups = find_root_causes(summary)
    parts = [_write_head(summary), _write_counts(summary), *(_write_group(group, summary) for group in groups[:CAUSES])]
    if len(groups) > CAUSES:
        more = len(groups) - CAUSES
        parts.append(f"…and {more} more cause{'s' if more > 1 else ''}, see the report.")
    if summary.waivers:
        parts.append(_write_waivers(summary))
    return {"summary.md": make_visible(_join_parts(parts)).encode()}


def _join_parts(parts: list[str]) -> str:
    """Join as many whole parts as fit, with a note if some do not."""
    text = ""
    for part in parts:
        if len(text) + len(part) > _LARGEST:
            return f"{text}\n\nThe report has the rest.\n"
        text += f"{part}\n\n"
    return text


def _write_head(summary: Summary) -> str:
    header = summary.started
    lines = [f"## Conformance: {summary.verdict}", ""]
    lines += [f"**{_escape(summary.target_remark)}**", ""] if summary.target_remark else []
    lines += [f"- {_escape(reason)}" for reason in summary.reasons]
    if header is not None:
        facts = (
            f"Target {_escape(header.target.name)}",
            f"description {_escape(header.description_title)} {_escape(header.description_version)}",
            f"digest `{header.description_sha256[:16]}`",
            f"suite {_escape(header.suite_version)}, profile {header.profile}, seed {header.seed}",
            summary.effort,
        )
        lines += ["", ", ".join(facts)]
    trend = build_trend(summary)
    lines += ["", f"{trend.sentence}."] if trend else []
    return "\n".join(lines)


def _write_counts(summary: Summary) -> str:
    rows = [f"| {verdict.replace('_', ' ').lower()} | {count} |" for verdict, count in summary.counts.items() if count]
    return "\n".join(["| verdict | cases |", "| --- | ---: |", *rows, f"| **planned** | **{summary.planned_count}** |"])


def _write_group(group: FindingGroup, summary: Summary) -> str:
    first = group.findings[0]
    waived = " (waived)" if group.waived else ""
    where = _escape(group.places)
    title = f"{group.verdict} {_escape(group.requirement)} ({group.level}){waived}: {_escape(group.message)}"
    lines = [f"<details><summary>{title} — {where}, seen {group.times} times</summary>", ""]
    known = summary.requirements_by_id.get(group.requirement)
    if known is not None:
        lines += [
            f"> {_escape(known.statement)} ({_escape(known.source.document)}, {_escape(known.source.section)})",
            "",
        ]
    if known is not None and known.why:
        lines += [f"Why it matters: {_escape(known.why)}", ""]
    for name in ("pointer", "expected", "actual"):
        if getattr(first, name):
            lines.append(f"- {name}: {_escape(getattr(first, name))}")
    if group.consequences:
        lines.append(f"- {_escape(group.consequences)}")
    if command := write_repeat_command(first, summary):
        lines += ["", _format_code_block(command)]
    exchange = summary.simplest_exchange(first) if can_repeat_requests(summary) else None
    if exchange is not None:
        lines += ["", _format_code_block(write_curl(exchange))]
        lines += [f"\n`{variable.name}` is {_escape(variable.meaning)}." for variable in list_variables(exchange)]
    return "\n".join([*lines, "", "</details>"])


def _write_waivers(summary: Summary) -> str:
    rows = [
        f"| {waiver.state} | {' | '.join(map(_escape, (waiver.requirement, waiver.operation, waiver.owner)))} "
        f"| {waiver.expires} | {_escape(waiver.problem)} |"
        for waiver in summary.waivers
    ]
    return "\n".join(["| waiver | requirement | operation | owner | until | problem |", f"|{' --- |' * 6}", *rows])


def _escape(text: str) -> str:
    """Escape a text: every character with a meaning in Markdown or HTML becomes a character reference."""
    return _SPECIAL.sub(lambda match: f"&#{ord(match[0])};", make_visible(text))


def _format_code_block(code: str) -> str:
    longest = max((len(run) for run in re.findall("`+", code)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}sh\n{code}\n{fence}"


FORMATS = (Format("markdown", "summary.md", _write),)
