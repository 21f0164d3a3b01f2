"""The rules of lint: one family a file, found by walking this package."""
