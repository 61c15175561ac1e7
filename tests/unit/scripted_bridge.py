"""A program that speaks the Bridge's protocol and misbehaves on request. Standard library only.

`scripted_bridge.py START`: `START` says how it begins (`ok`, `silent`, `exit`, `protocol`, `noisy`).
A tactic is a word and an argument, see `run`.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from typing import Any

OUT = sys.stdout.buffer


class Server:
    def __init__(self, nonce: str) -> None:
        self.nonce = nonce
        self.id = 0
        self.states = 0
        self.envs = 0
        self.live: set[int] = set()

    def send(self, kind: str, **fields: Any) -> None:
        line = json.dumps({"id": self.id, "kind": kind, **fields}, ensure_ascii=False)
        OUT.write(f"\n{self.nonce} {line}\n".encode())
        OUT.flush()

    def new_state(self) -> int:
        self.states += 1
        self.live.add(self.states)
        return self.states

    def answer(self, request: dict[str, Any]) -> None:
        self.id = int(request["id"])
        getattr(self, "on_" + str(request["op"]))(request)

    def on_header(self, request: dict[str, Any]) -> None:
        text = str(request["text"])
        if "exit" in text:
            os._exit(3)
        modules = [line.split()[1] for line in text.splitlines() if line.startswith("import ")]
        imports = [{"module": m} for m in ["Init", *modules]]
        self.send("done", imports=imports, module=False, end=0, messages=[])

    def on_import(self, request: dict[str, Any]) -> None:
        modules: list[str] = request["modules"]
        if "Slow" in modules:
            time.sleep(30)
        if "Missing" in modules:
            self.send("error", code="missing_module", message="no", modules=["Missing"])
        else:
            self.envs = 1
            self.send("done", env=1)

    def on_elaborate(self, request: dict[str, Any]) -> None:
        goal = {"target": "p", "text": "⊢ p"}
        hole = {"tactic": True, "original": True, "state": self.new_state(), "goals": [goal], "fingerprint": "p"}
        self.envs += 1
        self.send("done", env=self.envs, holes=[hole], text=str(request["text"])[:10])

    def on_apply(self, request: dict[str, Any]) -> None:
        tactics: list[str] = request["tactics"]
        for index, tactic in enumerate(tactics):
            self.send("started", index=index)
            fields = self.run(tactic)
            self.send("outcome", index=index, **fields)
            if tactic == "solve and die":
                os._exit(5)
            if fields["status"] == "solved" and request["stop_at_solved"]:
                break
        self.send("done", tried=len(tactics))

    def on_release(self, request: dict[str, Any]) -> None:
        if request.get("all"):
            self.live.clear()
            self.envs = len(request["keep"])
        self.live -= set(request.get("states", []))
        self.send("done", states=len(self.live), envs=self.envs)

    def on_stats(self, request: dict[str, Any]) -> None:
        self.send("done", states=len(self.live), envs=self.envs, heartbeats=0)

    def on_echo(self, request: dict[str, Any]) -> None:
        self.send("done", text=request["text"])

    def on_refuse(self, request: dict[str, Any]) -> None:
        self.send("error", code="no", message="refused")

    def on_raw(self, request: dict[str, Any]) -> None:
        OUT.write(str(request["text"]).replace("NONCE", self.nonce).encode())
        OUT.flush()

    def run(self, tactic: str) -> dict[str, Any]:
        word, _, argument = tactic.partition(" ")
        if word == "solve":
            return {"status": "solved"}
        if word == "step":
            return {"status": "progress", "state": self.new_state(), "goals": [{"target": "q", "text": "⊢ q"}]}
        said = self.do(word, argument)
        return {"status": "failed", "reason": "error", "error": said}

    def do(self, word: str, argument: str) -> str:
        if word == "sleep":
            time.sleep(float(argument))
        elif word == "print":
            OUT.write(argument.encode().decode("unicode_escape").encode("latin-1"))
            OUT.flush()
        elif word == "flood":
            stream = OUT if argument == "stdout" else sys.stderr.buffer
            while True:
                stream.write(b"flood " * 1000)
        elif word == "complain":
            sys.stderr.write("complaint\n" * int(argument))
            sys.stderr.flush()
        elif word == "overflow":
            frames = "\n".join(f"#{n + 1} deep" for n in range(int(argument)))
            sys.stderr.write(f"stack overflow of a kind\ninterpreter stacktrace:\n{frames}\n\n")
            sys.stderr.flush()
            os._exit(1)
        elif word == "exit":
            os._exit(int(argument))
        elif word == "hoard":
            hoard = bytearray(int(argument) << 20)
            hoard[::4096] = b"x" * len(hoard[::4096])
            time.sleep(30)
        elif word == "fill":
            with open("filled", "wb") as file:
                file.write(b"x" * (int(argument) << 20))
            time.sleep(30)
        elif word == "spawn":
            sleeper = "import time; time.sleep(60)"
            return str(subprocess.Popen([sys.executable, "-S", "-c", sleeper]).pid)
        elif word == "long":
            return "ä" * int(argument)
        return word


def main() -> None:
    start = sys.argv[1]
    first = json.loads(sys.stdin.buffer.readline())
    server = Server(first["nonce"])
    if start == "silent":
        time.sleep(60)
    if start == "exit":
        sys.stderr.write("it cannot be\n")
        sys.exit(4)
    if start == "noisy":
        OUT.write(b"[DEBUG] hello\nno line end")
    server.send("done", protocol=99 if start == "protocol" else 1)
    while line := sys.stdin.buffer.readline():
        server.answer(json.loads(line))


if __name__ == "__main__":
    main()
