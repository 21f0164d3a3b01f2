"""One file a format: each offers `FORMATS`, a tuple of `Format`; the package is walked to find them."""
