"""Compiled validators for every body, and openapi-core as the second opinion; the only door to openapi_core."""
