"""Where `--lite` is refused, and how a run over CoreMath is shown again; no Lean here."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from prover.api.lite import refuse_auto_implicit
from prover.cli import engine as engines
from prover.cli import fill
from prover.core.errors import UserError
from prover.lean.foundation import CORE_MATH
from prover.lean.header import HeaderInfo
from prover.lean.modules import Project, find_modules
from prover.lean.source import SourceFile

Prove = Callable[..., Any]


def test_not_on_a_native_engine(prove: Prove, lean_file: Path) -> None:
    (lean_file.parent / "many.jsonl").write_text('{"statement": "1 = 1"}')
    formalizing = (["formalize", "--frozen", lean_file], ["formalize", lean_file.parent / "many.jsonl"])
    for words in ([lean_file], ["check", lean_file], *formalizing):
        ran = prove(*words, "--lite", "--engine", "native", "--json")
        assert (ran.code, ran.error) == (2, "lite_needs_embedded")


def test_the_embedded_engine_even_in_a_project(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from prover.lean import native
    from prover.lean.embedded import EmbeddedEngine

    def never(*_: Any, **__: Any) -> None:
        raise AssertionError("a project was looked for")

    opened: list[bool] = []
    monkeypatch.setattr(native, "find_project", never)
    monkeypatch.setattr(EmbeddedEngine, "open", lambda *_, core_math, **__: opened.append(core_math))  # pyright: ignore[reportUnknownLambdaType, reportUnknownArgumentType]
    engines.open_engine(str(tmp_path / "F.lean"), engines.EngineChoice.AUTO, quiet=True, lite=True)
    assert opened == [True]


def test_not_for_many_files(prove: Prove, tmp_path: Path) -> None:
    (tmp_path / "many.jsonl").write_text("")
    for many in (tmp_path, tmp_path / "many.jsonl"):
        ran = prove("check", many, "--lite", "--json")
        assert (ran.code, ran.error) == (2, "bad_option")


async def test_both_ways_out_are_named_for_a_module_that_imports_mathlib(tmp_path: Path) -> None:
    async def header(_: str) -> HeaderInfo:
        raise AssertionError("there is nothing to read")

    with pytest.raises(UserError) as refused:
        await find_modules(["Mathlib.Tactic"], Project.around(tmp_path), lambda _: False, lambda _: False, header)
    assert refused.value.code == "mathlib_on_embedded"
    assert "--lite" in refused.value.hint and "native engine" in refused.value.hint


@dataclass
class NoEngine:
    description: str = "no Lean"
    lean_version: str = "4"


def test_a_run_is_shown_again_with_its_label_and_resumed_with_the_option(
    prove: Prove, stand_in: Any, lean_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fill, "open_engine", lambda *_, **__: NoEngine())  # pyright: ignore[reportUnknownLambdaType]
    folder = tmp_path / "run"
    first = prove(lean_file, "--lite", "--run", folder)
    assert first.code == 0 and CORE_MATH.label in first.out
    assert CORE_MATH.label in prove("replay", folder).out
    assert json.loads(prove("replay", folder, "--json").out)["result"]["foundation"] == "CoreMath"
    assert CORE_MATH.label in prove(lean_file, "--lite", "--run", folder, "--resume").out
    without = prove(lean_file, "--run", folder, "--resume", "--json")
    assert without.error == "other_run"
    assert len(stand_in.asked) == 1


@pytest.mark.parametrize(
    ("text", "refused"),
    [
        ("set_option autoImplicit false\nset_option relaxedAutoImplicit false\n", False),
        ("set_option autoImplicit true\n", True),
        ("set_option autoImplicit false\nset_option relaxedAutoImplicit true\n", True),
        ("run_cmd setOption `autoImplicit (not false)\n", True),
    ],
)
def test_auto_implicit_may_only_be_turned_off(text: str, refused: bool) -> None:
    try:
        refuse_auto_implicit(SourceFile("F.lean", text.encode()))
    except UserError as error:
        assert refused and error.code == "lite_auto_implicit"
    else:
        assert not refused
