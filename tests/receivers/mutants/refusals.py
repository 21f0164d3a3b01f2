"""Faults in the response to a refused message."""

import base64

import httpx

from tests.receivers.mutants.registry import Faults
from tests.receivers.plain import Delivery, PlainReceiver, RefusedError

FAULTS = Faults()


class Telling(PlainReceiver):
    """Tells something about the key or the MAC."""

    last: Delivery

    def tell(self, key: bytes, mac: bytes) -> str:
        raise NotImplementedError

    def verify(self, delivery: Delivery) -> None:
        self.last = delivery
        super().verify(delivery)

    def refuse(self, refused: RefusedError) -> httpx.Response:
        if not hasattr(self, "last"):
            return super().refuse(refused)
        key, mac = self.decode_secret(self.secrets[0]), self.compute_mac(self.secrets[0], self.last)
        return httpx.Response(refused.status, text=self.tell(key, mac))


@FAULTS("W31")
class SecretShown(Telling):
    """shows the secret."""

    def tell(self, key: bytes, mac: bytes) -> str:
        return f"no match under {self.secrets[0]}"


@FAULTS("W31")
class KeyShown(Telling):
    """shows the key in hex."""

    def tell(self, key: bytes, mac: bytes) -> str:
        return f"key={key.hex()}"


@FAULTS("W31")
class KeyUpperShown(Telling):
    """shows the key in hex with capitals."""

    def tell(self, key: bytes, mac: bytes) -> str:
        return key.hex().upper()


@FAULTS("W31")
class KeyBytesShown(Telling):
    """shows the key as Python prints bytes."""

    def tell(self, key: bytes, mac: bytes) -> str:
        return repr(key)


@FAULTS("W31")
class KeyNumbersShown(Telling):
    """shows the key as numbers."""

    def tell(self, key: bytes, mac: bytes) -> str:
        return str(list(key))


@FAULTS("W31")
class KeyUrlShown(Telling):
    """shows the key in base64url."""

    def tell(self, key: bytes, mac: bytes) -> str:
        return base64.urlsafe_b64encode(key).decode().rstrip("=")


@FAULTS("W31")
class MacShown(Telling):
    """shows the MAC in base64."""

    def tell(self, key: bytes, mac: bytes) -> str:
        return f"expected v1,{base64.b64encode(mac).decode()}"


@FAULTS("W31")
class MacHexShown(Telling):
    """shows the MAC in hex."""

    def tell(self, key: bytes, mac: bytes) -> str:
        return f"expected {mac.hex()}"


@FAULTS("W31")
class MacUrlShown(Telling):
    """shows the MAC in base64url without padding."""

    def tell(self, key: bytes, mac: bytes) -> str:
        return base64.urlsafe_b64encode(mac).decode().rstrip("=")


@FAULTS("W31")
class MacPartShown(Telling):
    """shows the first bytes of the MAC."""

    def tell(self, key: bytes, mac: bytes) -> str:
        return f"expected v1,{base64.b64encode(mac).decode()[:24]}…"


@FAULTS("W31")
class MacInHeader(Telling):
    """shows the MAC in a header."""

    def refuse(self, refused: RefusedError) -> httpx.Response:
        response = super().refuse(refused)
        return httpx.Response(response.status_code, headers={"x-expected": response.text or "none"})

    def tell(self, key: bytes, mac: bytes) -> str:
        return base64.b64encode(mac).decode()


class Tracing(PlainReceiver):
    """Shows where it failed."""

    trace = ""

    def refuse(self, refused: RefusedError) -> httpx.Response:
        return httpx.Response(refused.status, text=self.trace)


@FAULTS("W31")
class PythonTrace(Tracing):
    """shows a stack trace of Python."""

    trace = 'Traceback (most recent call last):\n  File "app.py", line 3, in take'


@FAULTS("W31")
class JsonTrace(Tracing):
    """shows a stack trace of JavaScript inside JSON."""

    trace = '{"stack":"Error: no match\\n    at verify (/app/hook.js:10:5)\\n    at next (/app/x.js:1:2)"}'


@FAULTS("W31")
class DotNetTrace(Tracing):
    """shows a stack trace of .NET."""

    trace = "System.Exception: bad\n   at Hook.Verify(String body) in C:\\app\\Hook.cs:line 12"


@FAULTS("W31")
class HtmlTrace(Tracing):
    """shows a stack trace inside HTML."""

    trace = "<pre>Error: bad<br> &nbsp; &nbsp;at verify (/app/hook.js:10:5)</pre>"


@FAULTS("W31")
class TraceOnSize(PlainReceiver):
    """shows a stack trace for a body that is too large."""

    def refuse(self, refused: RefusedError) -> httpx.Response:
        trace = "PayloadTooLargeError: too large\n    at readStream (/app/raw-body/index.js:163:17)"
        return httpx.Response(refused.status, text=trace if refused.status == 413 else "")


@FAULTS("W32")
class Redirecting(PlainReceiver):
    """redirects what it refuses."""

    def refuse(self, refused: RefusedError) -> httpx.Response:
        return httpx.Response(302, headers={"location": "/login"})


@FAULTS("W32")
class Gone(PlainReceiver):
    """answers 410 to what is too old."""

    def check_time(self, stamp: str) -> None:
        try:
            super().check_time(stamp)
        except RefusedError:
            raise RefusedError(410) from None


@FAULTS("W32")
class Disabling(PlainReceiver):
    """disables the endpoint."""

    def refuse(self, refused: RefusedError) -> httpx.Response:
        return httpx.Response(refused.status, headers={"webhook-delivery": "disable"})


@FAULTS("W32")
class DisablingAccepted(PlainReceiver):
    """disables the endpoint with the 2xx to an unknown type."""

    def accept(self, delivery: Delivery) -> httpx.Response:
        is_unknown = b"tariff_of_tomorrow" in delivery.body
        return httpx.Response(204, headers={"webhook-delivery": "disable"} if is_unknown else {})


@FAULTS("W05", is_warned=True)
class ServerError(PlainReceiver):
    """answers 500 to a wrong signature."""

    def check_signatures(self, delivery: Delivery) -> None:
        try:
            super().check_signatures(delivery)
        except RefusedError:
            raise RefusedError(500) from None
