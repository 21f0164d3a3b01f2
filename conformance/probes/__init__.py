"""Active requirements: generators that yield requests and receive exchanges; no I/O inside; one family a file."""

from conformance.probes.toolkit.base import Probe, Steps

__all__ = ["Probe", "Steps"]
