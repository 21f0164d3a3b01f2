"""Reports of long runs: what they take to build and to open."""

import tracemalloc

import reports
from reports.evidence import pack_evidence
from tests.reports.generator import Settings, summary

MANY = Settings(exchanges=3_000, page=25)


def measure_peak(function, *arguments):
    """Return how many bytes a function takes at most, beside those in use before it."""
    tracemalloc.start()
    try:
        function(*arguments)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_a_report_is_packed_and_written_in_less_memory_than_its_bodies_take():
    run = summary(MANY)
    bodies = sum(len(body) for body in {exchange.response.body for exchange in run.exchanges if exchange.response})
    assert measure_peak(pack_evidence, run) < bodies
    assert measure_peak(reports.FORMATS["html"].render, run) < bodies
