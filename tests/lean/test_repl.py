"""`prove repl` over a real Lean: commands, tactics, trees, files, and what goes wrong."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from prover.lean import Pool, PoolLimits
from prover.lean.embedded import EmbeddedEngine
from prover.repl import Modules, Session

OPEN = "theorem two (n : Nat) (h : n = 2) : n + n = 4 := by sorry"


class Asked:
    """A session, asked with keywords."""

    def __init__(self, session: Session) -> None:
        self.session = session

    async def __call__(self, **request: Any) -> dict[str, Any]:
        return await self.session.answer(json.dumps(request))


@pytest.fixture(scope="module")
async def shared(pool: Pool) -> AsyncIterator[Pool]:
    """A process with `Init`, left to the next session: a session of its own would discard it."""
    async with pool.lease(["Init"]):
        pass
    yield pool


@pytest.fixture
async def ask(shared: Pool, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Asked]:
    monkeypatch.setattr("prover.lean.worker.Worker.discard", lambda self: None)
    session = Session(shared)
    yield Asked(session)
    await session.close()


def place(line: int, column: int) -> dict[str, int]:
    return {"line": line, "column": column}


async def test_environments_by_number(ask: Asked) -> None:
    assert await ask(cmd="def f := 2") == {"env": 0}
    assert await ask(cmd="def f := 3") == {"env": 1}
    first = await ask(cmd="example : f = 2 := rfl", env=0)
    second = await ask(cmd="example : f = 2 := rfl", env=1)
    assert first == {"env": 2} and second["env"] == 3
    [message] = second["messages"]
    assert message["severity"] == "error" and message["pos"] == place(1, 19)
    assert await ask(cmd="#check f", env=9) == {"message": "Unknown environment."}
    assert (await ask(cmd="#check f", env=2))["env"] == 4


async def test_holes_and_tactics(ask: Asked) -> None:
    opened = await ask(cmd=OPEN)
    assert opened["sorries"] == [
        {"pos": place(1, 52), "endPos": place(1, 57), "goal": "n : Nat\nh : n = 2\n⊢ n + n = 4", "proofState": 0}
    ]
    assert await ask(tactic="subst h", proofState=0) == {
        "proofState": 1,
        "goals": ["⊢ 2 + 2 = 4"],
        "proofStatus": "Incomplete: open goals remain",
    }
    assert await ask(tactic="rfl", proofState=1) == {"proofState": 2, "goals": [], "proofStatus": "Completed"}
    assert await ask(tactic="rfl", proofState=7) == {"message": "Unknown proof state."}
    parsed = await ask(tactic="sust h", proofState=0)
    assert list(parsed) == ["message"] and parsed["message"].startswith("Lean error:\n")
    several = await ask(tactic="subst h\nrfl", proofState=0)
    assert several["proofStatus"] == "Completed", "a sequence is taken too"


async def test_holes_and_errors_in_tactics(ask: Asked) -> None:
    await ask(cmd=OPEN)
    cut = await ask(tactic="have : n = 2 := by sorry", proofState=0)
    assert cut["sorries"] == [{"goal": "n : Nat\nh : n = 2\n⊢ n = 2", "proofState": 1}] and cut["proofState"] == 2
    assert (await ask(tactic="exact h", proofState=1))["goals"] == []
    wrong = await ask(tactic="exact nowhere", proofState=0)
    assert wrong["goals"] == [] and wrong["proofStatus"] == "Incomplete: contains sorry"
    assert [m["severity"] for m in wrong["messages"]] == ["error"]
    admitted = await ask(tactic="sorry", proofState=0)
    assert admitted["proofStatus"] == "Incomplete: contains sorry" and len(admitted["sorries"]) == 1
    assert (await ask(tactic="refine Nat.le_antisymm ?_ ?_", proofState=0))[
        "proofStatus"
    ] == "Incomplete: open goals remain"


async def test_a_declaration_does_not_prove_itself(ask: Asked) -> None:
    await ask(cmd="theorem wrong : 1 = 0 := by sorry")
    itself = await ask(tactic="exact wrong", proofState=0)
    assert itself.get("proofStatus") != "Completed"
    # What stands before it in the same request it may use; leanprover-community/repl hides that.
    await ask(cmd="def g : Nat := 5\ntheorem fine : g = 5 := by sorry")
    assert (await ask(tactic="rfl", proofState=2))["proofStatus"] == "Completed"


async def test_tactics_roots_and_trees(ask: Asked) -> None:
    told = await ask(cmd="theorem t (p : Prop) (h : p) : p := by\n  exact h", allTactics=True, rootGoals=True)
    [root] = told["sorries"]
    assert root["pos"] == root["endPos"] == place(1, 36) and root["goal"] == "p : Prop\nh : p\n⊢ p"
    [tactic] = told["tactics"]
    assert tactic["tactic"] == "exact h" and tactic["pos"] == place(2, 2) and tactic["goals"] == root["goal"]
    assert (await ask(tactic="assumption", proofState=tactic["proofState"]))["proofStatus"] == "Completed"
    text = "theorem u (p : Prop) (h : p) : p := by\n  exact h"
    kinds = {which: _kinds((await ask(cmd=text, infotree=which))["infotree"]) for which in ("full", "substantive")}
    assert kinds["substantive"] == ["TacticInfo"]
    assert {"CommandInfo", "TermInfo", "TacticInfo", "CustomInfo"} <= set(kinds["full"])
    assert "infotree" not in await ask(cmd="def f := 1", infotree="substantive")


def _kinds(trees: list[Any]) -> list[str]:
    return [kind for tree in trees for kind in (tree["kind"], *_kinds(tree["children"]))]


async def test_messages_are_those_of_lean_itself(ask: Asked) -> None:
    unused = await ask(cmd="def f (n : Nat) : Nat := 1")
    assert [m["severity"] for m in unused["messages"]] == ["warning"], "linters run"
    cut = await ask(cmd="def g : Nat :=")
    assert [m["severity"] for m in cut["messages"]] == ["error"] and cut["messages"][0]["endPos"] is None
    traced = await ask(cmd="set_option trace.Meta.Tactic.simp true\nexample (n : Nat) : n + 0 = n := by simp")
    assert [(m["severity"], m["pos"]["line"]) for m in traced["messages"]] == [("info", 2)]
    await ask(cmd="set_option trace.Meta.Tactic.simp true\nexample (n : Nat) : n + 0 = n := by sorry")
    assert (await ask(tactic="simp", proofState=0))["traces"]


async def test_files(ask: Asked, tmp_path: Path) -> None:
    file = tmp_path / "a b.lean"
    file.write_bytes("\ufeff-- ∀\r\ndef f := 37\r\n\r\ntheorem t : f = 37 := by rfl\r\n".encode())
    told = await ask(path=str(file), allTactics=True)
    assert [(t["tactic"], t["pos"]) for t in told["tactics"]] == [("rfl", place(4, 25))]
    assert list(await ask(path=str(tmp_path / "none.lean"))) == ["message"]
    assert (await ask(cmd="#check t", env=0))["env"] == 1


async def test_what_is_kept_in_files(ask: Asked, tmp_path: Path) -> None:
    await ask(cmd="open Nat")
    await ask(cmd="def f : Nat := 5", env=0)
    await ask(cmd="theorem t : f = 5 := by sorry", env=1)
    await ask(tactic="have t : Nat := 42", proofState=0)
    env, state = str(tmp_path / "e"), str(tmp_path / "s")
    assert await ask(pickleTo=env, env=1) == {"env": 1}
    kept = await ask(pickleTo=state, proofState=1)
    assert kept["goals"] == ["t : Nat\n⊢ f = 5"]
    other = Asked(Session(ask.session._seats._pool))  # pyright: ignore[reportPrivateUsage]
    assert await other(unpickleEnvFrom=env) == {"env": 0}
    assert await other(cmd="example : f = succ 4 := rfl", env=0) == {"env": 1}
    again = await other(unpickleProofStateFrom=state)
    assert again["goals"] == kept["goals"]
    assert (await other(tactic="rfl", proofState=again["proofState"]))["proofStatus"] == "Completed"
    assert "message" in await other(unpickleEnvFrom=state)
    await other.session.close()


async def test_what_cannot_be_done_is_an_answer(ask: Asked) -> None:
    for text in ("{", "[]", '{"cmd": 3}', '{"tactic": "rfl"}'):
        assert list(await ask.session.answer(text)) == ["message"]
    assert list(await ask(cmd="import Nowhere.At.All")) == ["message"]
    assert list(await ask(cmd="import\n")) == ["message"]
    assert (await ask(cmd="def f := 1"))["env"] == 0, "and nothing was counted"


async def test_nothing_is_kept_of_what_is_collected(ask: Asked, shared: Pool) -> None:
    await ask(cmd="def f := 1")
    [seat] = ask.session._seats._seats.values()  # pyright: ignore[reportPrivateUsage]
    before = await seat.worker.release()
    told: dict[str, Any] = {}
    for _ in range(3):
        told = await ask(cmd=OPEN, env=0, allTactics=True, rootGoals=True, gc=True)
        assert len(told["sorries"]) == 2 and told["tactics"]
    assert await seat.worker.release() == before
    # Its numbers are used up, as they are without `gc`.
    assert told["env"] == 3 and [s["proofState"] for s in told["sorries"]] == [6, 7]
    assert await ask(cmd="#check f", env=3) == {"message": "Unknown environment."}
    assert await ask(tactic="subst h", proofState=6) == {"message": "Unknown proof state."}
    assert await ask(pickleTo="nowhere", env=3) == {"message": "Unknown environment."}
    assert (await ask(cmd=OPEN, env=0))["sorries"][0]["proofState"] == 9


async def test_modules_of_ones_own(embedded: EmbeddedEngine, tmp_path: Path) -> None:
    """In a project: found from its root, compiled once for all, and again when one of them has changed."""
    view, folder = tmp_path / "view", tmp_path / "project"
    (folder / "Own").mkdir(parents=True)
    view.mkdir()
    (folder / "lean-toolchain").touch()
    (folder / "Own.lean").write_text("def own := 37\n")
    (folder / "Own" / "More.lean").write_text("import Own\ntheorem more : own = own := rfl\n")
    engine = replace(embedded, projects=(*embedded.projects, view))
    limits = PoolLimits(size=1, spares=0)
    async with Pool(engine, limits) as pool:
        session = Session(pool, modules=Modules(engine, view, folder / "Own", limits))
        ask = Asked(session)
        assert await ask(cmd="import Own.More\ntheorem t : own = own := more\n#eval own") == _said(0, "37", 3)
        assert await ask(cmd="import Own.More\n#eval own") == _said(1, "37", 2)
        (folder / "Own.lean").write_text("def own := 38\n")
        assert await ask(cmd="#eval own", env=0) == _said(2, "37", 1), "what is there stays"
        assert await ask(cmd="import Own.More\n#eval own") == _said(3, "38", 2)
        assert await ask(cmd="#eval own", env=0) == _said(4, "38", 1), "and is made again with the new one"
        absent = await ask(cmd="import Own.Less")
        assert "missing_import" in absent["message"] and str(folder) in absent["message"]
        (folder / "Own.lean").write_text("def own : Nat := nowhere\n")
        assert "import_fails" in (await ask(cmd="import Own"))["message"]
        assert (await ask(cmd="#eval 1"))["env"] == 5
        await session.close()


def _said(env: int, text: str, line: int) -> dict[str, Any]:
    message = {"severity": "info", "pos": place(line, 0), "endPos": place(line, 5), "data": text}
    return {"env": env, "messages": [message]}
