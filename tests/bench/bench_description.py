"""How long a description takes to load, cold and from the cache, against plain YAML parsers in the same run.

Prints milliseconds (best of several) and ratios; run it as `python tests/bench/bench_description.py [FILE]`. Without a
file it takes the provider's description where that is at hand, else the bundled one, joined into one file.
"""

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

from conformance.description import load_description

PROVIDED = Path(__file__).parents[3] / "shared" / "reference" / "ev-energy-api-v2-openapi.yaml"
_FRESH = """
import sys, time
started = time.perf_counter()
from pathlib import Path
from conformance.description import load
found = load(Path(sys.argv[1]), cache_dir=Path(sys.argv[2]))
found.model.operations, found.document["paths"]
print((time.perf_counter() - started) * 1000)
"""


def best(work: Callable[[], Any], times: int = 5) -> float:
    """The shortest of several runs, in milliseconds."""
    shortest = float("inf")
    for _ in range(times):
        started = time.perf_counter()
        work()
        shortest = min(shortest, time.perf_counter() - started)
    return shortest * 1000


def fresh(path: Path, cache: Path) -> float:
    """A load in a new interpreter, imports included, in milliseconds."""
    command = [sys.executable, "-c", _FRESH, str(path), str(cache)]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        path = Path(sys.argv[1]) if sys.argv[1:] else PROVIDED
        if not path.exists():
            path = folder / "bundled.yaml"
            path.write_text(yaml.safe_dump(load_description(cache_dir=folder / "own").document))
        text = path.read_text(encoding="utf-8")
        fresh(path, folder / "bytecode")  # so that no measured run compiles modules
        figures = {
            "PyYAML SafeLoader": best(lambda: yaml.load(text, Loader=yaml.SafeLoader), 2),
            "PyYAML CSafeLoader": best(lambda: yaml.load(text, Loader=yaml.CSafeLoader)),
            "cold, new interpreter": min(fresh(path, folder / f"cold{n}") for n in range(5)),
            "cached, new interpreter": min(fresh(path, folder / "cold0") for _ in range(5)),
            "cached, model only": best(lambda: load_description(path, cache_dir=folder / "cold0").model),
        }
        print(f"{path.name}: {len(text) / 1000:.0f} kB")
        cold = figures["cold, new interpreter"]
        for name, value in figures.items():
            print(f"{name:24} {value:8.1f} ms   {value / cold:6.3f} of a cold load")


if __name__ == "__main__":
    main()
