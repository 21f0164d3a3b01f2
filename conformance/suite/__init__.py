"""The suite as pytest sees it: one item for each probe on each operation (`pytest --pyargs conformance.suite`)."""
