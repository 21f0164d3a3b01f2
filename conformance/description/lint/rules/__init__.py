"""The rules of lint, one family in each module; every module of this package is collected."""
