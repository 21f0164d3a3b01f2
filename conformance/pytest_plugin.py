"""The pytest plugin: options, the run around the plan items, workers of xdist. It needs the suite to be selected."""

import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

if TYPE_CHECKING:
    from conformance.execution.session import Session
    from conformance.execution.setup import RunOptions
    from conformance.execution.spec import RunContext, RunSpec

SUITE = "conformance.suite"
_MODULE = f"{SUITE}.items"
SESSION_PLUGIN = "evconform-session"  # the plugin name under which the command passes its session
_OWN = "evconform-own-session"
_HIDES_PASSES = "evconform-passes-unseen"  # key of a worker's input: its controller does not show what passed


class PreparedSession:
    """A session that the command opened and will finish."""

    __name__ = SESSION_PLUGIN  # pytest reads a plugin's name here

    def __init__(self, session: "Session") -> None:
        self.session = session


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of `evconform run`, for direct calls of pytest."""
    group = parser.getgroup("evconform", "ev.energy API conformance (with --pyargs conformance.suite)")
    group.addoption("--target", default="builtin", help="builtin, configured target, kind of target, or URL")
    group.addoption("--description", type=Path, help="OpenAPI description (default: the bundled description)")
    group.addoption("--evconform-config", type=Path, help="configuration file (default: evconform.toml)")
    group.addoption("--profile", choices=["smoke", "standard", "deep"], default="standard")
    group.addoption("--budget", type=int, help="requests that each identity may send")
    group.addoption("--seed", type=int, default=1)
    group.addoption(
        "--select", action="append", default=[], help="requirement, family, operation, path or tag:NAME; repeatable"
    )
    group.addoption("--concurrency", help="most requests in flight, a number or auto (default: by the target)")
    group.addoption("--shard", default="1/1", help="only this part of the plan, I/N, or auto")
    group.addoption("--allow-writes", action="store_true")
    group.addoption("--allow-hardware", action="store_true")
    group.addoption("--report-dir", type=Path)


def pytest_load_initial_conftests(early_config: pytest.Config, args: list[str]) -> None:
    """Keep the folder that pytest was called in as its root: it takes the values of our options for paths of tests."""
    options, folder = early_config.known_args_namespace, early_config.invocation_params.dir
    is_selected = any(SUITE in argument for argument in args)
    is_own = early_config.inipath is not None and folder.is_relative_to(early_config.inipath.parent)
    is_named = getattr(options, "rootdir", None) or getattr(options, "inifilename", None)
    if is_selected and not is_own and not is_named:
        early_config._rootpath = folder  # noqa: SLF001


def pytest_configure(config: pytest.Config) -> None:
    """Open the run or, in a worker, prepare to run plan items."""
    received = getattr(config, "workerinput", {}).get("evconform")
    if received is None and not (_is_selected(config) or config.pluginmanager.hasplugin(SESSION_PLUGIN)):
        return
    from conformance.errors import HarnessError
    from conformance.tools.own_packages import check_own_packages

    try:
        check_own_packages()
        from conformance.execution.spec import RunContext, RunSpec
        from conformance.plan import Plan
        from conformance.tools.process_lifetime import end_with_parent

        if received is not None:
            end_with_parent()
            spec, plan = msgspec.msgpack.decode(received, type=tuple[RunSpec, Plan])
            _start_worker(config, spec, RunContext.load(spec, plan), config.workerinput["workerid"])  # type: ignore[attr-defined]
            return
        session = _open_session(config)
        if not config.getoption("numprocesses", None):
            _start_worker(config, session.spec, session.brief, "main")
    except HarnessError as error:
        raise pytest.UsageError(f"{error.message}. {error.hint}") from error


def _is_selected(config: pytest.Config) -> bool:
    return any(SUITE in str(arg) or "conformance/suite" in str(arg) for arg in config.args)


def _open_session(config: pytest.Config) -> "Session":
    prepared = config.pluginmanager.get_plugin(SESSION_PLUGIN)
    if prepared is None:
        from conformance.execution.session import Session

        prepared = PreparedSession(Session.open(_read_options(config)))
        config.pluginmanager.register(_Owner(prepared.session), _OWN)
        config.pluginmanager.register(prepared)
    session: Session = prepared.session
    return session


def _read_options(config: pytest.Config) -> "RunOptions":
    from conformance.execution.concurrency import parse_concurrency
    from conformance.execution.setup import RunOptions
    from conformance.execution.shards import parse_shard
    from conformance.model import Profile

    get = config.getoption
    return RunOptions(
        target=get("--target"),
        description=get("--description"),
        config=get("--evconform-config"),
        profile=Profile(get("--profile")),
        budget=get("--budget"),
        seed=get("--seed"),
        select=tuple(get("--select")),
        concurrency=parse_concurrency(get("--concurrency")),
        shard=parse_shard(get("--shard"), os.environ),
        allow_writes=get("--allow-writes"),
        allow_hardware=get("--allow-hardware"),
        report_dir=get("--report-dir"),
        command="pytest --pyargs conformance.suite",
    )


def _start_worker(config: pytest.Config, spec: "RunSpec", brief: "RunContext", name: str) -> None:
    from conformance.execution.worker import Worker
    from conformance.suite.items import WORKER
    from conformance.tools.garbage import reduce_collection

    worker = Worker(spec, brief, name)
    config.stash[WORKER] = worker
    config.add_cleanup(worker.close)
    resources = ExitStack()
    resources.enter_context(reduce_collection())  # without any collection a worker takes a twentieth less CPU time
    config.add_cleanup(resources.close)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Send the run to a worker of xdist through its pipe, never through a file."""
    prepared = node.config.pluginmanager.get_plugin(SESSION_PLUGIN)
    if prepared is not None:
        session = prepared.session
        spec = session.spec.share_among(node.config.getoption("numprocesses", None) or 1)
        node.workerinput["evconform"] = msgspec.msgpack.encode((spec, session.brief.plan))
        node.workerinput[_HIDES_PASSES] = not node.config.pluginmanager.hasplugin("terminalreporter")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Distribute the plan items by lanes, whatever `--dist` says."""
    prepared = config.pluginmanager.get_plugin(SESSION_PLUGIN)
    if prepared is None:
        return None
    from conformance.suite.scheduler import LaneScheduler

    session = prepared.session
    concurrency = session.spec.share_among(config.getoption("numprocesses", None) or 1).concurrency
    return LaneScheduler(config, log, session.brief, concurrency)


def pytest_collection_finish(session: pytest.Session) -> None:
    """Show the worker the items that it is to run."""
    from conformance.suite.items import WORKER

    if WORKER in session.config.stash:
        from conformance.suite.lookahead import find_lookahead

        session.config.stash[WORKER].list_ahead = find_lookahead(session)


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Collect the one file of the suite, which stands for the whole plan."""
    if file_path.name != "items.py" or file_path.parent != Path(__file__).parent / "suite":
        return None
    from conformance.suite.items import WORKER, SuiteFile

    if WORKER not in parent.config.stash:
        return None
    return SuiteFile.from_parent(parent, path=file_path, nodeid=_MODULE)  # an id that can be given after --pyargs


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> bool | None:
    """Run a plan item with one report instead of three: it has no fixtures to set up or tear down.

    A worker of xdist sends as few reports as it can, because thousands of short items keep its controller busy.
    """
    if not hasattr(item, "conformance_item"):
        return None
    worker_input = getattr(item.config, "workerinput", None)
    if worker_input is None:
        item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    call = pytest.CallInfo.from_call(item.runtest, when="call", reraise=(KeyboardInterrupt, pytest.exit.Exception))
    if call.excinfo or not (worker_input or {}).get(_HIDES_PASSES):
        item.ihook.pytest_runtest_logreport(report=pytest.TestReport.from_item_and_call(item, call))
    if worker_input is None:
        item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
    return True


class _Owner:
    """The owner of a session that the plugin opened: it finishes the session and writes the reports."""

    def __init__(self, session: "Session") -> None:
        self._session = session

    @pytest.hookimpl(wrapper=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> Iterator[None]:
        """Merge the logs and write the reports after the last worker has ended."""
        yield
        from conformance.reporting.builder import write_reports

        try:
            write_reports(self._session.finish())
        finally:
            self._session.close()
