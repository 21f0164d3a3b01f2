"""The server of Python's standard library: a queue that answers 202, and a worker that acts."""

import base64
import hashlib
import hmac
import json
import queue
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from effects import PORT, SECRET, Effects

KEY = base64.b64decode(SECRET.removeprefix("whsec_"))
LIMIT = 1_000_000
effects = Effects()
waiting: "queue.SimpleQueue[tuple[str, bytes]]" = queue.SimpleQueue()


def work() -> None:
    while True:
        identifier, body = waiting.get()
        time.sleep(0.002)
        try:
            effects.apply(identifier, json.loads(body))
        except ValueError:
            continue


class Handler(BaseHTTPRequestHandler):
    """HTTP/1.0: each connection carries one request, and what is too large is not read."""

    def do_POST(self) -> None:
        length = int(self.headers.get("content-length") or -1)
        if length < 0 or length > LIMIT:
            self.answer(411 if length < 0 else 413)
            return
        body = self.rfile.read(length)
        values = [self.headers.get_all(f"svix-{part}") or [""] for part in ("id", "timestamp", "signature")]
        if any(len(one) > 1 for one in values):
            self.answer(400)
            return
        identifier, stamp, signatures = (one[0] for one in values)
        is_new = stamp.isdigit() and len(stamp) == 10 and abs(int(stamp) - int(time.time())) <= 300
        expected = hmac.digest(KEY, f"{identifier}.{stamp}.".encode("latin-1") + body, hashlib.sha256)
        wanted = b"v1," + base64.b64encode(expected)
        is_signed = any(hmac.compare_digest(one.encode("latin-1"), wanted) for one in signatures.split(" "))
        if not (identifier and is_new and is_signed):
            self.answer(400)
            return
        waiting.put((identifier, body))
        self.answer(202)

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        if url.path != "/effects":
            self.answer(405)
            return
        shown = json.dumps(effects.describe(parse_qs(url.query)["svix_id"][0])).encode()
        self.send_response(200)
        self.send_header("content-length", str(len(shown)))
        self.end_headers()
        self.wfile.write(shown)

    def do_PUT(self) -> None:
        self.answer(405)

    def answer(self, status: int) -> None:
        self.send_response(status)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class Server(ThreadingHTTPServer):
    request_queue_size = 100


threading.Thread(target=work, daemon=True).start()
Server(("127.0.0.1", PORT), Handler).serve_forever()
