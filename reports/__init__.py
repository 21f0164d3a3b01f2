"""Reports: a fold of the event log to one summary, and every format written from it."""

from conformance.eventlog import read
from reports import waivers
from reports.building import FORMATS, build
from reports.difference import diff
from reports.folding import fold
from reports.summary import Difference, Finding, RunVerdict, Summary

__all__ = ["FORMATS", "Difference", "Finding", "RunVerdict", "Summary", "build", "diff", "fold", "read", "waivers"]
