"""The command `python -m conformance`, the same as `evconform`."""

import sys

from conformance.tools.import_path import leave_working_folder

if __name__ == "__main__":
    leave_working_folder(sys.path)
    from conformance.cli import main

    main()
