"""The OpenAPI description: loaded, overlaid, and read as a model of resources."""
