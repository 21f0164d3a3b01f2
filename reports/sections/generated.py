"""The section on generated requests."""

from typing import ClassVar

from reports.generated_coverage import GenerationCoverage, measure_generation
from reports.sections.base import ReportSection
from reports.summary import Summary

_PHASES = {
    "coverage": "enumerated by schemathesis: boundaries and one fault at a time",
    "fuzzing": "drawn by schemathesis",
    "combination": "drawn by Hypothesis with our strategies: edges of several values together",
    "defect": "enumerated by our strategies: one bad value each",
}


class GeneratedSection(ReportSection, frozen=True):
    """The generated requests, what came of them, and the keywords of the description that they used."""

    anchor: ClassVar[str] = "generated"
    title: ClassVar[str] = "Generated requests"
    template: ClassVar[str] = "generated.html.jinja"

    coverage: GenerationCoverage

    @property
    def count(self) -> int:
        """Return the number of generated requests."""
        return self.coverage.count("sent")

    @property
    def phases(self) -> tuple[tuple[str, int], ...]:
        """Return the number of requests of each phase, by its description."""
        return tuple((_PHASES.get(phase, phase), count) for phase, count in self.coverage.phases)


def build_generated(summary: Summary) -> GeneratedSection | None:
    """Return the section; None for a run that generated nothing, such as one of the profile smoke."""
    return GeneratedSection(measure_generation(summary)) if summary.generated else None
