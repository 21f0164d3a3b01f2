"""Reports: a fold of the event log to one summary, and every format written from it."""

from conformance.run_log.event_log import read_events
from reports import waivers
from reports.builder import DEFAULT_FORMATS, FORMATS, build, check_formats
from reports.difference import diff
from reports.event_fold import fold
from reports.summary import Finding, RunDifference, RunVerdict, Summary

__all__ = [
    "DEFAULT_FORMATS",
    "FORMATS",
    "Finding",
    "RunDifference",
    "RunVerdict",
    "Summary",
    "build",
    "check_formats",
    "diff",
    "fold",
    "read_events",
    "waivers",
]
