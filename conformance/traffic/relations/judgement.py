"""All relations between the exchanges of some traffic. Pure."""

from collections.abc import Iterator

from conformance.evidence.subject import Subject
from conformance.model import Outcome
from conformance.traffic.relations.comparisons import settle_comparisons
from conformance.traffic.relations.expansions import compare_expansions
from conformance.traffic.relations.filters import compare_filters
from conformance.traffic.relations.links import compare_links
from conformance.traffic.relations.reads import Reads
from conformance.traffic.relations.representations import compare_representations
from conformance.traffic.relations.walks import compare_walks

_RELATIONS = (compare_representations, compare_expansions, compare_links, compare_walks, compare_filters)


def judge_relations(reads: Reads, subject: Subject) -> Iterator[Outcome]:
    """Yield the outcomes that rest on several exchanges, and on nothing that has to be sent."""
    for compare in _RELATIONS:
        yield from settle_comparisons(compare(reads, subject))
