"""Validation of JSON by the description: a fast compiled validator, and openapi-core as a second opinion."""

from conformance.validation.errors import SchemaError
from conformance.validation.requests import validate_request
from conformance.validation.second_opinion import SecondOpinion
from conformance.validation.validators import SchemaValidators

__all__ = ["SchemaError", "SchemaValidators", "SecondOpinion", "validate_request"]
