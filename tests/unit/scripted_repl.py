"""A program that answers in the shape of leanprover-community/repl, without Lean: a script for each odd answer.

`python scripted_repl.py [silent|exit|garbage|stranger|bare]`. Tactics are words that say what is answered.
"""

from __future__ import annotations

import json
import os
import re
import signal
import sys
import time
from typing import Any

OPEN, ADMITTED = "Incomplete: open goals remain", "Incomplete: contains sorry"
NOWHERE = {"line": 0, "column": 0}


def say(answer: Any) -> None:
    # Over several lines, as Lean prints JSON.
    sys.stdout.write(json.dumps(answer, indent=1, ensure_ascii=False) + "\n\n")
    sys.stdout.flush()


def place(text: str, at: int) -> dict[str, int]:
    before = text[:at]
    return {"line": before.count("\n") + 1, "column": len(before) - before.rfind("\n") - 1}


def stretch(text: str, start: int, end: int, **more: Any) -> dict[str, Any]:
    return {
        "range": {"synthetic": False, "start": place(text, start), "finish": place(text, end)},
        "pp": text[start:end],
        "argKinds": [],
        **more,
    }


class Repl:
    """One theorem a line, `theorem NAME : 1 = 1 := sorry`; other lines are comments."""

    def __init__(self, trees: bool) -> None:
        self.trees = trees
        self.envs = 0
        self.states = 0
        self.depth: dict[int, int] = {}

    def state(self, depth: int = 0) -> int:
        self.states += 1
        self.depth[self.states - 1] = depth
        return self.states - 1

    def goal(self, depth: int) -> str:
        return "n : Nat\nh : n = 1\n⊢ " + "1 + " * depth + "1 = 1"

    def command(self, text: str, env: int | None, infotree: str) -> dict[str, Any]:
        if env is not None and env >= self.envs:
            return {"message": "Unknown environment."}
        if "import Nowhere" in text:
            return {"message": "unknown module prefix 'Nowhere'"}
        self.envs += 1
        answer: dict[str, Any] = {"env": self.envs - 1}
        messages: list[Any] = []
        if text.startswith("#eval"):
            data = '"4.99.0, commit 0000"'
            messages.append({"severity": "info", "pos": NOWHERE, "endPos": None, "data": data})
        sorries: list[Any] = []
        trees: list[Any] = []
        for found in re.finditer(r"theorem (\w+) : 1 = 1 := (sorry|by .*|wrong)", text):
            inside: list[Any] = []
            start, end = found.span(2)
            if found[2] == "sorry":
                where = {"pos": place(text, start), "endPos": place(text, end)}
                sorries.append({**where, "goal": self.goal(0), "proofState": self.state()})
                node = {"stx": stretch(text, start, end, kind="Lean.Parser.Term.sorry")}
                inside.append({"kind": "TermInfo", "node": node, "children": []})
            if "wrong" in found[2]:
                where = {"pos": place(text, start), "endPos": place(text, end)}
                messages.append({"severity": "error", **where, "data": "it is wrong"})
            name = {"stx": stretch(text, *found.span(1), kind="Lean.Parser.Command.declId"), "isBinder": True}
            stx = stretch(text, *found.span(), kind="Lean.Parser.Command.declaration")
            stx["argKinds"] = ["Lean.Parser.Command.declModifiers", "Lean.Parser.Command.theorem"]
            children = [
                {"kind": "CustomInfo", "node": None, "children": inside},
                {"kind": "TermInfo", "node": name, "children": []},
            ]
            trees.append({"kind": "CommandInfo", "node": {"stx": stx}, "children": children})
        if messages:
            answer["messages"] = messages
        if sorries:
            answer["sorries"] = sorries
        if trees and infotree == "full" and self.trees:
            answer["infotree"] = trees
        return answer

    def step(self, tactic: str, number: int) -> dict[str, Any] | None:
        if number not in self.depth:
            return {"message": "Unknown proof state."}
        depth = self.depth[number]
        done = {"goals": [], "proofStatus": "Completed"}
        match tactic.split():
            case ["deeper"]:
                goals = [self.goal(depth + 1)]
                return {
                    "proofState": self.state(depth + 1),
                    "goals": goals,
                    "proofStatus": OPEN,
                }
            case ["two"]:
                goals = [self.goal(0), self.goal(1)]
                return {"proofState": self.state(), "goals": goals, "proofStatus": OPEN}
            case ["refuse"]:
                return {"message": "Lean error:\nit does not apply"}
            case ["complain"]:
                said = [{"severity": "error", "pos": NOWHERE, "endPos": NOWHERE, "data": "no"}]
                return {
                    "proofState": self.state(),
                    **done,
                    "messages": said,
                    "proofStatus": ADMITTED,
                }
            case ["admit"]:
                sorries = [{"goal": "⊢ False", "proofState": self.state()}]
                return {
                    "proofState": self.state(),
                    **done,
                    "sorries": sorries,
                    "proofStatus": ADMITTED,
                }
            case ["status", *words]:
                return {"proofState": self.state(), **done, "proofStatus": " ".join(words)}
            case ["old"]:
                return {"proofState": self.state(), "goals": []}
            case ["print", what]:
                sys.stdout.write(what.replace("|", "\n") + "\n\n" + what + "\n")
            case ["flood", what]:
                while True:
                    sys.stdout.write(what.replace("|", "\n") * 1000)
            case ["hang"]:
                time.sleep(600)
            case ["die"]:
                sys.stderr.write("it was too much\n")
                sys.stderr.flush()
                os._exit(3)
            case ["killed"]:
                os.kill(os.getpid(), signal.SIGKILL)
            case ["half"]:
                sys.stdout.write('{"proofState": 1,\n')
                sys.stdout.flush()
                os._exit(0)
            case _:
                pass
        return {"proofState": self.state(), **done}


def main() -> None:
    mode = sys.argv[1] if len(sys.argv) > 1 else ""
    if mode == "silent":
        time.sleep(600)
    if mode == "exit":
        sys.stderr.write("there is no Lean here\n")
        sys.exit(5)
    repl = Repl(trees=mode != "bare")
    lines: list[str] = []
    for line in sys.stdin:
        if line.strip():
            lines.append(line)
            continue
        request = json.loads("".join(lines))
        lines = []
        if mode == "garbage":
            sys.stdout.write("what?\n\n")
            sys.stdout.flush()
        elif mode == "stranger":
            say({"message": "Could not parse as a valid JSON command"})
        elif "tactic" in request:
            say(repl.step(request["tactic"], request["proofState"]))
        else:
            say(repl.command(request["cmd"], request.get("env"), request.get("infotree", "")))


if __name__ == "__main__":
    main()
