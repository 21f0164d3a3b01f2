"""All relations between the exchanges of some traffic. Pure."""

from collections.abc import Iterator

from conformance.evidence.subject import Subject
from conformance.execution.sightings import Sightings
from conformance.model import Outcome
from conformance.traffic.relations.comparisons import settle_comparisons
from conformance.traffic.relations.expansions import compare_expansions
from conformance.traffic.relations.filters import compare_filters
from conformance.traffic.relations.links import compare_links
from conformance.traffic.relations.reads import Reads
from conformance.traffic.relations.representations import compare_representations
from conformance.traffic.relations.walks import compare_walks, find_walks
from conformance.traffic.relations.writes import compare_writes


def judge_relations(reads: Reads, sightings: Sightings, subject: Subject) -> Iterator[Outcome]:
    """Yield the outcomes that rest on several exchanges, and on nothing that has to be sent.

    `sightings` are those of all exchanges.
    """
    walks = find_walks(reads, subject)
    for comparisons in (
        compare_representations(reads, sightings, subject),
        compare_expansions(reads, subject),
        compare_links(reads, subject),
        compare_walks(walks, reads, subject),
        compare_filters(walks, reads),
        compare_writes(reads, subject),
    ):
        yield from settle_comparisons(comparisons)
