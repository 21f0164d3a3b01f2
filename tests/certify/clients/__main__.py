"""Measures the mutants: `python -m tests.certify.clients`. No process imports a `__main__` again, which is fast."""

import sys

from tests.certify.clients.matrix import main

sys.exit(main())
