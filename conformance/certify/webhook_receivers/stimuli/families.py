"""Forgeries under both families of headers: a receiver may verify one and trust the other."""

from collections.abc import Iterable, Iterator

import msgspec

from conformance.certify.webhook_receivers.definitions import Stimulus
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
