"""Validation of JSON by the description: a fast compiled validator, and openapi-core as a second opinion."""

from conformance.validation.errors import SchemaError
from conformance.validation.requests import request_errors
from conformance.validation.second_opinion import SecondOpinion
from conformance.validation.validators import Validators

__all__ = ["SchemaError", "SecondOpinion", "Validators", "request_errors"]
