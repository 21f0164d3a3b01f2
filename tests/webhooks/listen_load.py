"""Deliveries for `webhooks listen` at a high rate, and an interrupt: `python -m tests.webhooks.listen_load`.

Sends 500 deliveries a second for a minute, then SIGINT while they go on. Every delivery that was answered with 2xx must
be judged: the numbers of answers, of lines and of exchanges in the run log are the same.
"""

import argparse
import itertools
import json
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from conformance.webhooks.signatures import WebhookKey, build_signature_headers
from reports import fold, read_events

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
_KEY = WebhookKey(SECRET)
_SENDERS = 8
_HEADERS = "Host: x\r\nContent-Type: application/json\r\nsvix-event-type: charging_sub_session.created\r\n"
_MAX_UNEVEN_SHARE = 0.9  # of the rate that must be reached for the figure to count


class Sender(threading.Thread):
    """A sender with a connection of its own; counts what was sent and what was answered with 200."""

    def __init__(self, number: int, port: int, gap_s: float) -> None:
        super().__init__()
        self.number, self.port, self.gap_s = number, port, gap_s
        self.sent = self.answered = 0
        self.is_over = threading.Event()

    def run(self) -> None:
        began = time.monotonic()
        try:
            with socket.create_connection(("127.0.0.1", self.port), 20) as connection:
                for count in itertools.count():
                    if self.is_over.wait(max(0.0, began + count * self.gap_s - time.monotonic())):
                        return
                    connection.sendall(self._build_request(count))
                    self.sent += 1
                    response = b""
                    while b"\r\n\r\n" not in response:
                        chunk = connection.recv(4096)
                        if not chunk:
                            return
                        response += chunk
                    self.answered += response.startswith(b"HTTP/1.1 200")
        except OSError:
            return  # the listener has ended

    def _build_request(self, count: int) -> bytes:
        data = {"id": f"csub01K41E6WJ79YG8TFR9{self.number:02}{count:06}"}
        event = {"type": "charging_sub_session.created", "timestamp": "2026-01-01T00:00:00Z", "data": data}
        body, now, name = json.dumps(event).encode(), str(int(time.time())), f"msg_{self.number}_{count}"
        signed = build_signature_headers(name, now, _KEY.sign(name, now, body))
        lines = "".join(f"{header}: {value}\r\n" for header, value in signed)
        return f"POST / HTTP/1.1\r\n{_HEADERS}{lines}Content-Length: {len(body)}\r\n\r\n".encode() + body


def main() -> int:
    """Run the load and print the counts; return 1 if they differ, or if the rate was not reached."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rate", type=float, default=500.0)
    parser.add_argument("--seconds", type=float, default=60.0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        directory = Path(scratch) / "report"
        command = ["webhooks", "listen", "--secret", SECRET, "--report-dir", str(directory)]
        with subprocess.Popen([sys.executable, "-m", "conformance", *command], stdout=subprocess.PIPE, text=True) as it:
            assert it.stdout
            port = int(it.stdout.readline().split()[1].rpartition(":")[2].strip("/"))
            lines = _LineCounter(it)
            lines.start()
            senders = [Sender(number, port, _SENDERS / options.rate) for number in range(_SENDERS)]
            for sender in senders:
                sender.start()
            time.sleep(options.seconds)
            it.send_signal(signal.SIGINT)
            interrupted = time.monotonic()
            status = it.wait()
            lines.join()
            for sender in senders:
                sender.is_over.set()
                sender.join()
            ended = time.monotonic() - interrupted
        exchanges = len(fold(read_events([directory])).exchanges)
    sent, answered = sum(one.sent for one in senders), sum(one.answered for one in senders)
    print(f"{sent} sent, {answered} answered with 200, {lines.count} lines, {exchanges} exchanges in the run log")
    print(f"exit {status}, {ended:.1f} s after the interrupt; {sent / options.seconds:.0f} a second")
    is_fast = sent >= _MAX_UNEVEN_SHARE * options.rate * options.seconds
    if not is_fast:
        print("the rate was not reached: the machine is too busy for this figure")
    return 0 if answered == lines.count == exchanges and is_fast else 1


class _LineCounter(threading.Thread):
    """Counts the lines of deliveries that a process prints."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        super().__init__()
        self.process, self.count = process, 0

    def run(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            self.count += line.startswith("delivery-")


if __name__ == "__main__":
    sys.exit(main())
