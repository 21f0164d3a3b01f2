"""Reports: a fold of the event log to one summary, and every format written from it."""

from conformance.run_log.event_log import read
from reports import waivers
from reports.builder import DEFAULT_FORMATS, FORMATS, build, check_formats
from reports.difference import diff
from reports.event_fold import fold
from reports.summary import Difference, Finding, RunVerdict, Summary

__all__ = [
    "DEFAULT_FORMATS",
    "FORMATS",
    "Difference",
    "Finding",
    "RunVerdict",
    "Summary",
    "build",
    "check_formats",
    "diff",
    "fold",
    "read",
    "waivers",
]
