"""The OpenAPI description, read once into a document and a model of its resources."""

from conformance.description.description import Description
from conformance.description.loader import load_description

__all__ = ["Description", "load_description"]
