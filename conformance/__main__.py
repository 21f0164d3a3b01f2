"""The command `python -m conformance`, the same as `evconform`."""

from conformance.cli import main

if __name__ == "__main__":
    main()
