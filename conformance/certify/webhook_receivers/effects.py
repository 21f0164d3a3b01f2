"""How often an event took effect: asked of the partner's observation hook, or seen as a thin fetch."""

import time
from collections.abc import Callable

import httpx
import msgspec

from conformance.targets.resolve import loopback

_SETTLE_S = 3.0
_POLL_S = 0.1
NO_HOOK = "the effect is seen through --observe alone"


class Seen(msgspec.Struct, frozen=True):
    """What the hook says of an event. `effects` is None where it says nothing usable, and `reason` why.

    `type` is what the receiver took the event for, `state` what it holds the thing to be (`created`, `ended`); a hook
    may leave both out.
    """

    effects: int | None = None
    type: str = ""
    state: str = ""
    reason: str = NO_HOOK


class _Answer(msgspec.Struct):
    effects: int
    type: str = ""
    state: str = ""


class Hook:
    """`GET {observe}?svix_id=…` → `{"effects": n}`, with `type` and `state` beside it if it likes."""

    def __init__(
        self, url: str, *, clock: Callable[[], float] = time.monotonic, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._url, self._clock, self._sleep = url, clock, sleep
        self._client = httpx.Client(trust_env=not loopback(url), timeout=10) if url else None

    def close(self) -> None:
        """Close all connections."""
        if self._client:
            self._client.close()

    def ask(self, message: str) -> Seen:
        """What it says now."""
        if self._client is None:
            return Seen()
        try:
            answer = self._client.get(httpx.URL(self._url).copy_merge_params({"svix_id": message}))
        except (httpx.HTTPError, httpx.InvalidURL) as fault:
            return Seen(reason=f"the observation hook does not answer: {fault}")
        if answer.status_code != 200:
            return Seen(reason=f"the observation hook answers {answer.status_code}")
        try:
            told = msgspec.json.decode(answer.content, type=_Answer)
        except (msgspec.DecodeError, UnicodeDecodeError) as fault:
            return Seen(reason=f'the observation hook does not answer {{"effects": n}}: {fault}')
        return Seen(told.effects, told.type, told.state, "")

    def settle(self, message: str) -> Seen:
        """What it says once the event has taken effect, or after a while: receivers may work in the background."""
        end = self._clock() + _SETTLE_S
        while not (seen := self.ask(message)).effects and seen.effects is not None and self._clock() < end:
            self._sleep(_POLL_S)
        return seen
