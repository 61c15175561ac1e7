from __future__ import annotations

import inspect
import re

import pytest

from prover.core import errors
from prover.core.errors import BudgetExceeded, Crashed, LeanProcessError, ProverError, SetupError, UserError

TREE = [value for _, value in inspect.getmembers(errors, inspect.isclass) if issubclass(value, ProverError)]


def drawn() -> dict[str, str]:
    """Child to parent, as the tree in the module's docstring draws them."""
    parents: dict[str, str] = {}
    path: list[str] = []
    for line in (errors.__doc__ or "").splitlines():
        found = re.fullmatch(r" {4}([│├└─ ]*)([A-Z]\w+)(?: .*)?", line)
        if found:
            depth = len(found[1]) // 4
            path[depth:] = [found[2]]
            if depth:
                parents[found[2]] = path[depth - 1]
    return parents


def test_the_drawing_is_the_tree() -> None:
    assert drawn() == {error.__name__: error.__mro__[1].__name__ for error in TREE if error is not ProverError}


def test_reason_codes_are_distinct_identifiers() -> None:
    codes = [error.default_code for error in TREE]
    assert len(set(codes)) == len(codes)
    assert all(re.fullmatch(r"[a-z][a-z_]*", code) for code in codes)


def test_exit_codes() -> None:
    assert UserError.exit_code == 2
    assert SetupError.exit_code == 3
    assert BudgetExceeded.exit_code == 1
    assert {error.exit_code for error in TREE if issubclass(error, LeanProcessError)} == {3}


@pytest.mark.parametrize("error", TREE)
def test_every_error_carries_message_code_and_hint(error: type[ProverError]) -> None:
    plain = error("it broke")
    assert (str(plain), plain.message, plain.code, plain.hint) == ("it broke", "it broke", error.default_code, "")
    told = error("it broke", code="special", hint="try again")
    assert (told.code, told.hint) == ("special", "try again")


def test_a_crash_keeps_status_and_last_words() -> None:
    crash = Crashed("gone", status=-9, stderr_tail="killed")
    assert (crash.status, crash.stderr_tail) == (-9, "killed")
