"""The table of everything that is sent to a receiver, one module for each field, in the order of sending."""

from conformance.certify.webhook_receivers.definitions import Stimulus
from conformance.certify.webhook_receivers.stimuli.conflicts import CONFLICTS
from conformance.certify.webhook_receivers.stimuli.forgeries import FORGERIES
from conformance.certify.webhook_receivers.stimuli.load import LOAD
from conformance.certify.webhook_receivers.stimuli.order import ORDER
from conformance.certify.webhook_receivers.stimuli.payloads import PAYLOADS
from conformance.certify.webhook_receivers.stimuli.repetitions import (
    LATE_RETRIES,
    REPETITIONS,
    RETRIED_CONTROL,
)
from conformance.certify.webhook_receivers.stimuli.signature_lists import SIGNATURE_LISTS
from conformance.certify.webhook_receivers.stimuli.timestamps import TIMESTAMPS
from conformance.certify.webhook_receivers.stimuli.transport import TRANSPORT
from conformance.certify.webhook_receivers.stimuli.valid import CONTROL, LAST, VALID

__all__ = ["CONTROL", "STIMULI"]

STIMULI: tuple[Stimulus, ...] = (
    *VALID,
    *FORGERIES,
    *TIMESTAMPS,
    *SIGNATURE_LISTS,
    *CONFLICTS,
    *PAYLOADS,
    *REPETITIONS,
    *ORDER,
    *LOAD,
    *TRANSPORT,
    RETRIED_CONTROL,
    *LATE_RETRIES,
    LAST,
)
