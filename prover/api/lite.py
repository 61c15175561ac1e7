"""`--lite`: a file that imports Mathlib, run over CoreMath; only where every name in it exists there."""

from __future__ import annotations

import re

from prover.core.errors import UserError
from prover.lean import Pool
from prover.lean.foundation import CORE_MATH
from prover.lean.source import SourceFile
from prover.lean.unresolved import Unresolved
from prover.verify.policy import runs_code

#: To turn it off says only what `--lite` says too.
_AUTO_IMPLICIT = re.compile(r"\b(relaxedAutoImplicit|autoImplicit)\b(?! false\b)")
_SHOWN = 12


async def resolve(pool: Pool, source: SourceFile, *, seconds: float) -> Unresolved | None:
    """None when every name of the file, which imports Mathlib, exists in CoreMath; else what does not.

    `pool` must have CoreMath as its foundation. Files that do not import Mathlib pass: nothing is replaced for
    them. Raises `UserError` (`lite_auto_implicit`, `slow_file`) for files of which that cannot be said.
    """
    header = await pool.read_header(source.text)
    if not CORE_MATH.carries(header.modules):
        return None
    refuse_auto_implicit(source)
    async with pool.lease(header.modules) as worker:
        worker.clean = False
        elaboration = await worker.elaborate(
            worker.env, source.text, start=header.end, constructs=True, wall_seconds=seconds
        )
        worker.harmless = not runs_code(elaboration.commands, source.text)
    if elaboration.stopped:
        raise UserError(f"elaborating {source.name} took longer than {seconds:g} s", code="slow_file")
    if elaboration.clean:
        return None
    return Unresolved.of(source, elaboration.errors)


def refuse_auto_implicit(source: SourceFile) -> None:
    """Raises `UserError` (`lite_auto_implicit`) for a file that names the option.

    With it a name that is not there would be taken for a variable, and a statement would mean something else.
    """
    found = _AUTO_IMPLICIT.search(source.text)
    if found is not None:
        raise UserError(
            f"{source.name} mentions {found[0]}: --lite could not tell names that are not there from variables",
            code="lite_auto_implicit",
            hint="remove the option; --lite runs with autoImplicit false",
        )


async def founded_on(pool: Pool, source: SourceFile, *, seconds: float = 120.0, finished: bool = False) -> str | None:
    """`CoreMath` when the file is run over it, None when nothing is replaced for it.

    Raises `UserError` (`lite_unresolved`) for a file with names that do not exist in CoreMath, or with other
    errors; the latter are left to the verdict where the file is `finished`, its proofs included.
    """
    unresolved = await resolve(pool, source, seconds=seconds)
    if unresolved is None or (finished and not unresolved.names):
        header = await pool.read_header(source.text)
        return CORE_MATH.name if CORE_MATH.carries(header.modules) else None
    names = list(unresolved.names[:_SHOWN]) + (["..."] if len(unresolved.names) > _SHOWN else [])
    raise UserError(
        f"{source.name} cannot be run over CoreMath: "
        + (f"it has no {', '.join(names)}" if names else unresolved.first),
        code="lite_unresolved",
        hint=("" if not names else f"first error: {unresolved.first}; ")
        + "use the native engine in a Lake project that has Mathlib",
    )
