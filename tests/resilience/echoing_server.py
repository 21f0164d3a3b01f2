"""A server that shows every credential that it gets, in every form, in bodies, headers and addresses."""

import html
import json
import threading
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import quote


def write_forms(secret: str) -> dict[str, str]:
    """Return a secret as it may look where somebody shows it, by the name of the form; none contains a line break."""
    raw = secret.encode()
    return {
        "raw": secret,
        "upper": secret.upper(),
        "percent": "".join(f"%{byte:02X}" for byte in raw),
        "quoted": quote(secret, safe=""),
        "unicode": "".join(f"\\u{byte:04x}" for byte in raw),
        "c": "".join(f"\\x{byte:02x}" for byte in raw),
        "slashes": secret.replace("/", "\\/"),
        "form-decoded": secret.replace("+", " "),
        "entities": "".join(f"&#{byte};" for byte in raw),
        "hex-entities": "".join(f"&#x{byte:x};" for byte in raw),
        "html": html.escape(secret),
        "hex": raw.hex(),
        "HEX": raw.hex().upper(),
        "hex-colons": raw.hex(":"),
        "base64": b64encode(raw).decode(),
        "base64-after-1": b64encode(b"x" + raw + b"y").decode(),
        "base64-after-2": b64encode(b"xx" + raw + b"yy").decode(),
        "base64url": urlsafe_b64encode(raw).decode().rstrip("="),
        "header": b64encode(f"Authorization: Bearer {secret}".encode()).decode(),
        "pair": b64encode(f"client:{secret}".encode()).decode(),
    }


class _Echo(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    secrets: tuple[str, ...] = ()
    status = 200

    def log_message(self, *arguments: object) -> None:
        """Be silent."""

    def _answer(self) -> None:
        self.rfile.read(int(self.headers.get("content-length", 0)))
        token = self.path.startswith("/o/token")
        shown = {str(i): write_forms(secret) for i, secret in enumerate(self.secrets)}
        broken = [f"{secret[:7]}\n  {secret[7:]}" for secret in self.secrets]
        body = json.dumps([{"id": shown, **shown, "broken": broken, self.secrets[0]: 1}]).encode()
        page = "<p>" + "<br>".join((*(form for forms in shown.values() for form in forms.values()), *broken))
        if token:
            body = json.dumps({"access_token": self.secrets[0], "token_type": "Bearer", "expires_in": 36000}).encode()
        is_page = not token and len(self.path) % 3 == 0
        body = page.encode() if is_page else body
        self.send_response(200 if token else self.status)
        self.send_header("Content-Type", "text/html" if is_page else "application/json")
        self.send_header("Content-Length", str(len(body)))
        for i, forms in enumerate(shown.values() if not token else ()):
            for name, form in forms.items():
                self.send_header(f"X-Echo-{i}-{name}", form)
            self.send_header("Location", f"/v2/x?t={forms['percent']}")
            self.send_header("Link", f'<http://h/{forms["quoted"]}>; rel="next"')
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_GET = do_HEAD = do_OPTIONS = do_POST = do_PUT = do_PATCH = do_DELETE = do_TRACE = _answer


@contextmanager
def run_echoing_server(*secrets: str, status: int = 200) -> Iterator[str]:
    """Run the server with secrets that it shows beside what it gets; yield its origin."""
    handler = type("_Handler", (_Echo,), {"secrets": secrets, "status": status})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
