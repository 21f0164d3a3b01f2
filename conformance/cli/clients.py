"""What `certify client` shows: the cases, and where an operator's client reaches them."""

import sys
import threading
from collections.abc import Mapping

from rich.table import Table

from conformance.certify.api_clients.performing import Case, Theatre
from conformance.certify.api_clients.play import Play
from conformance.certify.api_clients.run import Options, chosen, planned
from conformance.certify.api_clients.stage import Stage
from conformance.cli.terminal import Terminal

_POLL_S = 0.2


def print_cases(options: Options) -> None:
    """What would be played; nothing is started."""
    plan = planned(options)
    table = Table("requirement", "case", "task", "level", "the server …", "right")
    for each in chosen(options.select, plan).scenarios:
        if each.judge is not None:
            table.add_row(each.requirement, each.name, each.task, each.level, each.condition, each.right)
    console = Terminal(width=max(150, Terminal().width))
    console.print(table)
    console.print(f"profile: {plan.profile}; declined: {', '.join(plan.declined) or 'nothing'}", soft_wrap=True)


def waiting(cases: Mapping[str, tuple[Case, Play]], stage: Stage, theatre: Theatre) -> None:
    """Print each case with what its client must be told, and wait until the operator is done."""
    out = Terminal(soft_wrap=True, highlight=False)
    for name, (case, play) in cases.items():
        out.print(f"{name}: task {case.task}")
        for variable, value in {**theatre.surroundings(case), **play.environment()}.items():
            out.print(f"  {variable}={value}", markup=False)
    origin = next(iter(cases.values()))[1].address.partition("/r/")[0]
    out.print(f"Run your client once a case. Then press Enter, end this, or POST {origin}/r/{stage.run}/done")
    sys.stdout.flush()
    threading.Thread(target=_on_enter, args=(stage.done,), daemon=True).start()
    while not stage.done.wait(_POLL_S):
        pass


def _on_enter(done: threading.Event) -> None:
    if sys.stdin is not None and sys.stdin.readline():
        done.set()
