"""Mutants of the sample client, by what they do wrong."""

from tests.certify.clients.mutants import (
    connections,
    later_faults,
    lists,
    other_endpoints,
    polling,
    problems,
    references,
    retries,
    secrecy,
    sign_ins,
    single_places,
    tokens,
    tolerance,
    unplayed_places,
    users,
)

MUTANTS = (
    *lists.MUTANTS,
    *retries.MUTANTS,
    *polling.MUTANTS,
    *tokens.MUTANTS,
    *sign_ins.MUTANTS,
    *users.MUTANTS,
    *tolerance.MUTANTS,
    *references.MUTANTS,
    *problems.MUTANTS,
    *secrecy.MUTANTS,
    *connections.MUTANTS,
    *later_faults.MUTANTS,
    *single_places.MUTANTS,
    *unplayed_places.MUTANTS,
    *other_endpoints.MUTANTS,
)
