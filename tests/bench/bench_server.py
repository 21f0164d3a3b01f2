"""Figures of the reference server: start, requests a second beside Prism's mock, and the price of a page.

`python tests/bench/bench_server.py [DESCRIPTION]` prints JSON. Prism is installed by npm into a temporary folder; without
npm its part is left out, with the reason. Both servers get one core, the same requests over one kept connection.
"""  # noqa: E501

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from conformance.description import Description, load_description
from conformance.mock_server import run_server
from conformance.mock_server.api import WireRequest
from conformance.mock_server.assembly import ServerSettings, assemble_server
from conformance.mock_server.world.store import StoredRecord
from conformance.model import Role

SECONDS = 4.0


def targets(description: Description) -> list[str]:
    """Reads that need nothing but a token: lists and singletons at the root."""
    return [
        each.path
        for each in description.model.operations
        if each.role in {Role.LIST, Role.SINGLETON}
        and "{" not in each.path
        and not each.user_required
        and not any(p.required for p in each.parameters)
    ]


def throughput(base_url: str, paths: list[str]) -> dict[str, float]:
    """Requests a second over one kept connection, one after the other."""
    parts = urlsplit(base_url)
    lines = "Host: x\r\nAuthorization: Bearer token-full\r\nAccept: application/json\r\n\r\n"
    requests = [f"GET {parts.path}{path} HTTP/1.1\r\n{lines}".encode() for path in paths]
    with socket.create_connection((parts.hostname, parts.port)) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for request in requests:  # what is made on first use is not counted
            connection.sendall(request)
            _answer(connection)
        statuses: dict[int, int] = {}
        count, begun = 0, time.perf_counter()
        while time.perf_counter() - begun < SECONDS:
            connection.sendall(requests[count % len(requests)])
            status = _answer(connection)
            statuses[status] = statuses.get(status, 0) + 1
            count += 1
        rate = count / (time.perf_counter() - begun)
    return {"requests_per_second": round(rate), **{f"status_{key}": value for key, value in sorted(statuses.items())}}


def _answer(connection: socket.socket) -> int:
    """Read one answer, by its length or in chunks; its status."""
    data = b""
    while b"\r\n\r\n" not in data:
        data += connection.recv(1 << 18)
    head, _, rest = data.partition(b"\r\n\r\n")
    lower = head.lower()
    if b"transfer-encoding: chunked" in lower:
        while not rest.endswith(b"0\r\n\r\n"):
            rest += connection.recv(1 << 18)
    elif b"content-length:" in lower:
        length = int(lower.partition(b"content-length:")[2].split(b"\r\n")[0])
        while len(rest) < length:
            rest += connection.recv(1 << 18)
    return int(head[9:12])


@contextmanager
def one_core() -> Iterator[None]:
    """What is started inside runs on the first core; we on the others."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(before)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


@contextmanager
def prism(path: Path, folder: Path) -> Iterator[tuple[str, float]]:
    """Prism's mock of a description, and the seconds until it answered."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    begun = time.perf_counter()
    command = [str(folder / "node_modules/.bin/prism"), "mock", "-p", str(port), "-h", "127.0.0.1", str(path)]
    with one_core():
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                if process.poll() is not None or time.perf_counter() - begun > 60:
                    raise RuntimeError("Prism did not start") from None
                time.sleep(0.02)
        yield f"http://127.0.0.1:{port}", time.perf_counter() - begun
    finally:
        process.terminate()
        process.wait(10)


def beside_prism(description: Description, paths: list[str]) -> dict[str, object]:
    """Prism's figures for the same requests, or why there are none."""
    given = os.environ.get("EVCONFORM_PRISM", "")
    if not given and shutil.which("npm") is None:
        return {"skipped": "npm is not installed"}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(given or name)
        if not given:
            install = [
                "npm",
                "install",
                "--silent",
                "--no-audit",
                "--no-fund",
                "--prefix",
                name,
                "@stoplight/prism-cli",
            ]
            done = subprocess.run(install, capture_output=True, check=False, timeout=600)
            if done.returncode:
                return {"skipped": f"npm could not install Prism: {done.stderr[-200:].decode()}"}
        path = Path(name) / "description.json"
        path.write_bytes(msgspec.json.encode(description.document))
        with prism(path, folder) as (url, started):
            return {"start_s": round(started, 2), **throughput(url, paths)}


def page_times(description: Description) -> dict[str, float]:
    """Microseconds for a page in the middle of collections of 100 and 10,000 (nothing cached of it)."""
    found = {}
    for size in (100, 10_000):
        server = assemble_server(ServerSettings(), description)
        shape = server.world.shape
        largest = max(
            (n for n in shape.collection_sizes if n in shape.lists_by_resource and shape.resources[n].prefix),
            key=shape.collection_sizes.__getitem__,
        )
        operation, resource = shape.lists_by_resource[largest], shape.resources[largest]
        first = next(iter(server.world.store.iterate_records(largest)))
        for number in range(size - server.world.store.count_records(largest)):
            key = server.world.create_key(
                resource, first.moment + number * 1000, server.world.create_rng("bench", number)
            )
            record = StoredRecord(
                largest, key, server.world.build_path(resource, None, key), None, first.owner, first.moment, first.data
            )
            server.world.store.add(record, quiet=True)
        keys = server.world.store.get_collection(largest).keys
        assert operation.pagination is not None
        query = ((operation.pagination.after, keys[len(keys) // 2]),)
        request = WireRequest("GET", operation.path, "http://x/v2", query, {"authorization": "Bearer token-full"})
        assert server.api.handle_request(request).status == 200
        begun = time.perf_counter()
        for _ in range(500):
            server.api.handle_request(request)
        found[f"page_of_{size}_us"] = round((time.perf_counter() - begun) / 500 * 1e6, 1)
    return found


def main() -> None:
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    description = load_description(path)
    paths = targets(description)
    begun = time.perf_counter()
    with one_core():
        context = run_server(path)
        server = context.__enter__()
    try:
        started = time.perf_counter() - begun
        ours = {"start_s": round(started, 2), **throughput(server.base_url, paths)}
    finally:
        context.__exit__(None, None, None)
    theirs = beside_prism(description, paths)
    figures = {"targets": len(paths), "server": ours, "prism": theirs, **page_times(description)}
    if "requests_per_second" in theirs:
        figures["times_prism"] = round(
            float(ours["requests_per_second"]) / float(str(theirs["requests_per_second"])), 1
        )
    sys.stdout.write(json.dumps(figures, indent=2) + "\n")


if __name__ == "__main__":
    main()
