"""Counts of the effects of an event: by the partner's observation hook, or by reads of its resource."""

import time
from collections.abc import Callable

import httpx
import msgspec

from conformance.targets.resolver import is_loopback

_MAX_FAILURES_IN_A_ROW = 3
NO_HOOK = "the effect is observable only with --observe"


class ObservedEffect(msgspec.Struct, frozen=True):
    """The response of the hook about an event.

    `effects` is None if the response is not usable; then `reason` says why. `type` is the event type that the receiver
    understood, `state` the state it gives the resource (`created`, `ended`); a hook may leave both out.
    """

    effects: int | None = None
    type: str = ""
    state: str = ""
    reason: str = NO_HOOK


class _HookResponse(msgspec.Struct):
    effects: int
    type: str = ""
    state: str = ""


class ObservationHook:
    """The observation hook: `GET {observe}?svix_id=…` returns `{"effects": n}`, optionally with `type` and `state`."""

    def __init__(
        self,
        url: str,
        *,
        transport: httpx.BaseTransport | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._url, self.clock, self.sleep = url, clock, sleep
        self._failures = 0
        trusts_env = not is_loopback(url)
        self._client = httpx.Client(transport=transport, trust_env=trusts_env, timeout=10) if url else None

    @property
    def is_configured(self) -> bool:
        """Return whether the partner has named a hook."""
        return self._client is not None

    def close(self) -> None:
        """Close all connections."""
        if self._client:
            self._client.close()

    def fetch(self, message: str) -> ObservedEffect:
        """Return the current effect of a message. A hook that does not respond is not waited for again and again."""
        if self._client is None:
            return ObservedEffect()
        if self._failures >= _MAX_FAILURES_IN_A_ROW:
            return ObservedEffect(reason="the observation hook does not respond")
        try:
            response = self._client.get(httpx.URL(self._url).copy_merge_params({"svix_id": message}))
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            self._failures += 1
            return ObservedEffect(reason=f"the observation hook does not respond: {error}")
        self._failures = 0
        if response.status_code != 200:
            return ObservedEffect(reason=f"the observation hook returned {response.status_code}")
        try:
            observation = msgspec.json.decode(response.content, type=_HookResponse)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            return ObservedEffect(reason=f'the observation hook did not return {{"effects": n}}: {error}')
        return ObservedEffect(observation.effects, observation.type, observation.state, "")
