"""`python -m conformance` is `evconform`."""

from conformance.cli import main

if __name__ == "__main__":
    main()
