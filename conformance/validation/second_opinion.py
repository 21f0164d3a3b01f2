"""openapi-core as the second oracle: slower, and written by others; asked before a violation is called one."""

from functools import cached_property
from typing import TYPE_CHECKING

from conformance.description import Description
from conformance.model import Exchange, Headers, Operation, Request

if TYPE_CHECKING:
    from conformance.validation.openapi import Judges


class SecondOpinion:
    """What openapi-core says of a request or response, as error texts; empty where it finds nothing.

    The operation is given, so no address is compared and any base URL will do. Security is left out: credentials join
    a request after it is judged. openapi-core is imported and built when first asked, which takes about half a second.
    """

    def __init__(self, description: Description) -> None:
        self._description = description

    @cached_property
    def _judges(self) -> "Judges":
        from conformance.validation.openapi import Judges  # noqa: PLC0415 - only runs with doubts pay for it

        return Judges(self._description.document, self._description.deref)

    def response(self, operation: Operation, exchange: Exchange) -> tuple[str, ...]:
        """Errors in status, media type, body and headers of a response; an exchange without one raises ValueError."""
        if exchange.response is None:
            raise ValueError(f"exchange {exchange.id} has no response to judge")
        return self._judges.response(operation, exchange.request, exchange.response)

    def request(self, operation: Operation, request: Request) -> tuple[str, ...]:
        """Errors in path, query, header and body of a request."""
        return self._judges.request(operation, request)

    def webhook(self, name: str, headers: Headers, body: bytes) -> tuple[str, ...]:
        """Errors in the headers and body of a delivery to the webhook of that name (method POST)."""
        return self._judges.webhook(name, headers, body)
