"""Scripts that reproduce a finding, for a shell and for Python: its requests, then the check.

They end with 1 while the fault is there, with 0 once it is gone, and with 2 or 3 if that is unknown: a step that
prepares the check gets another response than in the run. Neither holds a secret; see `reports.request_commands`.
"""

import shlex
from collections.abc import Iterator

import msgspec

from conformance.tools.visible_text import make_visible
from reports.repeat_command import can_replay
from reports.replay_checks import ReplayCheck, derive_check, write_helpers
from reports.replay_steps import ReplayStep, ReplaySteps, StepFinder
from reports.request_commands import (
    UNKNOWN_CREDENTIAL,
    RequestParts,
    Variable,
    quote_for_shell,
    take_apart,
    token_variable,
    write_curl_command,
    write_expression,
    write_python_call,
)
from reports.summary import Finding, Summary

_BASE = Variable("EVCONFORM_BASE_URL", "the base URL of the API")
_DESCRIPTION = Variable("EVCONFORM_DESCRIPTION", "the OpenAPI description of the run, a file")
_OWN = frozenset({_BASE.name, "EVCONFORM_ORIGIN"})
_MAX_LABEL = 100  # characters of the line that a step prints
_JUDGED_BY_SUITE = "# Whether this is right is more than one value: the suite judges it, and sends the steps itself."
_NOT_SENT = (
    "# These steps change data, or carry a credential that the run log does not hold: the suite sends them below."
)
_TAKE = """\
import json, sys
here = json.load(open(sys.argv[1]))
for token in sys.argv[2].split("/")[1:]:
    name = token.replace("~1", "/").replace("~0", "~")
    here = here[int(name)] if isinstance(here, list) else here[name]
print(here.partition("?")[0].rstrip("/").rpartition("/")[2] if len(sys.argv) > 3 else here)"""
_READ_RESPONSES = """\
import json, pathlib, re, sys

folder, RESPONSES = pathlib.Path(sys.argv[1]), []
for number in range(1, int(sys.argv[2]) + 1):
    sent, body = (folder / f"{number}.status").read_text(), folder / f"{number}.body"
    RESPONSES.append((int(sent or 0), (), body.read_bytes() if body.exists() else b""))
"""


class ReplayScripts(msgspec.Struct, frozen=True):
    """The scripts of a finding, the number of its steps, and the variables to set before.

    `is_judged_by_suite` says that the last step calls `evconform replay`, which must then be installed.
    """

    shell: str
    python: str
    steps: int
    variables: tuple[Variable, ...]
    is_judged_by_suite: bool


class _Draft(msgspec.Struct, frozen=True):
    """The content of both scripts; without a check, `command` are the words that judge the finding."""

    finding: Finding
    base_url: str
    steps: ReplaySteps
    parts: tuple[RequestParts, ...]
    check: ReplayCheck | None
    command: tuple[str | Variable, ...]

    @property
    def variables(self) -> tuple[Variable, ...]:
        """Return the variables to set before, each once."""
        taken = {take.name for step in self.steps.steps for take in step.takes}
        needed = [variable for part in self.parts for variable in part.variables]
        needed += [word for word in self.command if isinstance(word, Variable)]
        needed += [token_variable("full")] if self.command else []  # the suite requests it first
        needless = {UNKNOWN_CREDENTIAL.name} if self.is_sent_by_suite else set()
        return tuple(dict.fromkeys(v for v in needed if v.name not in _OWN | taken | needless))

    @property
    def is_sent_by_suite(self) -> bool:
        """Return whether the suite alone sends the steps: sent twice they would disturb each other, or nobody can."""
        is_harmless = all(step.exchange.request.is_safe for step in self.steps.steps)
        return self.check is None and not (is_harmless and _can_send(self.parts))

    @property
    def numbered_steps(self) -> Iterator[tuple[int, ReplayStep, RequestParts]]:
        """Return the steps with their numbers, from 1 on, and the parts of their requests."""
        for number, (step, part) in enumerate(zip(self.steps.steps, self.parts, strict=True), 1):
            yield number, step, part


def write_scripts(finding: Finding, summary: Summary, finder: StepFinder) -> ReplayScripts | None:
    """Return the scripts of a finding, None where nothing can be sent again."""
    header = summary.started
    if header is None or not can_replay(finding, summary):
        return None
    steps = finder.find_steps(finding) or ReplaySteps((), ())
    parts = tuple(take_apart(step.exchange, steps.substitutions) for step in steps.steps)
    check = derive_check(finding, steps) if _can_send(parts) or not finding.items else None
    if check is None and not finding.items:
        return None
    draft = _Draft(
        finding,
        header.target.base_url,
        steps,
        parts,
        check,
        () if check else list_replay_words(finding, summary),
    )
    shell, python = "\n".join(_write_shell(draft)), "\n".join(_write_python(draft))
    return ReplayScripts(f"{shell}\n", f"{python}\n", len(steps.steps), draft.variables, check is None)


def _can_send(parts: tuple[RequestParts, ...]) -> bool:
    """Return whether whoever has the credentials of all identities can send these requests."""
    return not any(UNKNOWN_CREDENTIAL in part.variables for part in parts)


def list_replay_words(finding: Finding, summary: Summary) -> tuple[str | Variable, ...]:
    """Return the words of the command that judges a finding again without its run log."""
    words: list[str | Variable] = ["evconform", "replay", f"{finding.requirement} {finding.operation}"]
    for item in finding.items:
        words += ["--item", item]
    words += ["--target", _BASE]
    header = summary.started
    if header is not None:
        words += ["--seed", str(header.seed), "--profile", header.profile.value]
        words += ["--allow-writes"] if header.target.may_write else []
        words += ["--allow-hardware"] if header.target.may_touch_hardware else []
        words += [] if header.is_bundled else ["--description", _DESCRIPTION]
    return tuple(words)


def _write_head(finding: Finding) -> Iterator[str]:
    """Yield the lines of comment that begin a script."""
    yield _comment(f"{finding.requirement} ({finding.level}) at {finding.operation}: {finding.message}")
    for name in ("expected", "actual"):
        if getattr(finding, name):
            yield _comment(f"{name}: {getattr(finding, name)}")
    yield _comment("Exit code 1 while the fault is there, 0 once it is gone, 2 or 3 if that is unknown.")


def _comment(text: str) -> str:
    return f"# {make_visible(text, one_line=True)}"


def _describe(number: int, step: ReplayStep) -> str:
    """Return the line that a step prints."""
    request = step.exchange.request
    target = request.target if len(request.target) <= _MAX_LABEL else f"{request.target[:_MAX_LABEL]}…"
    who = f"as {request.identity}" if request.identity else "without a token"
    purpose = ", which removes what was created" if step.is_cleanup else ""
    return make_visible(f"{number}. {request.method} {target} {who}{purpose}", one_line=True)


def _write_shell(draft: _Draft) -> Iterator[str]:
    yield "#!/bin/sh"
    yield from _write_head(draft.finding)
    yield "set -u"
    yield f': "${{EVCONFORM_BASE_URL:={draft.base_url}}}"'
    if any(variable.name == "EVCONFORM_ORIGIN" for part in draft.parts for variable in part.variables):
        yield "EVCONFORM_ORIGIN=$(printf %s \"$EVCONFORM_BASE_URL\" | sed -E 's|^([a-z]+://[^/]+).*|\\1|')"
    for variable in draft.variables:
        yield f': "${{{variable.name}:?is {variable.meaning}}}"'
    yield "dir=$(mktemp -d) || exit 2; trap 'rm -rf \"$dir\"' EXIT"
    if draft.is_sent_by_suite:
        yield _NOT_SENT
        for number, step, part in draft.numbered_steps:
            yield f"# {_describe(number, step)}"
            yield from (f"#    {line}" for line in write_curl_command(part, ("-sS", "-i")).splitlines())
    elif any(step.takes for step in draft.steps.steps):
        yield f"take={shlex.quote(_TAKE)}"
    for number, step, part in () if draft.is_sent_by_suite else draft.numbered_steps:
        yield ""
        yield f"printf '%s: ' {shlex.quote(_describe(number, step))}"
        options = ("-sS", "-D", f'"$dir/{number}.head"', "-o", f'"$dir/{number}.body"', "-w", "'%{http_code}'")
        yield f'{write_curl_command(part, options)} >"$dir/{number}.status" || exit 2'
        yield f'cat "$dir/{number}.status"; echo'
        if step.takes:
            yield f'[ "$(cat "$dir/{number}.status")" = {step.exchange.status} ] || {{'
            yield f'  echo "UNDECIDED: step {number} returned {step.exchange.status} in the run"; exit 2; }}'
        for take in step.takes:
            words = f"{shlex.quote(take.pointer)}{' last-segment' if take.is_segment else ''}"
            yield f'{take.name}=$(python3 -c "$take" "$dir/{number}.body" {words}) || exit 2'
    yield ""
    if draft.check is None:
        yield _JUDGED_BY_SUITE
        yield " ".join(('"${EVCONFORM:-evconform}"', *(quote_for_shell((word,)) for word in draft.command[1:])))
        return
    yield f"python3 - \"$dir\" {len(draft.parts)} <<'CHECK'"
    yield _READ_RESPONSES
    yield write_helpers(" ".join((draft.check.fails, *draft.check.needs)))
    yield from _write_check(draft, draft.check)
    yield "CHECK"


def _write_python(draft: _Draft) -> Iterator[str]:
    yield from _write_head(draft.finding)
    yield "import json, os, re, subprocess, sys"
    yield "\nimport httpx\n"
    yield f'base = os.environ.setdefault("EVCONFORM_BASE_URL", {draft.base_url!r})'
    yield 'os.environ["EVCONFORM_ORIGIN"] = re.sub(r"^([a-z]+://[^/]+).*", r"\\1", base)'
    for variable in draft.variables:
        yield f"if {variable.name!r} not in os.environ:"
        yield f"    sys.exit({f'{variable.name} is {variable.meaning}'!r})"
    yield "RESPONSES = []\n\n"
    yield "def send(name, response):"
    yield '    print(f"{name}: {response.status_code}")'
    yield "    RESPONSES.append((response.status_code, response.headers.multi_items(), response.content))\n\n"
    takes = "value(" if any(step.takes for step in draft.steps.steps) else ""
    yield write_helpers(" ".join((takes, *((draft.check.fails, *draft.check.needs) if draft.check else ()))))
    if draft.is_sent_by_suite:
        yield _NOT_SENT
        for number, step, part in draft.numbered_steps:
            yield f"# {_describe(number, step)}"
            yield from (f"#    {line}" for line in write_python_call(part).splitlines())
    yield "\ntry:"
    yield "    pass" if draft.is_sent_by_suite or not draft.parts else "    # the steps"
    for number, step, part in () if draft.is_sent_by_suite else draft.numbered_steps:
        call = write_python_call(part).replace("\n", "\n    ")
        yield f"    send({_describe(number, step)!r}, {call})"
        if step.takes:
            yield f"    if status({number}) != {step.exchange.status}:"
            yield f'        print("UNDECIDED: step {number} returned {step.exchange.status} in the run")'
            yield "        sys.exit(2)"
        for take in step.takes:
            text = f"value({number}, {take.pointer!r})"
            segment = f'{text}.partition("?")[0].rstrip("/").rpartition("/")[2]'
            yield f"    os.environ[{take.name!r}] = {segment if take.is_segment else text}"
    yield "except (httpx.HTTPError, TypeError, AttributeError) as error:"
    yield '    print(f"UNDECIDED: a step cannot be sent: {error!r}")'
    yield "    sys.exit(2)\n"
    if draft.check is None:
        yield _JUDGED_BY_SUITE
        yield "command = ["
        yield '    os.environ.get("EVCONFORM", "evconform"),'
        yield from (f"    {write_expression((word,))}," for word in draft.command[1:])
        yield "]"
        yield "sys.exit(subprocess.run(command).returncode)"
        return
    yield from _write_check(draft, draft.check)


def _write_check(draft: _Draft, check: ReplayCheck) -> Iterator[str]:
    """Yield the lines that judge `RESPONSES` and end the script."""
    statuses = {number: step.exchange.status for number, step, _ in draft.numbered_steps}
    prepares = {n for n, step, _ in draft.numbered_steps if step.takes or not step.exchange.request.is_safe}
    cleanup = {n for n, step, _ in draft.numbered_steps if step.is_cleanup}
    before = {n: status for n, status in statuses.items() if n in prepares - cleanup and n not in check.decides}
    yield f"for step, before in {before!r}.items():"
    yield "    if status(step) != before:"
    yield '        print(f"UNDECIDED: step {step} returns {status(step)}, and returned {before} in the run")'
    yield "        sys.exit(2)"
    answered = [f"status({number}) == {statuses[number]}" for number in check.decides]
    needs = (*check.needs, *(() if check.is_about_status else answered))
    if needs:
        yield f"if not ({' and '.join(needs)}):"
        yield '    print("UNDECIDED: what the check looks at is not there")'
        yield "    sys.exit(2)"
    yield f"if {check.fails}:"
    facts = f"STILL FAILING: {draft.finding.message}"
    yield f"    print({make_visible(facts, one_line=True)!r})"
    yield "    sys.exit(1)"
    yield 'print("GONE")'
