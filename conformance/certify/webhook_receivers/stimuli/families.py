"""Forgeries under both families of headers and of both events: a receiver may verify one and trust the other."""

from collections.abc import Iterable, Iterator

import msgspec

from conformance.certify.webhook_receivers.definitions import Payload, Stimulus
from conformance.certify.webhook_receivers.messages import chain_mutations, set_family


def cover_both_families(stimuli: Iterable[Stimulus]) -> Iterator[Stimulus]:
    """Yield each stimulus with the headers `svix-*`, then with the headers `webhook-*`."""
    for stimulus in stimuli:
        yield stimulus
        yield msgspec.structs.replace(
            stimulus,
            name=f"{stimulus.name}, webhook-*",
            before=chain_mutations(set_family("webhook"), stimulus.before),
        )


def cover_ended(stimuli: Iterable[Stimulus]) -> Iterator[Stimulus]:
    """Yield the first stimulus of each requirement as an ended event."""
    seen: set[str] = set()
    for stimulus in stimuli:
        if stimulus.requirement not in seen and stimulus.payload is Payload.CREATED:
            yield msgspec.structs.replace(stimulus, name=f"{stimulus.name}, ended", payload=Payload.ENDED)
        seen.add(stimulus.requirement)
