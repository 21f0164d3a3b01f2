"""A right receiver as a plain function of a request, in steps that a fault can replace.

It is called without a network, so that a hundred faults cost seconds.
"""

import base64
import hashlib
import hmac
import json
import re
import threading
import time
from collections import Counter
from typing import Any

import httpx
import msgspec

SECRET = "whsec_cGFydG5lcnMga2VlcCB0aGlzIGtleSB0byB0aGVtc2VsdmVz"
PREVIOUS = "whsec_" + base64.b64encode(b"the key that was used before").decode()
FAMILIES = ("svix", "webhook")


class RefusedError(Exception):
    """A delivery that is not accepted, with the response to it."""

    def __init__(self, status: int = 400, text: str = "", headers: dict[str, str] | None = None) -> None:
        super().__init__(status)
        self.status, self.text, self.headers = status, text, headers or {}


class Delivery(msgspec.Struct):
    """What was read of a delivery: the three headers, all headers, and the body."""

    id: str
    stamp: str
    signatures: str
    headers: httpx.Headers
    body: bytes


class PlainReceiver:
    """Accepts what is signed and new, and tells the effects."""

    max_bytes = 2_000_000
    tolerance_s = 300
    accepted = 204

    def __init__(self) -> None:
        self.secrets = [SECRET]
        self.seen: set[str] = set()
        self.effects: Counter[str] = Counter()
        self.types: dict[str, str] = {}
        self.things: dict[str, str] = {}  # id of a message -> id of its resource
        self.states: dict[str, str] = {}  # id of a resource -> its state
        self.lock = threading.Lock()

    def handle(self, request: httpx.Request) -> httpx.Response:
        """Return the response to a delivery, or to a question about its effect."""
        if request.url.path == "/effects":
            return self.observe(request.url.params["svix_id"])
        try:
            with self.lock:
                return self.receive(request)
        except RefusedError as refused:
            return self.refuse(refused)

    def observe(self, message: str) -> httpx.Response:
        state = self.states.get(self.things.get(message, ""), "")
        shown = {"effects": self.effects[message], "type": self.types.get(message, ""), "state": state}
        return httpx.Response(200, json=shown)

    def refuse(self, refused: RefusedError) -> httpx.Response:
        return httpx.Response(refused.status, text=refused.text, headers=refused.headers)

    def receive(self, request: httpx.Request) -> httpx.Response:
        self.check_method(request)
        body = self.read_body(request)
        delivery = self.read_headers(request.headers, body)
        self.verify(delivery)
        if not self.is_duplicate(delivery):
            self.act(delivery, self.parse(body))
        return self.accept(delivery)

    def accept(self, delivery: Delivery) -> httpx.Response:
        return httpx.Response(self.accepted)

    def check_method(self, request: httpx.Request) -> None:
        if request.method != "POST":
            raise RefusedError(405)

    def read_body(self, request: httpx.Request) -> bytes:
        if len(request.content) > self.max_bytes:
            raise RefusedError(413)
        return request.content

    def read_headers(self, headers: httpx.Headers, body: bytes) -> Delivery:
        family = self.choose_family(headers)
        values = [headers.get_list(f"{family}-{part}") for part in ("id", "timestamp", "signature")]
        if any(len(found) > 1 for found in values):
            raise RefusedError
        identifier, stamp, signatures = (found[0] if found else "" for found in values)
        return Delivery(identifier, stamp, signatures, headers, body)

    def choose_family(self, headers: httpx.Headers) -> str:
        return "svix" if any(name.startswith("svix-") for name in headers if name != "svix-event-type") else "webhook"

    def verify(self, delivery: Delivery) -> None:
        self.check_presence(delivery)
        self.check_time(delivery.stamp)
        self.check_signatures(delivery)

    def check_presence(self, delivery: Delivery) -> None:
        if not (delivery.id and delivery.stamp and delivery.signatures):
            raise RefusedError

    def check_time(self, stamp: str) -> None:
        if abs(self.read_time(stamp) - int(time.time())) > self.tolerance_s:
            raise RefusedError

    def read_time(self, stamp: str) -> float:
        if not re.fullmatch(r"[0-9]{1,12}", stamp):
            raise RefusedError
        return int(stamp)

    def check_signatures(self, delivery: Delivery) -> None:
        expected = [self.compute_mac(secret, delivery) for secret in self.secrets]
        for label, comma, mac in (token.partition(",") for token in self.split(delivery.signatures)):
            if comma and self.is_label(label) and any(self.is_equal(mac, one) for one in expected):
                return
        raise RefusedError

    def split(self, signatures: str) -> list[str]:
        return signatures.split(" ")

    def is_label(self, label: str) -> bool:
        return label == "v1"

    def is_equal(self, mac: str, expected: bytes) -> bool:
        return hmac.compare_digest(mac.encode(), base64.b64encode(expected))

    def compute_mac(self, secret: str, delivery: Delivery) -> bytes:
        return hmac.digest(self.decode_secret(secret), self.sign_content(delivery), hashlib.sha256)

    def decode_secret(self, secret: str) -> bytes:
        return base64.b64decode(secret.removeprefix("whsec_"))

    def sign_content(self, delivery: Delivery) -> bytes:
        return f"{delivery.id}.{delivery.stamp}.".encode() + self.canonicalise(delivery.body)

    def canonicalise(self, body: bytes) -> bytes:
        return body

    def is_duplicate(self, delivery: Delivery) -> bool:
        key = self.key(delivery)
        is_known = key in self.seen
        self.seen.add(key)
        return is_known

    def key(self, delivery: Delivery) -> str:
        return delivery.id

    def parse(self, body: bytes) -> dict[str, Any]:
        try:
            payload = json.loads(body)
        except ValueError:
            raise RefusedError(422) from None
        if not isinstance(payload, dict) or not isinstance(payload.get("data"), dict) or "type" not in payload:
            raise RefusedError(422)
        return payload

    def act(self, delivery: Delivery, payload: dict[str, Any]) -> None:
        kind = self.find_type(delivery, payload)
        if not self.is_known_type(kind):
            return
        self.effects[delivery.id] += 1
        thing = str(payload["data"].get("id", ""))
        self.types[delivery.id], self.things[delivery.id] = kind, thing
        self.store_state(thing, kind.rpartition(".")[2], payload)

    def find_type(self, delivery: Delivery, payload: dict[str, Any]) -> str:
        return str(payload["type"])

    def is_known_type(self, kind: str) -> bool:
        return kind in {"charging_sub_session.created", "charging_sub_session.ended"}

    def store_state(self, thing: str, state: str, payload: dict[str, Any]) -> None:
        if self.states.get(thing) != "ended":
            self.states[thing] = state
