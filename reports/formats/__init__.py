"""The report formats, one module each: a module offers `FORMATS`, a tuple of `Format`, and is found by name."""
