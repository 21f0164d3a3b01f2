"""A second validator, openapi-core: slower and independent; it confirms a violation before it is reported."""

from functools import cached_property
from typing import TYPE_CHECKING

from conformance.description import Description
from conformance.model import Exchange, Headers, Operation, Request

if TYPE_CHECKING:
    from conformance.validation.openapi import OpenApiValidators


class SecondOpinion:
    """The errors of openapi-core for a request or response, as texts; empty if it finds none.

    The operation is given, so no address is compared and any base URL is accepted. Security is not checked, since
    credentials are added after a request was validated. openapi-core is imported and built at first use, which takes
    about half a second.
    """

    def __init__(self, description: Description) -> None:
        self._description = description

    @cached_property
    def _validators(self) -> "OpenApiValidators":
        from conformance.validation.openapi import OpenApiValidators  # noqa: PLC0415 - imported only when needed

        return OpenApiValidators(self._description.document, self._description.dereference)

    def validate_response(self, operation: Operation, exchange: Exchange) -> tuple[str, ...]:
        """Return the errors in status, media type, body and headers of a response.

        Raises ValueError for an exchange without a response.
        """
        if exchange.response is None:
            raise ValueError(f"exchange {exchange.id} has no response to validate")
        return self._validators.validate_response(operation, exchange.request, exchange.response)

    def validate_request(self, operation: Operation, request: Request) -> tuple[str, ...]:
        """Return the errors in path, query, header and body of a request."""
        return self._validators.validate_request(operation, request)

    def validate_delivery(self, name: str, headers: Headers, body: bytes) -> tuple[str, ...]:
        """Return the errors in the headers and body of a delivery to the webhook of that name (method POST)."""
        return self._validators.validate_delivery(name, headers, body)
