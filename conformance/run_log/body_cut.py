"""Exchanges cut to a size, as the run log keeps them: the beginning of a body, with the length and digest of it all."""

from hashlib import sha256

import msgspec

from conformance.model import Exchange, Headers

_CUT_MARK = "… [cut]"


def measure_exchange(exchange: Exchange) -> int:
    """Return the bytes of what an exchange carries: bodies and the headers of the response."""
    response = exchange.response
    size = len(exchange.request.body) + len(exchange.request.target)
    return size + (len(response.body) + _measure_headers(response.headers) if response else 0)


def cut_exchange(exchange: Exchange, most: int) -> Exchange:
    """Return an exchange whose bodies, and the headers of the response together, have at most `most` bytes each."""
    request, response = exchange.request, exchange.response
    if len(request.body) > most:
        request = msgspec.structs.replace(request, body=request.body[:most])
    if response is not None and len(response.body) > most:
        length, digest = response.length or len(response.body), response.sha256 or sha256(response.body).hexdigest()
        response = msgspec.structs.replace(response, body=response.body[:most], cut=True, length=length, sha256=digest)
    if response is not None and _measure_headers(response.headers) > most:
        response = msgspec.structs.replace(response, headers=_cut_headers(response.headers, most))
    return msgspec.structs.replace(exchange, request=request, response=response)


def _measure_headers(headers: Headers) -> int:
    return sum(len(name) + len(value) for name, value in headers)


def _cut_headers(headers: Headers, most: int) -> Headers:
    """Return as many headers as fit, each with a share of the bytes at most."""
    share, left = max(most // 16, len(_CUT_MARK)), most
    kept: list[tuple[str, str]] = []
    for name, value in headers:
        shown = value if len(value) <= share else value[:share] + _CUT_MARK
        left -= len(name) + len(shown)
        if left < 0:
            break
        kept.append((name, shown))
    return tuple(kept)
