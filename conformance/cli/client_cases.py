"""The output of `certify client`: its cases, and the environment for a client that the operator starts."""

import sys
import threading
from collections.abc import Mapping

from rich.table import Table

from conformance.certify.api_clients.certification import ClientCertificationOptions, load_plan, select_scenarios
from conformance.certify.api_clients.scenario_endpoint import ScenarioEndpoint
from conformance.certify.api_clients.scenario_run import ScenarioRun
from conformance.certify.api_clients.scenario_runner import ScenarioRunner
from conformance.certify.api_clients.scenario_server import ScenarioServer
from conformance.certify.api_clients.tasks import TASKS
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
    cases: Mapping[str, tuple[ScenarioRun, ScenarioEndpoint]], server: ScenarioServer, runner: ScenarioRunner
) -> None:
    """Print each case with the environment of its client, and progress until the operator is done."""
    out = Terminal(soft_wrap=True, highlight=False)
    for name, (case, endpoint) in cases.items():
        out.print(f"{name}: task {case.task}")
        out.print(f"  # task: {TASKS[case.task].description}", markup=False)
        if case.scenario is not None:
            out.print(f"  # condition: the server {case.scenario.condition}", markup=False)
            out.print(
                f"  # expected: {case.scenario.correct_behaviour or 'nothing, it is for comparison'}", markup=False
            )
        for variable, value in {**runner.build_environment(case), **endpoint.build_environment()}.items():
            out.print(f"  {variable}={value}", markup=False)
    origin = next(iter(cases.values()))[1].address.partition("/r/")[0]
    out.print(
        f"Run your client once for each case. "
        f"Then press Enter, end the input, interrupt this command, or POST {origin}/r/{server.run_id}/done"
    )
    sys.stdout.flush()
    threading.Thread(target=_wait_for_enter, args=(server.finished,), daemon=True).start()
    waiting = {name: endpoint for name, (_, endpoint) in cases.items()}
    while not server.finished.wait(_POLL_S):
        for name in [name for name, endpoint in waiting.items() if endpoint.calls]:
            del waiting[name]
            out.print(f"{name}: first request received, {len(waiting)} of {len(cases)} cases not begun")
            sys.stdout.flush()


def _wait_for_enter(done: threading.Event) -> None:
    """Set `done` when a line is entered, or the input ends."""
    if sys.stdin is not None:
        sys.stdin.readline()
        done.set()
