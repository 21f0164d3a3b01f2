"""The sample that README gives to partners runs as it stands."""

import re
import subprocess
import sys
from pathlib import Path

README = Path(__file__).parents[2] / "README.md"


def test_the_sample_passes_as_a_suite_of_its_own(tmp_path):
    section = README.read_text(encoding="utf-8").partition("## Use the strategies in your own tests")[2]
    code = re.search(r"```python\n(.*?)```", section, re.DOTALL)
    assert code
    sample = tmp_path / "test_sample.py"
    sample.write_text(code[1], encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", str(sample)]
    done = subprocess.run(
        [*command, "--rootdir", str(tmp_path)], cwd=README.parent, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    passed = re.search(r"(\d+) passed", done.stdout)
    assert passed
    assert int(passed[1]) > 20
    assert "failed" not in done.stdout
