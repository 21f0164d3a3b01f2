"""The output of `certify client`: its cases, and the environment for a client that the operator starts."""

import sys
import threading
from collections.abc import Mapping

from rich.table import Table

from conformance.certify.api_clients.certification import ClientCertificationOptions, load_plan, select_scenarios
from conformance.certify.api_clients.scenario_endpoint import ScenarioEndpoint
from conformance.certify.api_clients.scenario_runner import ScenarioRun, ScenarioRunner
from conformance.certify.api_clients.scenario_server import ScenarioServer
from conformance.cli.terminal import Terminal

_POLL_S = 0.2


def print_cases(options: ClientCertificationOptions) -> None:
    """Print the cases; start nothing."""
    plan = load_plan(options)
    table = Table("requirement", "case", "task", "level", "condition", "expected")
    for scenario in select_scenarios(options.select, plan).scenarios:
        if scenario.judge is not None:
            table.add_row(
                scenario.requirement,
                scenario.name,
                scenario.task,
                scenario.level,
                scenario.condition,
                scenario.correct_behaviour,
            )
    console = Terminal(width=max(150, Terminal().width))
    console.print(table)
    console.print(f"profile: {plan.profile}; declined: {', '.join(plan.declined_tasks) or 'nothing'}", soft_wrap=True)


def wait_for_operator(
    cases: Mapping[str, tuple[ScenarioRun, ScenarioEndpoint]], stage: ScenarioServer, theatre: ScenarioRunner
) -> None:
    """Print each case with the environment of its client, and wait until the operator is done."""
    out = Terminal(soft_wrap=True, highlight=False)
    for name, (case, play) in cases.items():
        out.print(f"{name}: task {case.task}")
        for variable, value in {**theatre.build_environment(case), **play.build_environment()}.items():
            out.print(f"  {variable}={value}", markup=False)
    origin = next(iter(cases.values()))[1].address.partition("/r/")[0]
    out.print(
        f"Run your client once for each case. "
        f"Then press Enter, interrupt this command, or POST {origin}/r/{stage.run_id}/done"
    )
    sys.stdout.flush()
    threading.Thread(target=_wait_for_enter, args=(stage.finished,), daemon=True).start()
    while not stage.finished.wait(_POLL_S):
        pass


def _wait_for_enter(done: threading.Event) -> None:
    if sys.stdin is not None and sys.stdin.readline():
        done.set()
