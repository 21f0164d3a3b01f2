"""The lines of a run log: each body once by digest, long events compressed.

A line is an event as JSON, or one of two others: a blob, which later lines refer to by its digest, and packed events.
Both are raw deflate streams (RFC 1951) in base64. `base` names the blobs whose bytes together are the preset
dictionary, because responses to one operation resemble each other, and requests of one probe; that of packed events
ends with their item. Whatever a line refers to stands before it in the same file, so that every prefix of whole lines
can be read.
"""

import msgspec

from conformance.model.event import (
    Announced,
    Catalogued,
    Described,
    Event,
    Exchanged,
    Generated,
    ItemFinished,
    KeywordsListed,
    Noticed,
    Observed,
    Passed,
    Placed,
    Planned,
    RunFinished,
    RunStarted,
    Traced,
)
from conformance.model.exchange import Exchange

WINDOW_BYTES = 32_768
"""What deflate looks back."""


class Blob(msgspec.Struct, frozen=True, tag="blob", omit_defaults=True):
    """Bytes that later lines refer to: the body of a request or response, or an event that others resemble.

    `base` holds digests separated by spaces.
    """

    digest: str
    data: bytes
    base: str = ""


class Packed(msgspec.Struct, frozen=True, tag="packed", omit_defaults=True):
    """Events of one item, one JSON line each, compressed. The item stands here alone.

    `again` is the digest of the item's name where an earlier line has the name (see `item_names`). `base` holds digests
    separated by spaces.
    """

    data: bytes
    item: str = ""
    again: str = ""
    base: str = ""


class StoredExchange(msgspec.Struct, frozen=True, tag="exchange", omit_defaults=True):
    """An exchange whose bodies may stand elsewhere: empty in it, and named by the digests of their blobs."""

    exchange: Exchange
    item: str = ""
    request_body: str = ""
    response_body: str = ""


StoredLine = (
    RunStarted
    | Described
    | Placed
    | Catalogued
    | Planned
    | Announced
    | StoredExchange
    | Observed
    | Passed
    | Noticed
    | KeywordsListed
    | Generated
    | Traced
    | ItemFinished
    | RunFinished
    | Blob
    | Packed
)


def place_event(event: Event, item: str) -> Event:
    """Return an event with another item, where it has one."""
    if isinstance(event, Observed):  # most events, and `replace` takes twice as long
        return Observed(event.outcome, item)
    return msgspec.structs.replace(event, item=item) if isinstance(event, Exchanged | ItemFinished | Passed) else event
