"""The floor of the coverage, `fail_under` in pyproject.toml: it holds, and follows what is measured upwards.

After a measurement (`tox -e coverage`), `python -m tests.coverage_floor` exits 1 where the floor is broken, and says
where it is to be raised.
"""

import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]
_ROOM = 2.0  # percentage points; where the provider's description is absent, a few tests are skipped


def read_floor(pyproject: str) -> float:
    """Return the floor that a pyproject.toml states, 0 where it states none."""
    return float(tomllib.loads(pyproject).get("tool", {}).get("coverage", {}).get("report", {}).get("fail_under", 0))


def judge_coverage(measured: float, floor: float) -> str:
    """Return what is to change, an empty text where nothing is."""
    if measured < floor:
        return f"test what is new: the floor is {floor:g} %"
    if measured > floor + _ROOM:
        return f"raise fail_under in pyproject.toml from {floor:g} to {int(measured - _ROOM / 2)}"
    return ""


def main() -> int:
    """Print the coverage that was measured, and what is to change; 1 where it is below the floor."""
    command = [sys.executable, "-m", "coverage", "report", "--format=total", "--precision=2", "--fail-under=0"]
    measured = float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    floor = read_floor((ROOT / "pyproject.toml").read_text())
    print(f"{measured:g} % of lines and branches are run by the tests", judge_coverage(measured, floor), sep="\n")
    return int(measured < floor)


if __name__ == "__main__":
    sys.exit(main())
