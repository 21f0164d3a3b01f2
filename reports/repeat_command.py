"""The command that reproduces a finding: a replay of its requests, or the certification of its case."""

import shlex

from conformance.model import Certified, RunStarted, Verdict
from reports.summary import Finding, Summary

_SEEN = frozenset({Verdict.FAIL, Verdict.WARN, Verdict.REVIEW})
_DROPPED = frozenset({"--select", "--report-dir", "--sign"})  # options of another run, each with a value
_WEBHOOKS, _CLIENT = "evconform certify webhooks --endpoint URL --secret SECRET", "evconform certify client -- COMMAND"


def can_repeat_requests(summary: Summary) -> bool:
    """Return whether requests can be sent again: those of a certification went to a server that is gone."""
    return summary.started is None or summary.started.certification is None


def can_replay(finding: Finding, summary: Summary) -> bool:
    """Return whether a finding is one on an API, which can be seen again by sending requests."""
    return can_repeat_requests(summary) and not finding.requirement.startswith("DSC-") and finding.verdict in _SEEN


def write_repeat_command(finding: Finding, summary: Summary) -> str:
    """Return the command that shows a finding again, empty where there is none."""
    if can_replay(finding, summary):
        return f"evconform replay {finding.id}" if finding.items else _write_run_command(finding, summary.started)
    header = summary.started
    if header is None or header.certification is None or finding.verdict not in _SEEN:
        return "evconform description lint" if finding.requirement.startswith("DSC-") else ""
    return _write_certify_command(finding.requirement, header)


def _write_run_command(finding: Finding, header: RunStarted | None) -> str:
    """Return the command for what no plan item shows alone: the recorded traffic, or a run of the requirement."""
    if header is None:
        return f"evconform run --select {finding.requirement}"
    if header.traffic:
        return header.command
    words = ["evconform", "run", "--target", header.target.name, "--seed", str(header.seed)]
    words += ["--profile", header.profile.value]
    words += ["--allow-writes"] if header.target.may_write else []
    words += ["--allow-hardware"] if header.target.may_touch_hardware else []
    return shlex.join([*words, "--select", finding.requirement])


def _write_certify_command(requirement: str, header: RunStarted) -> str:
    """Return the command line of a certification for one requirement; the partner's own command stays as it was."""
    is_receiver = header.certification is not None and header.certification.kind is Certified.WEBHOOKS
    words = shlex.split(header.command or (_WEBHOOKS if is_receiver else _CLIENT))
    end = words.index("--") if "--" in words else len(words)
    kept: list[str] = []
    own = iter(words[:end])
    for word in own:
        if word in _DROPPED:
            next(own, None)
        elif word.partition("=")[0] not in _DROPPED:
            kept.append(word)
    return " ".join([*map(shlex.quote, kept), "--select", requirement, *map(shlex.quote, words[end:])])
