"""Every benchmark after the other, each in an interpreter of its own: `python -m tests.bench [NAME…]`."""

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent


def main() -> int:
    """Run the named benchmarks, all without names; the number that broke."""
    known = sorted(path.stem.removeprefix("bench_") for path in HERE.glob("bench_*.py"))
    wanted = sys.argv[1:] or known
    if unknown := set(wanted) - set(known):
        print(f"no benchmark is called {', '.join(sorted(unknown))}; there are {', '.join(known)}", file=sys.stderr)
        return 2
    broken = 0
    for name in wanted:
        print(f"\n== {name}", flush=True)
        broken += subprocess.run([sys.executable, str(HERE / f"bench_{name}.py")], check=False).returncode != 0
    return broken


if __name__ == "__main__":
    sys.exit(main())
