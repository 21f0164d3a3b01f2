"""From an empty repository to a first report, timed: the six lines of docs/ci.md, played on this machine.

`python -m tests.forge.first_report` (`tox -e first-report`) plays the action in an empty workspace with a home of its
own: first with empty caches, then on a new machine that has the caches alone, as the action restores them. It uses the
Python that this one was made of, and what is committed; nothing of this environment.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.forge.action_runner import ActionRunner, PlayedAction

ROOT = Path(__file__).parents[2]
LIMIT_S = 60  # with the caches of the run before
_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def play_action(action: Path, machine: Path, home: Path) -> PlayedAction:
    """Play the action on a machine: an empty folder as workspace, another one for what is temporary."""
    workspace, temporary = machine / "workspace", machine / "temporary"
    workspace.mkdir(parents=True)
    temporary.mkdir()
    environment = {
        "HOME": str(home),
        "XDG_CACHE_HOME": str(home / ".cache"),
        "PIP_CACHE_DIR": str(home / ".cache" / "pip"),
        "PATH": f"{Path(sys.base_prefix) / 'bin'}:{_PATH}",
        "PYTHONPATH": "",
    }
    return ActionRunner(action, workspace, temporary, environment).run()


def main() -> int:
    """Print the seconds of each step, with empty and with warm caches; 1 where a report is missing or late."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        action, home = root / "action", root / "home"
        home.mkdir()
        subprocess.run(["git", "clone", "--quiet", "--no-local", ROOT, action], check=True)
        for caches in ("empty", "warm"):
            played = play_action(action, root / caches, home)
            report = Path(played.outputs["report"] or "missing")
            if played.exit_code or not report.exists():
                print(played.output[-4000:], file=sys.stderr)
                return 1
            total = sum(step.wall_s for step in played.times.values())
            steps = ", ".join(
                f"{name} {step.wall_s:.1f} s with {step.processor_s:.1f} s of processor time"
                for name, step in played.times.items()
            )
            print(f"caches {caches}: {total:.1f} s ({steps}), load {os.getloadavg()[0]:.1f}", flush=True)
            shutil.rmtree(root / caches)
    return int(total > LIMIT_S)


if __name__ == "__main__":
    sys.exit(main())
