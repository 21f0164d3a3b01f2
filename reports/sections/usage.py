"""Sections on what the run used: coverage of the description, requests and time, the resource model."""

from typing import ClassVar

import msgspec

from reports import plots
from reports.coverage import CoverageTotal, OperationCoverage, sum_coverage
from reports.model_diagram import LABEL_WIDTH, LinkUse, ModelDiagram, draw_model
from reports.sections.base import ReportSection
from reports.summary import Summary

_UNSEEN_FIELDS = "RSP-07"  # the requirement that reports documented fields that were never seen


class CoverageSection(ReportSection, frozen=True):
    """The part of the description that the run used."""

    anchor: ClassVar[str] = "coverage"
    title: ClassVar[str] = "Coverage"
    template: ClassVar[str] = "coverage.html.jinja"

    operations: tuple[OperationCoverage, ...]
    totals: tuple[CoverageTotal, ...]
    has_unseen_fields: bool


class PlotFrame(msgspec.Struct, frozen=True):
    """The size of a plot and its margins, in SVG units."""

    width: int = plots.WIDTH
    height: int = plots.HEIGHT
    left: int = plots.LEFT
    right: int = plots.RIGHT


class CostSection(ReportSection, frozen=True):
    """Requests over time, and response times by operation."""

    anchor: ClassVar[str] = "cost"
    title: ClassVar[str] = "Requests and time"
    template: ClassVar[str] = "cost.html.jinja"
    frame: ClassVar[PlotFrame] = PlotFrame()

    spending: plots.Spending | None
    slowest: tuple[plots.Latency, ...]
    others: tuple[plots.Latency, ...]
    latency_ticks: tuple[plots.Tick, ...]


class ModelSection(ReportSection, frozen=True):
    """The diagram of the resource model, None where the run log holds no description."""

    anchor: ClassVar[str] = "model"
    title: ClassVar[str] = "Resource model"
    template: ClassVar[str] = "model.html.jinja"
    label_width: ClassVar[int] = LABEL_WIDTH
    classes: ClassVar[dict[LinkUse, str]] = {LinkUse.WALKED: "walked", LinkUse.OPEN: "open", LinkUse.PLAIN: "plain"}

    picture: ModelDiagram | None


def build_coverage(summary: Summary, covered: tuple[OperationCoverage, ...]) -> CoverageSection:
    """Return the section of the coverage."""
    return CoverageSection(covered, sum_coverage(covered), _UNSEEN_FIELDS in summary.requirements_by_id)


def build_cost(summary: Summary) -> CostSection:
    """Return the section of requests and time."""
    times = plots.collect_times(summary)
    latencies = plots.measure_latencies(times)
    return CostSection(
        plots.plot_spending(summary, times),
        latencies[: plots.MAX_SLOWEST],
        latencies[plots.MAX_SLOWEST :],
        plots.build_latency_ticks(latencies),
    )


def build_model(summary: Summary, covered: tuple[OperationCoverage, ...]) -> ModelSection:
    """Return the section of the resource model."""
    return ModelSection(draw_model(summary.model, covered) if summary.model else None)
