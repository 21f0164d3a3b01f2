"""A receiver that does everything right, but for the one fault that it is given."""

import asyncio
import base64
import hashlib
import hmac
import json
import math
import re
import time
from collections import defaultdict
from collections.abc import Callable
from typing import Any

import msgspec
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
PREVIOUS = "whsec_" + base64.b64encode(b"the key that was used before").decode()
KNOWN = ("created", "ended")
LARGEST = 2_000_000

# fault -> the MUST requirements that it violates; two faults cannot violate one without the others
FAILS = {
    "refuses everything": {"W01"},
    "no verification": {f"W{n:02}" for n in (*range(2, 15), 16, 17, 18)},
    "id may be absent": {"W02"},
    "timestamp may be absent": {"W03"},
    "signature may be absent": {"W04"},
    "previous secret for ever": {"W06"},
    "serialises again": {"W08"},
    "serialises in its own way": {"W01"},
    "strips the body": {"W09"},
    "takes old messages": {"W12"},
    "takes messages of the future": {"W13"},
    "reads any number as a time": {"W14"},
    "first signature only": {"W15"},
    "any label": {"W16"},
    "compares the beginning": {"W17"},
    "records the id of the other family": {"W18"},
    "trusts the event-type header": {"W19"},
    "5xx on unknown type": {"W21"},
    "refuses unknown fields": {"W22"},
    "no dedupe": {"W23", "W24", "W25"},
    "dedupes by id and timestamp": {"W24"},
    "checks before it writes": {"W25"},
    "the last event wins": {"W26"},
    "hangs under load": {"W27"},
    "takes small bodies only": {"W28"},
    "shows the secret": {"W31"},
    "shows the right signature": {"W31"},
    "shows a stack trace": {"W31"},
    "redirects": {"W32"},
    "gone": {"W32"},
    "disables the endpoint": {"W32"},
}
# fault -> after how many seconds an event is new again: seen by who waits longer
FORGETS = {"forgets after two minutes": 120, "forgets after a day": 86_400}
# fault -> the requirements that it is warned of
WARNS = {
    "5xx on what it cannot read": {"W20"},
    "insists on JSON": {"W29"},
    "answers GET": {"W30"},
}


class Refused(Exception):  # noqa: N818 - an answer, not an error
    """A delivery that is not accepted, with the status to say so."""

    def __init__(self, status: int = 400, shown: str = "") -> None:
        super().__init__(status)
        self.status, self.shown = status, shown


class Receiver:
    """Verifies, counts effects by id, and tells of them at `/effects`."""

    def __init__(self, fault: str = "", *, secret: str = SECRET, clock: Callable[[], float] = time.time) -> None:
        self.fault, self.clock = fault, clock
        self.since: dict[str, float] = {}  # when an event was taken first
        self.secrets = [secret, PREVIOUS] if fault == "previous secret for ever" else [secret]
        self.done: set[str] = set()
        self.effects: dict[str, int] = defaultdict(int)
        self.types: dict[str, str] = {}
        self.states: dict[str, str] = {}  # of things, by their id
        self.things: dict[str, str] = {}  # id of a message -> id of the thing it tells of
        self.inside = 0
        methods = ["POST", "GET"] if fault == "answers GET" else ["POST"]
        self.app = Starlette(
            routes=[Route("/webhook", self.take, methods=methods), Route("/effects", self.tell, methods=["GET"])]
        )

    async def tell(self, request: Request) -> Response:
        name = request.query_params["svix_id"]
        effect = {"effects": self.effects[name]} if name in self.effects else {"effects": 0}
        state = self.states.get(self.things.get(name, ""), "")
        return JSONResponse({**effect, "type": self.types.get(name, ""), "state": state})

    async def take(self, request: Request) -> Response:
        self.inside += 1
        try:
            if self.fault == "hangs under load":
                await asyncio.sleep(0.03)  # time for others to come
                await self._hang(request)
            return await self._take(request)
        except ClientDisconnect:
            return Response()
        except Refused as refused:
            return self._refusal(refused)
        finally:
            self.inside -= 1

    async def _hang(self, request: Request) -> None:
        """Until the sender gives up, of more than 20 at once; a while otherwise, so that more can come."""
        if self.inside <= 20:
            await asyncio.sleep(1.5 if self.inside > 1 else 0)
            return
        self.inside -= 1  # who hangs is not served any more, and holds up nobody
        while not await request.is_disconnected():  # noqa: ASYNC110 - Starlette tells it no other way
            await asyncio.sleep(0.05)
        self.inside += 1
        raise ClientDisconnect

    def _refusal(self, refused: Refused) -> Response:  # noqa: PLR0911 - one fault a line
        match self.fault:
            case "redirects" if refused.status == 400:
                return Response(status_code=302, headers={"location": "/elsewhere"})
            case "gone" if refused.status == 400:
                return Response(status_code=410)
            case "disables the endpoint":
                return Response(status_code=refused.status, headers={"webhook-delivery": "disable"})
            case "shows the secret":
                return PlainTextResponse(f"no match under {self.secrets[0]}", refused.status)
            case "shows the right signature":
                return PlainTextResponse(f"expected {refused.shown}", refused.status)
            case "shows a stack trace":
                trace = 'Traceback (most recent call last):\n  File "app.py", line 3, in take'
                return PlainTextResponse(trace, refused.status)
        return Response(status_code=refused.status)

    async def _take(self, request: Request) -> Response:
        if request.method == "GET":
            return Response(status_code=200)
        if self.fault == "refuses everything":
            raise Refused(401)
        if self.fault == "insists on JSON" and request.headers["content-type"] != "application/json":
            raise Refused
        body = await self._read(request)
        identifier = request.headers.get("svix-id") or request.headers.get("webhook-id") or ""
        if self.fault != "no verification":
            identifier = self._verify(request, body)
        if self.fault == "records the id of the other family":
            identifier = request.headers.get("webhook-id", identifier)
        await self._act(request, identifier, body)
        return Response(status_code=204)

    async def _read(self, request: Request) -> bytes:
        body = b""
        async for chunk in request.stream():
            body += chunk
            if len(body) > (10_000 if self.fault == "takes small bodies only" else LARGEST):
                raise Refused(413)
        return body

    def _verify(self, request: Request, body: bytes) -> str:
        """Return the id if one signature is valid."""
        names = [name for name, _ in request.headers.items()]
        if any(names.count(f"{family}-{part}") > 1 for family in ("svix", "webhook") for part in ("id", "timestamp")):
            raise Refused
        family = "svix" if "svix-signature" in names or "svix-id" in names else "webhook"
        identifier, stamp, signatures = (
            request.headers.get(f"{family}-{part}", "") for part in ("id", "timestamp", "signature")
        )
        lenient = {
            "id may be absent": identifier,
            "timestamp may be absent": stamp,
            "signature may be absent": signatures,
        }
        if self.fault in lenient and not lenient[self.fault] and sum(map(bool, lenient.values())) == 2:
            return identifier
        if not (identifier and stamp and signatures):
            raise Refused
        self._check_time(stamp)
        self._check(identifier, stamp, self._content(body), signatures)
        return identifier

    def _check_time(self, stamp: str) -> None:
        if self.fault == "reads any number as a time":
            try:
                off = float(stamp) - self.clock()
            except ValueError:
                raise Refused from None
        elif not re.fullmatch(r"[0-9]{10}", stamp):
            raise Refused
        else:
            off = int(stamp) - int(self.clock())
        if off < -300 and self.fault != "takes old messages":
            raise Refused
        if off > 300 and self.fault != "takes messages of the future":
            raise Refused

    def _content(self, body: bytes) -> bytes:
        if self.fault == "strips the body":
            return body.strip()
        if self.fault == "serialises again":  # as the sender does: what was sent so stays as it is
            return _rewrite(body, msgspec.json.encode) + body[len(body.rstrip()) :]
        if self.fault == "serialises in its own way":
            return _rewrite(body, lambda value: json.dumps(value).encode())
        return body

    def _check(self, identifier: str, stamp: str, body: bytes, signatures: str) -> None:
        expected_macs = [_mac(secret, identifier, stamp, body) for secret in self.secrets]
        tokens = signatures.split(" ")[: 1 if self.fault == "first signature only" else None]
        for label, _, mac in (token.partition(",") for token in tokens):
            if label != "v1" and not (self.fault == "any label" and label):
                continue
            if any(hmac.compare_digest(mac.encode(), expected.encode()) for expected in expected_macs):
                return
            if self.fault == "compares the beginning" and mac and expected_macs[0].startswith(mac):
                return
        raise Refused(shown=expected_macs[0])

    async def _act(self, request: Request, identifier: str, body: bytes) -> None:
        try:
            payload = json.loads(body)
            kind, thing = payload["type"], payload["data"].get("id", "")
        except (ValueError, KeyError, TypeError, AttributeError):
            raise Refused(500 if self.fault == "5xx on what it cannot read" else 422) from None
        if self.fault == "trusts the event-type header":
            kind = request.headers.get("svix-event-type", kind)
        if not kind.endswith(KNOWN):
            if self.fault == "5xx on unknown type":
                raise Refused(500)
            return
        if self.fault == "refuses unknown fields" and "field_of_tomorrow" in payload["data"]:
            raise Refused(422)
        await self._count(identifier, request.headers.get("svix-timestamp", ""), kind, thing)

    async def _count(self, identifier: str, stamp: str, kind: str, thing: str) -> None:
        key = identifier + stamp if self.fault == "dedupes by id and timestamp" else identifier
        kept_s = FORGETS.get(self.fault, math.inf)
        known = key in self.done and self.fault != "no dedupe" and self.clock() - self.since[key] < kept_s
        if self.fault == "checks before it writes" and not known:
            await asyncio.sleep(0.2)
        if known:
            return
        self.done.add(key)
        self.since[key] = self.clock()
        self.effects[identifier] += 1
        self.types[identifier], self.things[identifier] = kind, thing
        if self.states.get(thing) != "ended" or self.fault == "the last event wins":
            self.states[thing] = kind.rpartition(".")[2]


def _rewrite(body: bytes, write: Callable[[Any], bytes]) -> bytes:
    """Write the same JSON again; anything else is returned unchanged."""
    try:
        return write(msgspec.json.decode(body))
    except (msgspec.DecodeError, UnicodeDecodeError):
        return body


def _mac(secret: str, identifier: str, stamp: str, body: bytes) -> str:
    key = base64.b64decode(secret.removeprefix("whsec_"))
    content = f"{identifier}.{stamp}.".encode() + body
    return base64.b64encode(hmac.digest(key, content, hashlib.sha256)).decode()
