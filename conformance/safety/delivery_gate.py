"""The gate in front of a partner's endpoint: deliveries go there, and never to the provider."""

from urllib.parse import urlsplit

from conformance.errors import UsageError
from conformance.model import Headers, Response, TargetKind
from conformance.safety.gate import READ_METHODS, ForbiddenRequestError
from conformance.safety.rules import kind_of


class DeliveryGate:
    """Lets requests pass to one origin, with any method: what listens there belongs to the partner who named it."""

    def __init__(self, origin: str) -> None:
        self._origin = _origin(origin)

    def check(self, method: str, url: str, headers: Headers = ()) -> None:  # noqa: ARG002 - as RequestGate has it
        """Raise ForbiddenRequestError where a request would leave the origin; `headers` do not matter here."""
        if _origin(url) != self._origin:
            message = f"{method} to another address than the partner's endpoint may not be sent"
            raise ForbiddenRequestError(message, is_read=method in READ_METHODS)

    def observe(self, method: str, url: str, response: Response) -> None:
        """Do nothing: the response of a partner's endpoint does not change where deliveries may go."""


def refuse_provider(url: str, label: str) -> None:
    """Raise UsageError where a URL that is to receive deliveries belongs to the provider; `label` names the option."""
    if kind_of("", url) != TargetKind.URL:
        raise UsageError(
            f"{label} is on a host of the provider", hint="Name the address of your own receiver or observer"
        )


def _origin(url: str) -> tuple[str, str, int | None]:
    parts = urlsplit(url)
    return parts.scheme, (parts.hostname or "").rstrip("."), parts.port or {"http": 80, "https": 443}.get(parts.scheme)
