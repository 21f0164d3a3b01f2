"""Machines, settings and surroundings in which the tool is run, as data: what is odd about each, and what is expected.

Each is survived (exit 0, the same verdicts), or refused clearly: exit 2, and the message names the variable or file.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

_NOTHING: Mapping[str, Any] = MappingProxyType({})
_DEEP = "d" * 300


class OddMachine(NamedTuple):
    """What is odd about a machine, and what is expected of a command there.

    `variables` are set in the environment, `unset` removed from it; `before` is shell before the command, `after` a
    redirection behind it; `start` is Python that the interpreter runs at its start; `files` are written into the
    working folder, which is called `folder`, or `cwd` where it is another one. `{base}` stands for the base URL of the
    target, `{ipv6}` for that of a target that listens on IPv6 alone, `{port}` for a port that is taken, `{folder}` for
    the working folder. `told` is what standard error must contain.
    """

    exit_code: int = 0
    told: str = ""
    variables: Mapping[str, str] = _NOTHING
    unset: tuple[str, ...] = ()
    before: str = ""
    after: str = ""
    flags: str = ""
    start: str = ""
    files: Mapping[str, bytes] = _NOTHING
    folder: str = "here"
    cwd: str = ""
    arguments: str = "run --target {base} --select 'RSP-01&/vehicle_makes' --workers 1 --report-dir out"
    has_report: bool = True
    is_long: bool = False


_MEMORY_GIVES_OUT = """
import sys
class Finder:
    def find_spec(self, name, path, target=None):
        if name == "pytest":
            raise MemoryError
sys.meta_path.insert(0, Finder())
"""
_RUN = OddMachine().arguments
_DEPENDENCIES = {
    f"{name}.py": b"raise SystemExit('the wrong module')\n"
    for name in ("attrs", "yaml", "h11", "rich", "starlette", "random", "queue", "email", "xdist", "execnet")
}
_REMOTE = "run --target http://api.partner.invalid/v2 --report-dir out --patience 0"
_TLS = _REMOTE.replace("http:", "https:")


def refused(told: str, arguments: str = _RUN, **odd: object) -> OddMachine:
    """Return a machine on which a command ends with exit code 2 and a message that contains a text."""
    return OddMachine(2, told, arguments=arguments, has_report=False)._replace(**odd)


def survived(arguments: str = _RUN, **odd: object) -> OddMachine:
    """Return a machine on which a command does its work."""
    return OddMachine(arguments=arguments)._replace(**odd)


PROXIES: dict[str, OddMachine] = {
    "socks-proxy-for-all": refused("ALL_PROXY", _REMOTE, variables={"ALL_PROXY": "socks5://127.0.0.1:9"}),
    "proxy-of-unknown-scheme": refused("HTTPS_PROXY", _TLS, variables={"HTTPS_PROXY": "gopher://127.0.0.1:9"}),
    "proxy-without-host": refused("HTTP_PROXY", _REMOTE, variables={"HTTP_PROXY": "http://"}),
    "proxy-that-is-gone-and-not-for-this-host": survived(
        variables={"HTTP_PROXY": "http://127.0.0.1:9", "NO_PROXY": "127.0.0.1,localhost"}
    ),
    "odd-exceptions-from-proxies": survived(
        variables={"NO_PROXY": ",,[::,*.,\t", "no_proxy": ",,[::,*.,\t"}, is_long=True
    ),
}
CERTIFICATES: dict[str, OddMachine] = {
    "certificate-file-missing": refused("SSL_CERT_FILE", _TLS, variables={"SSL_CERT_FILE": "/no/such/file.pem"}),
    "certificate-file-of-rubbish": refused(
        "SSL_CERT_FILE", _TLS, variables={"SSL_CERT_FILE": "rubbish.pem"}, files={"rubbish.pem": b"\xff\x00rubbish"}
    ),
    "certificate-folder-missing": refused("SSL_CERT_DIR", _TLS, variables={"SSL_CERT_DIR": "/no/such/folder"}),
}
FOLDERS: dict[str, OddMachine] = {
    "no-home": survived(unset=("HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME"), is_long=True),
    "home-cannot-be-written": survived(variables={"HOME": "/dev/null/home"}, unset=("XDG_CACHE_HOME",)),
    "cache-cannot-be-written": survived(variables={"XDG_CACHE_HOME": "/proc"}, is_long=True),
    "no-folder-for-temporary-files": survived(
        start="import tempfile\ntempfile._candidate_tempdir_list = lambda: ['/no/such/folder']", is_long=True
    ),
    "folder-for-temporary-files-missing": survived(variables={"TMPDIR": "/no/such/folder"}, is_long=True),
    "working-folder-is-read-only": refused("evconform-out", _RUN.replace(" --report-dir out", ""), cwd="/proc"),
    "working-folder-is-gone": refused("working folder", before="mkdir gone; cd gone; rmdir ../gone;"),
    "report-folder-is-a-file": refused("out", files={"out": b"a file"}),
    "report-folder-of-a-long-name": refused("File name too long", _RUN.replace(" out", f" {_DEEP}")),
    "report-folder-is-a-link": survived(before="mkdir real; ln -s real out;", is_long=True),
    "report-folder-is-a-link-to-nothing": survived(before="ln -s not/there out;", is_long=True),
    "report-folder-is-in-use": refused(
        "out", before="mkdir -p out/workers; exec 9>out/workers/run.lock; flock 9;", is_long=True
    ),
    "names-with-spaces-and-signs": survived(folder="a b ü ✓ #%41?{}'[bold]", is_long=True),
    "names-with-line-breaks": survived(folder="a\nb\tc", is_long=True),
    "names-that-are-not-utf-8": survived(
        before='odd=$(printf \'a\\377b\'); mkdir "$odd"; cd "$odd";', has_report=False, is_long=True
    ),
    "files-for-the-owner-alone": survived(before="umask 077;", is_long=True),
}
TEXTS: dict[str, OddMachine] = {
    "locale-c": survived(variables={"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}),
    "locale-latin-1": survived(
        variables={"LC_ALL": "de_DE.ISO-8859-1", "PYTHONIOENCODING": "latin-1", "PYTHONUTF8": "0"}, is_long=True
    ),
    "locale-unknown": survived(variables={"LC_ALL": "xx_XX.wonder", "LANG": "xx", "LANGUAGE": "x:y"}, is_long=True),
    "argument-not-utf-8": refused("--select", _RUN + " --select \"$(printf 'RSP\\377')\""),
    "report-folder-not-utf-8": survived(
        _RUN.replace(" out", " \"$(printf 'o\\377ut')\""), has_report=False, is_long=True
    ),
    "configuration-not-utf-8": refused("evconform.toml", files={"evconform.toml": b"[targets.t\xfc]\n"}),
    "configuration-in-utf-16": refused(
        "evconform.toml", files={"evconform.toml": "[targets.t]\n".encode("utf-16")}, is_long=True
    ),
    "configuration-with-byte-order-mark": survived(files={"evconform.toml": b"\xef\xbb\xbf[targets.t]\n"}),
    "configuration-is-a-folder": refused("conf.d", _RUN + " --config conf.d", before="mkdir conf.d;"),
    "description-not-utf-8": refused(
        "api.yaml", _RUN + " --description api.yaml", files={"api.yaml": b"openapi: 3.1.0\ninfo: {title: \xff}\n"}
    ),
    "variable-not-utf-8": survived(before="export ODD=\"$(printf '\\377')\";", is_long=True),
    "token-with-a-line-break": refused("EVCONFORM_TOKEN", variables={"EVCONFORM_TOKEN": "a\nb"}),
    "token-outside-ascii": refused("EVCONFORM_TOKEN", variables={"EVCONFORM_TOKEN": "tökén"}),
}
OUTPUT: dict[str, OddMachine] = {
    "dumb-terminal": survived(variables={"TERM": "dumb"}, is_long=True),
    "unknown-terminal": survived(variables={"TERM": "wonder", "COLUMNS": "wide", "LINES": "-1"}, is_long=True),
    "narrow-terminal": survived(variables={"COLUMNS": "1"}, is_long=True),
    "no-colour": survived(variables={"NO_COLOR": "1", "FORCE_COLOR": "1"}, is_long=True),
    "no-terminal": survived(before="setsid true;", after="<&-", is_long=True),
    "output-closed": survived(after=">&- 2>&-", is_long=True),
    "output-full": survived(after=">/dev/full 2>/dev/full", is_long=True),
    "step-summary-in-no-folder": survived(
        _RUN + " --format markdown", variables={"GITHUB_STEP_SUMMARY": "/no/such/folder/summary.md"}, is_long=True
    ),
}
PYTHON: dict[str, OddMachine] = {
    "package-of-the-same-name": refused(
        "reports", variables={"PYTHONPATH": "{folder}/shadow"}, files={"shadow/reports/__init__.py": b""}
    ),
    "modules-of-common-names": survived(
        files={
            f"{name}.py": b"raise SystemExit('the wrong module')\n"
            for name in ("conftest", "tests", "test_x", "utils", "sitecustomise", "model", "conformance_suite")
        },
        is_long=True,
    ),
    "modules-of-dependencies": survived(_RUN.replace(" --target {base}", ""), files=_DEPENDENCIES),
    "modules-of-dependencies-beside-workers": survived(
        _RUN.replace(" --target {base}", "").replace("--workers 1", "--workers 2"), files=_DEPENDENCIES, is_long=True
    ),
    "settings-of-pytest-around": survived(
        files={
            "pytest.ini": b"[pytest]\naddopts = --no-such-option\n",
            "conftest.py": b"raise SystemExit('the wrong conftest')\n",
            "pyproject.toml": b"[tool.pytest.ini_options]\naddopts = '--wonder'\n",
        },
        variables={"PYTEST_ADDOPTS": "--no-such-option", "PYTEST_PLUGINS": "nowhere"},
    ),
    "optimized": survived(flags="-O", is_long=True),
    "without-docstrings": survived(flags="-OO", is_long=True),
    "warnings-are-errors": survived(variables={"PYTHONWARNINGS": "error"}, is_long=True),
    "encoding-warnings-are-errors": survived(flags="-X warn_default_encoding -W error::EncodingWarning", is_long=True),
    "development-mode": survived(flags="-X dev", is_long=True),
    "isolated-path": survived(variables={"PYTHONSAFEPATH": "1", "PYTHONNOUSERSITE": "1"}, is_long=True),
    "no-bytecode": survived(variables={"PYTHONPYCACHEPREFIX": "/dev/null/x"}, is_long=True),
}
SYSTEM: dict[str, OddMachine] = {
    "few-file-descriptors": survived(before="ulimit -n 64;"),
    "too-few-file-descriptors": refused("Too many open files", before="ulimit -n 12;", is_long=True),
    "memory-gives-out": refused("not enough memory", start=_MEMORY_GIVES_OUT),
    "small-files-only": refused("shared.sqlite", before="ulimit -f 8;"),
    "no-shared-memory": survived(
        start="import _multiprocessing\n"
        "def refuse(*a): raise OSError(38, 'Function not implemented')\n_multiprocessing.SemLock = refuse\n",
        is_long=True,
    ),
    "no-fork": survived(
        start="import os\ndef refuse(*a): raise OSError(11, 'no fork')\nos.fork = os.forkpty = refuse\n", is_long=True
    ),
    "no-path": survived(variables={"PATH": ""}, is_long=True),
    "interrupts-ignored": survived(before="trap '' INT TERM HUP CHLD PIPE;", is_long=True),
    "clock-that-jumps": survived(
        start="import time, itertools\nnow, turns = time.time, itertools.count()\n"
        "time.time = lambda: now() + (-3600, 0, 7200)[next(turns) // 50 % 3]\n"
    ),
    "clock-in-1970": survived(start="import time\ntime.time = lambda: 5.0 + time.monotonic() % 1000\n", is_long=True),
    "clock-in-2040": survived(start="import time\nnow = time.time\ntime.time = lambda: now() + 5e8\n", is_long=True),
    "odd-time-zone": survived(variables={"TZ": ":/dev/null"}, is_long=True),
    "far-time-zone": survived(variables={"TZ": "Pacific/Kiritimati"}, is_long=True),
}
NETWORKS: dict[str, OddMachine] = {
    "port-is-taken": refused("{port}", "serve --port {port}"),
    "target-on-ipv6-alone": survived(_RUN.replace("{base}", "{ipv6}")),
    "no-ipv6": survived(
        start="import socket\nsocket.has_ipv6 = False\nopen_socket = socket.socket.__init__\n"
        "def refuse(self, family=-1, *a, **k):\n"
        "    if family == socket.AF_INET6: raise OSError(97, 'Address family not supported by protocol')\n"
        "    open_socket(self, family, *a, **k)\nsocket.socket.__init__ = refuse\n"
    ),
    "no-names": survived(
        start="import socket\ndef refuse(*a, **k): raise socket.gaierror(-3, 'Temporary failure in name resolution')\n"
        "known = socket.getaddrinfo\n"
        "socket.getaddrinfo = lambda host, *a, **k: known(host, *a, **k) if host == '127.0.0.1' else refuse()\n"
        "socket.gethostname = lambda: 'h\\u00f6st'\nsocket.getfqdn = refuse\n",
        is_long=True,
    ),
    "host-without-address": OddMachine(3, "api.partner.invalid", arguments=_REMOTE, has_report=False, is_long=True),
}
MACHINES: dict[str, OddMachine] = {
    **PROXIES, **CERTIFICATES, **FOLDERS, **TEXTS, **OUTPUT, **PYTHON, **SYSTEM, **NETWORKS,
}  # fmt: skip
