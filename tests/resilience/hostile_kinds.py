"""Ways in which a target can be hostile or broken: bytes on a connection, by name."""

import gzip
import json
import socket
import struct
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

Respond = Callable[[socket.socket, bytes], None]
"""A response to a request, whose head is given; it may close the connection."""
_STALL_S = 120.0
_MIB = 1024 * 1024


class Hangup(Exception):  # noqa: N818 - the end of a connection, not an error
    """The end of a connection."""


def say(raw: bytes) -> Respond:
    """Return a response of these bytes, after which the connection is closed."""

    def respond(peer: socket.socket, head: bytes) -> None:
        peer.sendall(raw)
        raise Hangup

    return respond


def answer(body: bytes, status: str = "200 OK", **headers: str) -> Respond:
    """Return a whole response with a body; names of headers have underscores."""
    fields = {"content_type": "application/json", "content_length": str(len(body))} | headers
    lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in fields.items() if value)
    raw = f"HTTP/1.1 {status}\r\n{lines}\r\n".encode("utf-8", "surrogateescape")

    def respond(peer: socket.socket, head: bytes) -> None:
        peer.sendall(raw if head.startswith(b"HEAD ") else raw + body)

    return respond


def drip(first: bytes, each: bytes, pause_s: float = 0.05) -> Respond:
    """Return a response that never ends."""

    def respond(peer: socket.socket, head: bytes) -> None:
        peer.sendall(first)
        end = time.monotonic() + _STALL_S
        while time.monotonic() < end:
            peer.sendall(each)
            time.sleep(pause_s)

    return respond


def stall(first: bytes = b"") -> Respond:
    """Return a response that stops after its first bytes, while the connection stays open."""

    def respond(peer: socket.socket, head: bytes) -> None:
        peer.sendall(first)
        peer.settimeout(_STALL_S)
        with suppress(OSError):
            while peer.recv(65536):
                pass
        raise Hangup

    return respond


def reset(peer: socket.socket, head: bytes) -> None:
    """Break the connection."""
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    raise Hangup


def next_page_for_ever(peer: socket.socket, head: bytes) -> None:
    """Serve a page that always has a next one."""
    link = f'<http://{_find_host(head)}/v2/vehicles?cursor={time.monotonic_ns()}>; rel="next"'
    answer(b"[]", link=link)(peer, head)


def same_page_for_ever(peer: socket.socket, head: bytes) -> None:
    """Serve a page whose next one is itself."""
    target = head.split(b" ", 2)[1].decode()
    answer(b"[]", link=f'<http://{_find_host(head)}{target}>; rel="next"')(peer, head)


def next_page_that_grows(peer: socket.socket, head: bytes) -> None:
    """Serve a page whose next one has an address of twice the length."""
    target = head.split(b" ", 2)[1].decode("latin-1")
    cursor = 2 * target.partition("cursor=")[2] or "x"
    answer(b"[]", link=f'<http://{_find_host(head)}/v2/vehicles?cursor={cursor}>; rel="next"')(peer, head)


def two_pages_for_ever(peer: socket.socket, head: bytes) -> None:
    """Serve two pages, each the next one of the other."""
    other = "a" if b"cursor=b" in head else "b"
    answer(b"[]", link=f'<http://{_find_host(head)}/v2/vehicles?cursor={other}>; rel="next"')(peer, head)


def half_close(peer: socket.socket, head: bytes) -> None:
    """Close one direction after the beginning of a body, and wait for the client to do something."""
    peer.sendall(OK + b"Content-Length: 100\r\n\r\n[1, 2")
    peer.shutdown(socket.SHUT_WR)
    stall()(peer, head)


def answer_without_listening(peer: socket.socket, head: bytes) -> None:
    """Respond in full, and read nothing any more."""
    peer.shutdown(socket.SHUT_RD)
    peer.sendall(OK + b"Content-Length: 2\r\n\r\n[]")
    raise Hangup


def answer_byte_by_byte(peer: socket.socket, head: bytes) -> None:
    """Respond in full, each byte in a packet of its own."""
    peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    for byte in OK + b"Content-Length: 2\r\n\r\n[]":
        peer.sendall(bytes([byte]))


def answer_head_with_body(peer: socket.socket, head: bytes) -> None:
    """Send a body even where only the head was requested, so that the next response begins with it."""
    peer.sendall(OK + b"Content-Length: 2\r\n\r\n[]")


def _find_host(head: bytes) -> str:
    lines = head.decode("latin-1").split("\r\n")
    return next((line[6:] for line in lines if line.lower().startswith("host: ")), "127.0.0.1")


OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
BOMB = gzip.compress(b"[" + b"0," * (30 * _MIB) + b"0]", 1)
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"


def _compress_raw(data: bytes) -> bytes:
    machine = zlib.compressobj(1, zlib.DEFLATED, -zlib.MAX_WBITS)
    return machine.compress(data) + machine.flush()


CONNECTIONS: dict[str, Respond] = {
    "silence": stall(),
    "close": say(b""),
    "reset": reset,
    "status-line-then-close": say(b"HTTP/1.1 200 OK\r\n"),
    "half-status-line": say(b"HTTP/1."),
    "headers-then-silence": stall(OK),
    "half-body": say(OK + b"Content-Length: 100\r\n\r\n[1, 2"),
    "half-body-then-silence": stall(OK + b"Content-Length: 100\r\n\r\n[1, 2"),
    "half-chunk": say(CHUNKED + b"100\r\n[1, 2"),
    "no-last-chunk": say(CHUNKED + b"2\r\n[]\r\n"),
    "no-last-chunk-then-silence": stall(CHUNKED + b"2\r\n[]\r\n"),
    "slow-headers": drip(b"HTTP/1.1 200 OK\r\n", b"X-A: b\r\n"),
    "slow-header-bytes": drip(b"HTTP/1.1 200 OK\r\nX-A: ", b"b"),
    "slow-body": drip(OK + b"Content-Length: 1000000\r\n\r\n[", b" "),
    "slow-chunks": drip(CHUNKED, b"1\r\n \r\n"),
    "fast-endless-headers": drip(b"HTTP/1.1 200 OK\r\n", b"X-A: b\r\n" * 1000, 0),
    "fast-endless-header": drip(b"HTTP/1.1 200 OK\r\nX-A: ", b"b" * 10000, 0),
    "fast-endless-chunks": drip(CHUNKED, b"2000\r\n" + b" " * 8192 + b"\r\n", 0),
    "fast-endless-body": drip(OK + b"\r\n[", b"1," * 8192, 0),
    "endless-hints": drip(b"", b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n", 0),
    "endless-continue": drip(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "upgrade": stall(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: wonder\r\nConnection: upgrade\r\n\r\n"),
    "noise": say(bytes(range(256)) * 40),
    "mail-server": say(b"220 mail.example ESMTP\r\n"),
    "tls-alert": say(b"\x15\x03\x03\x00\x02\x02\x28"),
    "http-0.9": say(b"<html>It works</html>"),
    "http-2": say(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
    "http-3.0": say(b"HTTP/3.0 200 OK\r\nContent-Length: 2\r\n\r\n[]"),
    "lower-case-protocol": say(b"http/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]"),
    "status-000": say(b"HTTP/1.1 000 Nothing\r\nContent-Length: 0\r\n\r\n"),
    "status-99": say(b"HTTP/1.1 99 Low\r\nContent-Length: 0\r\n\r\n"),
    "status-999": say(b"HTTP/1.1 999 High\r\nContent-Length: 0\r\n\r\n"),
    "status-text": say(b"HTTP/1.1 okay\r\nContent-Length: 0\r\n\r\n"),
    "long-reason": say(b"HTTP/1.1 200 " + b"x" * 200_000 + b"\r\nContent-Length: 2\r\n\r\n[]"),
    "no-reason": say(b"HTTP/1.1 200\r\nContent-Length: 2\r\n\r\n[]"),
    "negative-length": say(OK + b"Content-Length: -5\r\n\r\n[]"),
    "length-in-words": say(OK + b"Content-Length: two\r\n\r\n[]"),
    "length-in-exotic-digits": say(OK + "Content-Length: ²\r\n\r\n[]".encode()),
    "enormous-length": say(OK + b"Content-Length: " + b"9" * 400 + b"\r\n\r\n[]"),
    "two-lengths": say(OK + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n[] "),
    "length-and-chunks": say(OK + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n[]\r\n0\r\n\r\n"),
    "unknown-transfer-coding": say(OK + b"Transfer-Encoding: wonder\r\n\r\n[]"),
    "enormous-chunk": say(CHUNKED + b"f" * 15 + b"\r\n[]"),
    "negative-chunk": say(CHUNKED + b"-2\r\n[]\r\n0\r\n\r\n"),
    "chunk-in-words": say(CHUNKED + b"two\r\n[]\r\n0\r\n\r\n"),
    "long-chunk-extension": say(CHUNKED + b"2;" + b"x" * 200_000 + b"\r\n[]\r\n0\r\n\r\n"),
    "endless-trailer": drip(CHUNKED + b"2\r\n[]\r\n0\r\n", b"X-A: b\r\n" * 1000, 0),
    "bare-line-feeds": say(b"HTTP/1.1 200 OK\nContent-Type: application/json\nContent-Length: 2\n\n[]"),
    "nul-in-header": say(OK + b"X-A: a\0b\r\nContent-Length: 2\r\n\r\n[]"),
    "header-without-colon": say(OK + b"wonder\r\nContent-Length: 2\r\n\r\n[]"),
    "folded-header": say(OK + b"X-A: a\r\n b\r\nContent-Length: 2\r\n\r\n[]"),
    "header-of-bytes": say(OK + b"X-\xff: \xfe\xff\r\nContent-Length: 2\r\n\r\n[]"),
    "second-response-at-once": say(OK + b"Content-Length: 2\r\n\r\n[]" + OK + b"Content-Length: 2\r\n\r\n{}"),
    "more-than-its-length": say(OK + b"Content-Length: 2\r\n\r\n[] and more"),
    "no-content-with-body": say(b"HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\nhello"),
    "not-modified-with-body": say(b"HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\nhello"),
    "http-2-settings": stall(b"\0\0\0\x04\0\0\0\0\0"),
    "continue-then-close": say(b"HTTP/1.1 100 Continue\r\n\r\n"),
    "two-transfer-codings": say(OK + b"Transfer-Encoding: chunked\r\n" * 2 + b"\r\n2\r\n[]\r\n0\r\n\r\n"),
    "chunked-in-chunked": say(OK + b"Transfer-Encoding: chunked, chunked\r\n\r\n2\r\n[]\r\n0\r\n\r\n"),
    "trailer-that-contradicts": say(CHUNKED + b"2\r\n[]\r\n0\r\nContent-Length: 9\r\nETag: x\r\nX-\0: y\r\n\r\n"),
    "header-of-a-megabyte": say(OK + b"X-A: " + b"b" * _MIB + b"\r\nContent-Length: 2\r\n\r\n[]"),
    "length-with-a-sign": say(OK + b"Content-Length: +2\r\n\r\n[]"),
    "length-in-hexadecimal": say(OK + b"Content-Length: 0x2\r\n\r\n[]"),
    "length-twice-in-one": say(OK + b"Content-Length: 2, 2\r\n\r\n[]"),
    "space-before-colon": say(OK + b"X-A : b\r\nContent-Length: 2\r\n\r\n[]"),
    "bare-carriage-returns": say(b"HTTP/1.1 200 OK\rContent-Length: 2\r\r[]"),
    "half-closed": half_close,
    "answers-without-listening": answer_without_listening,
    "byte-by-byte": answer_byte_by_byte,
    "body-for-head": answer_head_with_body,
    "http-1.0": say(b"HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n[]"),
}
BODIES: dict[str, Respond] = {
    "empty": answer(b""),
    "null": answer(b"null"),
    "number": answer(b"1"),
    "text": answer(b'"x"'),
    "page-of-a-proxy": answer(b"<html><title>Sign in</title></html>", content_type="text/html"),
    "xml": answer(b"<a/>", content_type="application/xml"),
    "no-type": answer(b"[]", content_type=""),
    "odd-type": answer(b"[]", content_type="application/" + "j" * 5000),
    "odd-charset": answer(b"[]", content_type='application/json; charset="wonder'),
    "open-brackets": answer(b"[" * 1_000_000),
    "deep-lists": answer(b"[" * 100_000 + b"]" * 100_000),
    "deep-objects": answer(b'{"a":' * 50_000 + b"1" + b"}" * 50_000),
    "long-integer": answer(b"[" + b"9" * 5000 + b"]"),
    "longer-integer": answer(b"[" + b"9" * 1_000_000 + b"]"),
    "enormous-exponent": answer(b"[1e999999999]"),
    "nan": answer(b"[NaN, Infinity, -Infinity]"),
    "lone-surrogate": answer(b'["\\ud800"]'),
    "nul-text": answer(b'["\\u0000"]'),
    "nul-bytes": answer(b"\0" * 10_000),
    "not-utf-8": answer(b'["\xff\xfe"]'),
    "utf-16": answer('[{"id": "x"}]'.encode("utf-16")),
    "byte-order-mark": answer(b"\xef\xbb\xbf[]"),
    "one-name-often": answer(b"[{" + b",".join(b'"a":1' for _ in range(100_000)) + b"}]"),
    "many-names": answer(json.dumps([{f"a{number}": number for number in range(100_000)}]).encode()),
    "long-text": answer(json.dumps([{"id": "x" * 3 * _MIB}]).encode()),
    "long-list-of-numbers": answer(b"[" + b"0," * _MIB + b"0]"),
    "long-list-of-objects": answer(b"[" + b"{}," * _MIB + b"{}]"),
    "long-list-of-broken-objects": answer(b"[" + b'{"id":1},' * 300_000 + b"{}]"),
    "too-long": answer(b"[" + b"0," * (4 * _MIB) + b"0]"),
    "gzip-bomb": answer(BOMB, content_encoding="gzip"),
    "gzip-bomb-in-gzip": answer(gzip.compress(BOMB), content_encoding="gzip, gzip"),
    "deflate-bomb": answer(zlib.compress(b" " * (50 * _MIB)), content_encoding="deflate"),
    "raw-deflate-bomb": answer(_compress_raw(b" " * (50 * _MIB)), content_encoding="deflate"),
    "half-gzip": answer(gzip.compress(b"[1, 2, 3]")[:-9], content_encoding="gzip"),
    "no-gzip": answer(b"[]", content_encoding="gzip"),
    "gzip-then-noise": answer(gzip.compress(b"[]") + bytes(range(256)), content_encoding="gzip"),
    "gzip-members-for-ever": answer(gzip.compress(b" ") * 100_000, content_encoding="gzip"),
    "brotli-that-nobody-accepts": answer(b"\x8b\x00\x80[]\x03", content_encoding="br"),
    "zstd-that-nobody-accepts": answer(b"\x28\xb5\x2f\xfd\x20\x02\x11\0\0[]", content_encoding="zstd"),
    "utf-16-as-it-says": answer("[]".encode("utf-16"), content_type="application/json; charset=utf-16"),
    "utf-7-as-it-says": answer(b"+AFsAXQ-", content_type="application/json; charset=utf-7"),
    "nul-in-names": answer(b'[{"\\u0000": 1, "a\\u0000b": {"\\u0000": []}}]'),
    "surrogates-in-names": answer(b'[{"\\ud800": 1, "\\udfff\\ud800": {}}]'),
    "leading-noughts": answer(b"[007, -01, 1., .5, +1]"),
    "unknown-encoding": answer(b"[]", content_encoding="wonder"),
    "ten-encodings": answer(b"[]", content_encoding=", ".join(["gzip"] * 10)),
}
MEANINGS: dict[str, Respond] = {
    **{
        f"always-{status}": answer(b"{}", f"{status} Always")
        for status in (201, 204, 304, 400, 403, 404, 405, 409, 418, 422)
    },
    **{f"always-{status}": answer(b"{}", f"{status} Always") for status in (500, 501, 502, 503, 504, 521, 530, 599)},
    "redirect-to-itself": answer(b"", "302 Found", location="/v2/vehicles"),
    "redirect-to-nowhere": answer(b"", "301 Moved", location="http://[::bad"),
    "redirect-to-a-file": answer(b"", "302 Found", location="file:///etc/passwd"),
    "redirect-to-metadata": answer(b"", "307 Temporary", location="http://169.254.169.254/latest/meta-data/"),
    "redirect-to-a-script": answer(b"", "303 See Other", location="javascript:alert(1)"),
    "redirect-of-great-length": answer(b"", "308 Permanent", location="/v2/" + "x/" * 40_000),
    "date-in-1970": answer(b"[]", date="Thu, 01 Jan 1970 00:00:00 GMT", last_modified="Thu, 01 Jan 1970 00:00:00 GMT"),
    "date-in-9999": answer(b"[]", date="Fri, 31 Dec 9999 23:59:59 GMT", expires="Fri, 31 Dec 9999 24:00:60 GMT"),
    "retry-after-fraction": answer(b"{}", "503 Busy", retry_after="1.5"),
    "next-page-that-grows": next_page_that_grows,
    "two-pages-for-ever": two_pages_for_ever,
    "link-of-backslashes": answer(b"[]", link='<a>; title="' + "\\\\" * 40_000),
    "links-of-nothing": answer(b"[]", link="<>," * 30_000),
    "link-of-semicolons": answer(b"[]", link="<a>" + " ;" * 40_000),
    "retry-after-for-ever": answer(b"{}", "429 Slow", retry_after="99999999"),
    "retry-after-in-exotic-digits": answer(b"{}", "429 Slow", retry_after="²"),
    "retry-after-long": answer(b"{}", "429 Slow", retry_after="9" * 5000),
    "retry-after-negative": answer(b"{}", "429 Slow", retry_after="-5"),
    "retry-after-date": answer(b"{}", "429 Slow", retry_after="Wed, 21 Oct 2099 07:28:00 GMT"),
    "no-retry-after": answer(b"{}", "429 Slow"),
    "busy-for-ever": answer(b"{}", "503 Busy", retry_after="99999999"),
    "remaining-in-exotic-digits": answer(b"[]", x_ratelimit_remaining="²", x_ratelimit_limit="²"),
    "remaining-enormous": answer(b"[]", x_ratelimit_remaining="9" * 500, x_ratelimit_limit="9" * 500),
    "remaining-negative": answer(b"[]", x_ratelimit_remaining="-1", x_ratelimit_reset="-1"),
    "next-page-for-ever": next_page_for_ever,
    "same-page-for-ever": same_page_for_ever,
    "next-page-elsewhere": answer(b"[]", link='<http://169.254.169.254/latest/meta-data>; rel="next"'),
    "broken-link": answer(b"[]", link="<" * 5000),
    "many-links": answer(b"[]", link=", ".join(f'<http://h/{number}>; rel="next"' for number in range(2000))),
    "long-header": answer(b"[]", x_long="x" * 90_000),
    "thousand-headers": answer(b"[]", **{f"x_{number}": "y" for number in range(1000)}),
    "odd-dates": answer(b"[]", date="tomorrow", last_modified="0", expires="-1", age="²"),
    "odd-validators": answer(b"[]", etag='"' * 5000, vary="*" * 5000, cache_control="max-age=" + "9" * 5000),
    "odd-cookies": answer(b"[]", set_cookie="a" * 50_000),
    "odd-challenge": answer(b"{}", "401 No", www_authenticate='Bearer realm="' * 1000),
}
_ID = "vhcl01J2YB9D4WDWW4X35X9FWS0S6A"


def list_vehicles(**properties: object) -> Respond:
    """Return a list with one vehicle, a plausible one but for some properties."""
    vehicle = {
        "id": _ID,
        "url": f"http://127.0.0.1/v2/vehicles/{_ID}",
        "name": "x",
        "created_at": "2026-01-01T00:00:00Z",
    }
    return answer(json.dumps([vehicle | properties]).encode())


CONTENTS: dict[str, Respond] = {
    "ids-that-climb": list_vehicles(id="../../_control/reset", url="http://127.0.0.1/v2/vehicles/../../_control/reset"),
    "ids-with-a-query": list_vehicles(id="x?access_token=1#y", url="http://127.0.0.1/v2/vehicles/x?access_token=1#y"),
    "ids-with-control-signs": list_vehicles(id="a\r\nX-Injected: 1\r\n\r\n", name="\x1b[2J\x1b]0;owned\x07\u202e"),
    "ids-outside-ascii": list_vehicles(id="véhicule\u0000☃", url="http://127.0.0.1/v2/vehicles/☃"),
    "ids-of-great-length": list_vehicles(id="x" * 100_000, url="http://127.0.0.1/v2/vehicles/" + "x" * 100_000),
    "urls-of-a-megabyte": list_vehicles(url="http://127.0.0.1/v2/vehicles/" + "x/" * (_MIB // 2)),
    "times-that-nearly-are": list_vehicles(
        created_at="2026-01-01T00:00:00." + "0" * 100_000 + "!", updated_at=":" * 100_000
    ),
    "urls-elsewhere": list_vehicles(url="http://169.254.169.254/latest/meta-data"),
    "urls-with-credentials": list_vehicles(url=f"http://me:secret@127.0.0.1/v2/vehicles/{_ID}"),
    "urls-that-are-none": list_vehicles(url="http://[::bad", user={"url": "file:///etc/passwd"}),
    "markup": list_vehicles(name="</script><script>alert(1)</script><img src=x onerror=alert(1)>{{7*7}}"),
    "rich-markup": list_vehicles(name="[bold red]owned[/] [link=file:///etc/passwd]x[/link]"),
    "names-of-the-language": list_vehicles(**{"__proto__": {"a": 1}, "constructor": 1, "__class__": "x", "": 0}),
    "times-out-of-range": list_vehicles(created_at="9999999-99-99T99:99:99+99:99", updated_at="-0001-00-00"),
    "numbers-out-of-range": list_vehicles(battery=-0.0, odometer=10**400, charge=1e308, name=2**63),
    "everything-null": answer(json.dumps([dict.fromkeys(("id", "url", "name", "user", "created_at"))]).encode()),
    "lists-in-lists": answer(json.dumps([[[{"id": _ID}]], [], None, 1, "x", True]).encode()),
    "same-item-a-thousand-times": answer(json.dumps([{"id": _ID, "url": f"/v2/vehicles/{_ID}"}] * 1000).encode()),
}
KINDS: dict[str, Respond] = {**CONNECTIONS, **BODIES, **MEANINGS, **CONTENTS}


@contextmanager
def run_hostile_server(respond: Respond, sound_first: int = 0) -> Iterator[str]:
    """Run a server that answers so many requests soundly, and all others in a hostile way; yield its base URL."""
    left = threading.Semaphore(sound_first)
    with socket.create_server(("127.0.0.1", 0), backlog=100) as server:
        thread = threading.Thread(target=_accept, args=(server, respond, left), daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/v2"
        server.shutdown(socket.SHUT_RDWR)
        thread.join()


def _accept(server: socket.socket, respond: Respond, left: threading.Semaphore) -> None:
    while True:
        try:
            peer, _ = server.accept()
        except OSError:
            return
        threading.Thread(target=_converse, args=(peer, respond, left), daemon=True).start()


def _converse(peer: socket.socket, respond: Respond, left: threading.Semaphore) -> None:
    with peer, suppress(OSError, Hangup):
        peer.settimeout(10)
        while head := _read_request(peer):
            chosen = answer(b"[]") if left.acquire(blocking=False) else respond
            chosen(peer, head)


def _read_request(peer: socket.socket) -> bytes:
    """Return the head of the next request; its body is read and dropped."""
    data = b""
    while b"\r\n\r\n" not in data:
        more = peer.recv(65536)
        if not more:
            return b""
        data += more
    head, _, body = data.partition(b"\r\n\r\n")
    lengths = [line[15:] for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    missing = (int(lengths[0]) if lengths else 0) - len(body)
    while missing > 0:
        missing -= len(peer.recv(min(missing, 65536))) or missing
    return head
