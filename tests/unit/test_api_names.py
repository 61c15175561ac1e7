"""What `prover.api` promises can be had from it, whatever was imported before."""

from __future__ import annotations

import inspect
import subprocess
import sys

import pytest

import prover.api


@pytest.mark.parametrize("before", ["prover", "prover.api.async_prover", "prover.cli.fill"])
def test_every_name_is_there_and_no_module(before: str) -> None:
    script = f"import inspect, {before}; from prover.api import *; assert not inspect.ismodule(workplace); "
    script += "import prover.api as api; assert set(api.__all__) <= set(globals()), globals()"
    subprocess.run([sys.executable, "-c", script], check=True)


def test_what_is_not_promised_is_not_there() -> None:
    assert not hasattr(prover.api, "Nothing")
    assert set(vars(prover.api)["__all__"]) <= set(dir(prover.api))
    assert not inspect.ismodule(prover.api.workplace)
