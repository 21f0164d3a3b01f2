"""A receiver behind a network that does everything right, but for the one fault that it is given.

The other faults are in `tests.receivers.mutants`, which need no network.
"""

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

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
PREVIOUS = "whsec_" + base64.b64encode(b"the key that was used before").decode()
KNOWN = (".created", ".ended")
LARGEST = 2_000_000

# fault -> after how many seconds an event is new again: seen by who waits longer
FORGETS = {"forgets after two minutes": 120, "forgets after a day": 86_400}
FAULTS = {"", "refuses everything", "no dedupe", "checks before it writes", "hangs under load", *FORGETS}


class Refused(Exception):  # noqa: N818 - an answer, not an error
    """A delivery that is not accepted, with the status to say so."""

    def __init__(self, status: int = 400) -> None:
        super().__init__(status)
        self.status = status


class Receiver:
    """Verifies, counts effects by id, and tells of them at `/effects`."""

    def __init__(self, fault: str = "", *, secret: str = SECRET, clock: Callable[[], float] = time.time) -> None:
        assert fault in FAULTS, f"there is no such fault: {fault}"
        self.fault, self.clock = fault, clock
        self.since: dict[str, float] = {}  # when an event was taken first
        self.secret = secret
        self.done: set[str] = set()
        self.effects: dict[str, int] = defaultdict(int)
        self.types: dict[str, str] = {}
        self.states: dict[str, str] = {}  # of things, by their id
        self.things: dict[str, str] = {}  # id of a message -> id of the thing it tells of
        self.inside = 0
        self.app = Starlette(
            routes=[Route("/webhook", self.take, methods=["POST"]), Route("/effects", self.tell, methods=["GET"])]
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
            return Response(status_code=refused.status)
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

    async def _take(self, request: Request) -> Response:
        if self.fault == "refuses everything":
            raise Refused(401)
        body = await self._read(request)
        identifier = self._verify(request, body)
        await self._act(request, identifier, body)
        return Response(status_code=204)

    async def _read(self, request: Request) -> bytes:
        body = b""
        async for chunk in request.stream():
            body += chunk
            if len(body) > LARGEST:
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
        if not (identifier and stamp and signatures):
            raise Refused
        self._check_time(stamp)
        self._check(identifier, stamp, body, signatures)
        return identifier

    def _check_time(self, stamp: str) -> None:
        if not re.fullmatch(r"[0-9]{10}", stamp) or abs(int(stamp) - int(self.clock())) > 300:
            raise Refused

    def _check(self, identifier: str, stamp: str, body: bytes, signatures: str) -> None:
        expected = _mac(self.secret, identifier, stamp, body)
        for label, _, mac in (token.partition(",") for token in signatures.split(" ")):
            if label == "v1" and hmac.compare_digest(mac.encode(), expected.encode()):
                return
        raise Refused

    async def _act(self, request: Request, identifier: str, body: bytes) -> None:
        try:
            payload = json.loads(body)
            kind, thing = payload["type"], payload["data"].get("id", "")
        except (ValueError, KeyError, TypeError, AttributeError):
            raise Refused(422) from None
        if kind.endswith(KNOWN):
            await self._count(identifier, kind, thing)

    async def _count(self, key: str, kind: str, thing: str) -> None:
        kept_s = FORGETS.get(self.fault, math.inf)
        known = key in self.done and self.fault != "no dedupe" and self.clock() - self.since[key] < kept_s
        if self.fault == "checks before it writes" and not known:
            await asyncio.sleep(0.2)
        if known:
            return
        self.done.add(key)
        self.since[key] = self.clock()
        self.effects[key] += 1
        self.types[key], self.things[key] = kind, thing
        if self.states.get(thing) != "ended":
            self.states[thing] = kind.rpartition(".")[2]


def _mac(secret: str, identifier: str, stamp: str, body: bytes) -> str:
    key = base64.b64decode(secret.removeprefix("whsec_"))
    content = f"{identifier}.{stamp}.".encode() + body
    return base64.b64encode(hmac.digest(key, content, hashlib.sha256)).decode()
