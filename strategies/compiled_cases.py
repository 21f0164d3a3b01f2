"""Generated cases of an operation, judged by both oracles before they are sent."""

from pathlib import Path

import msgspec

from conformance.adapters import GeneratedCase, GenerationMode
from conformance.model import Operation
from conformance.validation import SchemaValidators, SecondOpinion
from strategies.case_pool import pool_cases
from strategies.disk_cache import load_or_make
from strategies.validity import Validity, judge_request


class CompiledCase(msgspec.Struct, frozen=True):
    """A case with the judgement of both oracles: VALID if it is positive, INVALID or DISPUTED if it is negative.

    `wrong` lists the pointers that the compiled validators object to, such as `query:page_size` or `body/name`.
    """

    case: GeneratedCase
    validity: Validity
    wrong: tuple[str, ...] = ()


def compile_cases(
    operation: Operation,
    validators: SchemaValidators,
    opinion: SecondOpinion,
    *,
    seed: int,
    directory: Path | None = None,
) -> tuple[CompiledCase, ...]:
    """Return the cases of an operation for a seed (see `pool_cases`), without positive ones that are disputed.

    The first call for a description takes seconds. Its result is cached in `directory` (default: the user's cache
    folder), and every later call returns it.

    In a test of your own::

        for entry in compile_cases(operation, validators, opinion, seed=1):
            if entry.validity is Validity.INVALID:
                assert 400 <= send(entry.case.request).status_code < 500
    """

    def judge_cases() -> tuple[CompiledCase, ...]:
        pool = pool_cases(operation, validators, seed=seed, deep=True, directory=directory)
        judged = (
            CompiledCase(p.case, judge_request(p.case.request, operation, validators, opinion).validity, p.wrong)
            for p in pool
        )
        return tuple(c for c in judged if c.validity is Validity.VALID or c.case.mode is GenerationMode.NEGATIVE)

    name = f"{operation.key} judged {seed}"
    return load_or_make(validators.description, name, tuple[CompiledCase, ...], judge_cases, directory=directory)
