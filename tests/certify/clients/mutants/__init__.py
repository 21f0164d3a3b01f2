"""Mutants of the sample client, by what they do wrong."""

from tests.certify.clients.mutants import (
    connections,
    lists,
    problems,
    references,
    retries,
    secrecy,
    sign_ins,
    tokens,
    tolerance,
)

MUTANTS = (
    *lists.MUTANTS,
    *retries.MUTANTS,
    *tokens.MUTANTS,
    *sign_ins.MUTANTS,
    *tolerance.MUTANTS,
    *references.MUTANTS,
    *problems.MUTANTS,
    *secrecy.MUTANTS,
    *connections.MUTANTS,
)
