"""Every command over and over for a given time: nothing is left behind, and servers do not grow.

    python benchmarks/perf/soak_commands.py --seconds 3600        (or SOAK_SECONDS=3600)

One command after the other, as a user types them (`prove`, check, refute, bench, plan, lemmas, report, replay, export,
premises, session, doctor; models are a person's answers in a folder, and a recording of them), beside one long-lived
server at a time: `serve`, `mcp`, `repl` share the time, and each is used a few times between two commands. After every
command: its exit code, processes that outlive it (orphans are adopted by this program), what it left in the folder
for temporary files. Of a server: memory, open files, threads, after each use; of the cache, which is a copy made of
links: files and bytes. Prints one JSON document; exit status 1 for a wrong exit code or answer, a process, file or
descriptor left, a server whose memory grows, a cache that grows after the first round.
"""

from __future__ import annotations

import argparse
import asyncio
import ctypes
import json
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psutil

from prover.lean.embedded.installation import cache_folder

_COMMAND = (sys.executable, "-c", "import sys; from prover.cli.app import run; sys.exit(run())")
_MIB = 2**20
_SUBREAPER = 36
#: What a server's own memory may grow by between its second quarter and its last, MiB: allocators are not tidy.
_GROWTH_MB = 24
#: How often a server is used between two commands.
_USES = 3
#: Seconds a process may take to be gone once its command has ended.
_GONE_SECONDS = 10.0
_EASY = """theorem swap (p q : Prop) (h : p ∧ q) : q ∧ p := by
  sorry

theorem more (a b c : Nat) (h : a < b) : a + c < b + c + 1 := by
  sorry
"""
_DONE = "theorem swap (p q : Prop) (h : p ∧ q) : q ∧ p := ⟨h.2, h.1⟩\n"
_FALSE = "theorem wrong (n : Nat) : n * n ≤ 4 * n := by\n  sorry\n"
_SUMS = """def sumTo : Nat → Nat
  | 0 => 0
  | n + 1 => sumTo n + (n + 1)

theorem gauss_cubed (n : Nat) : 8 * (sumTo n * sumTo n * sumTo n) = (n * (n + 1)) ^ 3 := by
  sorry
"""
_GAUSS = "theorem gauss (n : Nat) : 2 * sumTo n = n * (n + 1)"
#: What a person answers: to a prompt that holds the key.
_ANSWERS = {
    "You plan proofs": f"```lean lemma\n{_GAUSS}\n```\n\n```lean proof\nrw [← gauss n]\ngrind\n```\n",
    "You judge plans": '```json\n{"verdict": "accept", "score": 9, "reasons": []}\n```\n',
    "You find out why": '```json\n{"diagnosis": "TOO_HARD", "advice": "a closed form"}\n```\n',
    "You look for errors": "I find none.\n",
    "q ∧ p": '["exact ⟨h.2, h.1⟩"]\n',
}
_MANIFEST = """name = "two"
title = "Two statements"
default = "all"
[variants.all]
files = "two.jsonl"
data = "two.jsonl"
shape = "signature"
splits = { test = 2 }
split = "test"
"""
_STATEMENTS = {"easy": "(n : Nat) : n + 0 = n", "swap": "(p q : Prop) (h : p ∧ q) : q ∧ p"}


@dataclass(frozen=True)
class Command:
    """One command line. `codes`: exit codes that are right; `input`: what is typed."""

    name: str
    words: tuple[str, ...]
    codes: tuple[int, ...] = (0,)
    input: str = ""


def commands(number: int) -> list[Command]:
    """One round. Folders of the round's own hold what it records; they are removed after it."""
    run, plan, out = f"run{number}", f"plan{number}", f"out{number}"
    asked = ("--model", "manual/talk", "--recipe", "chat", "--model-only", "--no-refute")
    replayed = ("--model", "replay/tape.jsonl", "--recipe", "chat", "--model-only", "--no-refute")
    model = replayed if number else (*asked, "--record", "tape.jsonl")
    return [
        Command("prove", ("easy.lean", "--run", run, "--json")),
        Command("prove --write", ("written.lean", "--write", "-q")),
        Command("prove --model", ("easy.lean:swap", *model, "--json")),
        Command("check", ("check", "done.lean", "--against", "easy.lean", "--json"), (0, 1)),
        Command("check many", ("check", "items.jsonl", "--out", f"{out}.jsonl", "-q"), (0, 1)),
        Command("refute", ("refute", "false.lean", "--timeout", "15", "--json"), (0, 1)),
        Command("plan", ("plan", "sums.lean", "--model", "manual/talk", "--run", plan), (0, 1)),
        Command("lemmas", ("lemmas", plan, "--page", f"{plan}.html"), (0, 1)),
        Command("report", ("report", run, "-o", f"{run}.html", "-q")),
        Command("replay", ("replay", run, "--json")),
        Command("export", ("export", run, "--what", "tactics", "-o", f"{run}.jsonl", "-q")),
        Command("premises", ("premises", "a number below another", "--json"), (0, 1)),
        Command("bench", ("bench", "two.toml", "--split", "test", "--expansions", "4", "--no-premises", "--out", out)),
        Command("report of a bench", ("report", out, "--json")),
        Command("bench export", ("bench", "export", out, "-o", f"{out}.csv", "-q")),
        Command("session", ("session", "--plain", "session.lean:swap"), (0, 1), "goals\nconstructor\nundo\nquit\n"),
        Command("wrong", ("nowhere.lean",), (2,)),
        Command("doctor", ("doctor", "--json"), (0, 3)),
    ]


class Server(ABC):
    """A long-lived command that is used again and again. `watched`: what it takes, after each use."""

    name: str

    def __init__(self) -> None:
        self.watched: list[dict[str, float]] = []
        self.uses = 0

    @abstractmethod
    async def start(self, folder: Path) -> None: ...

    @abstractmethod
    async def use(self) -> str:
        """What is wrong with its answer; empty where nothing is."""

    @abstractmethod
    async def stop(self) -> int:
        """Its exit code."""

    @property
    @abstractmethod
    def pid(self) -> int: ...

    def look(self) -> None:
        own = psutil.Process(self.pid)
        lean = [child.memory_info().rss for child in own.children(recursive=True)]
        self.watched.append(
            {
                "seconds": time.monotonic(),
                "mb": own.memory_info().rss / _MIB,
                "files": own.num_fds(),
                "threads": own.num_threads(),
                "children": len(lean),
                "lean_mb": sum(lean) / _MIB,
            }
        )


class Served(Server):
    """`prove serve`."""

    name = "serve"

    async def start(self, folder: Path) -> None:
        words = ("serve", "--port", "0", "--engine", "embedded", "--jobs", "1")
        self._log = (folder / "serve.log").open("w")
        self._process = await asyncio.to_thread(
            subprocess.Popen[str],
            [*_COMMAND, *words],
            cwd=folder,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
        )
        assert self._process.stdout is not None
        line = await asyncio.to_thread(self._process.stdout.readline)
        url = next(word for word in line.split() if word.startswith("http://"))
        self._client = httpx.AsyncClient(base_url=url, timeout=120)

    async def use(self) -> str:
        self.uses += 1
        items = [{"id": "a", "submission": _DONE}, {"id": "b", "submission": "theorem t : 1 = 2 := rfl"}]
        found = (await self._client.post("/v1/check", json={"items": items})).json()
        codes = {item["id"]: item["code"] for item in found.get("items", [])}
        if set(codes) != {"a", "b"} or codes["b"] != "elaboration_error":
            return f"serve: {codes or found}"
        refused = await self._client.post("/v1/check", json={"items": "none"})
        return "" if refused.status_code == 422 else f"serve: {refused.status_code} for no request"

    async def stop(self) -> int:
        await self._client.aclose()
        self._process.send_signal(signal.SIGTERM)
        try:
            return await asyncio.to_thread(self._process.wait, 60)
        finally:
            assert self._process.stdout is not None
            self._process.stdout.close()
            self._log.close()

    @property
    def pid(self) -> int:
        return self._process.pid


class Spoken(Server):
    """A command that is spoken to on its standard input, a line or a block at a time."""

    words: tuple[str, ...]
    end: bytes

    async def start(self, folder: Path) -> None:
        self._log = (folder / f"{self.name}.log").open("w")
        pipe = asyncio.subprocess.PIPE
        self._process = await asyncio.create_subprocess_exec(
            *_COMMAND, *self.words, cwd=folder, stdin=pipe, stdout=pipe, stderr=self._log, limit=1 << 24
        )

    async def say(self, document: dict[str, Any]) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(document).encode() + self.end)
        await self._process.stdin.drain()

    async def hear(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        async with asyncio.timeout(240):
            return json.loads(await self._process.stdout.readuntil(self.end))

    async def stop(self) -> int:
        assert self._process.stdin is not None
        self._process.stdin.close()
        async with asyncio.timeout(60):
            code = await self._process.wait()
        self._log.close()
        return code

    @property
    def pid(self) -> int:
        return self._process.pid


class Repl(Spoken):
    """`prove repl`."""

    name, words, end = "repl", ("repl", "-q", "--engine", "embedded"), b"\n\n"

    async def use(self) -> str:
        self.uses += 1
        await self.say({"cmd": _EASY})
        found = await self.hear()
        sorries: list[dict[str, Any]] = found.get("sorries", [])
        if len(sorries) != 2:
            return f"repl: {str(found)[:200]}"
        await self.say({"tactic": "exact ⟨h.2, h.1⟩", "proofState": sorries[0]["proofState"]})
        solved = await self.hear()
        return "" if solved.get("goals") == [] else f"repl: {str(solved)[:200]}"


class Mcp(Spoken):
    """`prove mcp`, spoken to as the protocol says."""

    name, words, end = "mcp", ("mcp",), b"\n"

    def __init__(self) -> None:
        super().__init__()
        self._id = 0

    async def start(self, folder: Path) -> None:
        await super().start(folder)
        client = {"name": "soak", "version": "1"}
        await self._ask("initialize", {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": client})
        await self.say({"jsonrpc": "2.0", "method": "notifications/initialized"})

    async def _ask(self, method: str, parameters: dict[str, Any]) -> dict[str, Any]:
        self._id += 1
        await self.say({"jsonrpc": "2.0", "id": self._id, "method": method, "params": parameters})
        while (found := await self.hear()).get("id") != self._id or "method" in found:
            if "method" in found and "id" in found:  # a question of the server's own: the client has no roots
                error = {"code": -32601, "message": "no"}
                await self.say({"jsonrpc": "2.0", "id": found["id"], "error": error})
        return found.get("result", found)

    async def _call(self, tool: str, /, **arguments: Any) -> dict[str, Any]:
        return await self._ask("tools/call", {"name": tool, "arguments": arguments})

    async def use(self) -> str:
        self.uses += 1
        tactics = ["constructor", "exact ⟨h.2, h.1⟩"]
        tried = await self._call("try_tactics", path="easy.lean", name="swap", tactics=tactics)
        reference = _DONE.replace("⟨h.2, h.1⟩", "sorry")
        judged = await self._call("check_proof", text=_DONE, against_text=reference)
        outcomes = [o["outcome"] for o in tried.get("structuredContent", {}).get("outcomes", [])]
        accepted = judged.get("structuredContent", {}).get("accepted")
        right = outcomes == ["progress", "solved"] and accepted is True
        return "" if right else f"mcp: {str(tried)[:200]} {str(judged)[:200]}"


@dataclass
class Soak:
    """What was run and seen so far."""

    folder: Path
    temporary: Path
    cache: Path
    ran: Counter[str] = field(default_factory=Counter[str])
    seconds: Counter[str] = field(default_factory=Counter[str])
    wrong: list[str] = field(default_factory=list[str])
    left: list[str] = field(default_factory=list[str])
    caches: list[tuple[int, int]] = field(default_factory=list[tuple[int, int]])
    own_mb: list[float] = field(default_factory=list[float])

    async def run(self, servers: list[Server], seconds: float) -> None:
        """A share of the time with each server; at least one round of commands in all."""
        began = time.monotonic()
        number = 0
        todo: list[Command] = []
        for index, server in enumerate(servers, start=1):
            await server.start(self.folder)
            until = began + seconds * index / len(servers)
            while time.monotonic() < until or server.uses < 4 * _USES:
                if not todo:
                    self._note(number)
                    todo = commands(number)
                    number += 1
                await self._command(todo.pop(0), {server.pid})
                for _ in range(_USES):
                    if wrong := await server.use():
                        self.wrong.append(wrong)
                    server.look()
            code = await server.stop()
            if code:
                self.wrong.append(f"{server.name}: exit code {code}")
            await self._gone(server.name, set())
        for command in todo if number == 1 else ():
            await self._command(command, set())
        self._note(number)

    async def _command(self, command: Command, servers: set[int]) -> None:
        began = time.monotonic()
        before = set(os.listdir(self.temporary))
        done = await asyncio.to_thread(
            subprocess.run,
            [*_COMMAND, *command.words],
            cwd=self.folder,
            input=command.input,
            capture_output=True,
            text=True,
            timeout=600,
        )
        took = time.monotonic() - began
        self.ran[command.name] += 1
        self.seconds[command.name] += round(took)
        print(f"{command.name}: {took:.1f} s, exit code {done.returncode}", file=sys.stderr, flush=True)
        if done.returncode not in command.codes:
            self.wrong.append(f"{command.name}: exit code {done.returncode}: {(done.stderr or done.stdout)[-300:]}")
        if "Traceback" in done.stderr:
            self.wrong.append(f"{command.name}: {done.stderr[-300:]}")
        await self._gone(command.name, servers)
        # A server may begin or end a process meanwhile, whose folder comes and goes with it.
        for name in sorted(set(os.listdir(self.temporary)) - before):
            if not servers and not name.endswith(".lock"):
                self.left.append(f"{command.name}: {name}")

    async def _gone(self, name: str, servers: set[int]) -> None:
        """Waits for what a command started to be gone; what is not is noted, and ended."""
        end = time.monotonic() + _GONE_SECONDS
        while orphans := self._orphans(servers):
            if time.monotonic() > end:
                for orphan in orphans:
                    with suppress(psutil.Error):
                        self.left.append(f"{name}: process {' '.join(orphan.cmdline())[:100]}")
                        orphan.kill()
                return
            await asyncio.sleep(0.1)

    @staticmethod
    def _orphans(servers: set[int]) -> list[psutil.Process]:
        found: list[psutil.Process] = []
        for child in psutil.Process().children():
            with suppress(psutil.Error):
                if child.pid in servers:
                    continue
                if child.status() == psutil.STATUS_ZOMBIE:
                    with suppress(ChildProcessError):
                        os.waitpid(child.pid, os.WNOHANG)
                    continue
                found.append(child)
        return found

    def _note(self, number: int) -> None:
        """What is to be the same after every round; the round's own files are removed."""
        files = [path for path in self.cache.rglob("*") if path.is_file()]
        self.caches.append((len(files), sum(path.stat().st_size for path in files)))
        self.own_mb.append(psutil.Process().memory_info().rss / _MIB)
        for path in self.folder.glob(f"*{number - 1}*"):
            if path.is_dir():
                shutil.rmtree(path)
            elif path.name[:3] in ("run", "pla", "out"):
                path.unlink()
        (self.folder / "written.lean").write_text(_EASY)
        (self.folder / "session.lean").write_text(_EASY)


def growth(watched: list[dict[str, float]], what: str) -> dict[str, float]:
    """Of a server: at the second quarter and in the end, and what it would be in an hour."""
    values = [sample[what] for sample in watched]
    half = watched[len(watched) // 4 :]
    quarter = max(1, len(values) // 4)
    early, late = statistics.median(values[quarter : 2 * quarter] or values), statistics.median(values[-quarter:])
    slope = 0.0
    if len(half) > 2:
        slope = statistics.linear_regression([s["seconds"] / 3600 for s in half], [s[what] for s in half]).slope
    return {"early": round(early, 1), "late": round(late, 1), "an_hour": round(slope, 1)}


@contextmanager
def person(folder: Path) -> Iterator[None]:
    """Answers the questions that models are asked in a folder."""
    done = threading.Event()

    def answer() -> None:
        while not done.wait(0.1):
            for request in folder.glob("*.request.md"):
                reply = request.with_name(request.name.replace(".request.", ".reply."))
                if reply.exists():
                    continue
                text = request.read_text(encoding="utf-8")
                said = next((answer for key, answer in _ANSWERS.items() if key in text), "I cannot.\n")
                made = reply.with_suffix(".tmp")
                made.write_text(said, encoding="utf-8")
                made.replace(reply)

    thread = threading.Thread(target=answer)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def prepare(folder: Path) -> Soak:
    """The files that commands are about, a folder for temporary ones, a copy of the cache; for this process and all
    that it starts."""
    work, temporary, cache = (folder / name for name in ("work", "tmp", "cache"))
    for path in (work, temporary, work / "talk"):
        path.mkdir()
    for name, text in {
        "easy.lean": _EASY,
        "done.lean": _DONE,
        "false.lean": _FALSE,
        "sums.lean": _SUMS,
        "two.toml": _MANIFEST,
        "two.jsonl": "".join(json.dumps({"id": n, "statement": s}) + "\n" for n, s in _STATEMENTS.items()),
        "items.jsonl": "".join(json.dumps({"id": str(n), "submission": _DONE}) + "\n" for n in range(3)),
    }.items():
        (work / name).write_text(text, encoding="utf-8")

    def linked(source: str, target: str) -> None:
        try:
            os.link(source, target)
        except OSError:
            shutil.copy2(source, target)

    if cache_folder().is_dir():
        shutil.copytree(cache_folder(), cache, copy_function=linked, symlinks=True)
    os.environ |= {"PROVER_CACHE_DIR": str(cache), "TMPDIR": str(temporary), "NO_COLOR": "1"}
    tempfile.tempdir = None
    return Soak(work, temporary, cache)


def report(soak: Soak, servers: list[Server], seconds: float) -> dict[str, Any]:
    told: dict[str, Any] = {"seconds": round(seconds)}
    told |= {"commands": dict(soak.ran), "command_seconds": dict(soak.seconds)}
    grown: list[str] = []
    for server in servers:
        measured = {what: growth(server.watched, what) for what in ("mb", "files", "threads", "children", "lean_mb")}
        told[server.name] = {"uses": server.uses, **measured}
        if measured["mb"]["late"] > measured["mb"]["early"] + _GROWTH_MB:
            grown.append(f"{server.name}: memory")
        for what in ("files", "threads", "children"):
            # One more is a connection or a process that was just then there.
            if measured[what]["late"] > measured[what]["early"] + 2:
                grown.append(f"{server.name}: {what}")
    first = soak.caches[min(1, len(soak.caches) - 1)]
    if soak.caches[-1][0] > first[0]:
        grown.append(f"cache: {soak.caches[-1][0] - first[0]} files")
    temporary = [name for name in os.listdir(soak.temporary) if not name.endswith(".lock")]
    told |= {
        "rounds": len(soak.caches) - 1,
        "cache": [{"files": files, "mb": round(size / _MIB)} for files, size in (soak.caches[0], soak.caches[-1])],
        "own_mb": [round(soak.own_mb[0]), round(soak.own_mb[-1])],
        "temporary_left": temporary,
        "left": soak.left[:20],
        "wrong": soak.wrong[:20],
        "grown": grown,
    }
    told["sound"] = not (temporary or soak.left or soak.wrong or grown)
    return told


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    default = float(os.environ.get("SOAK_SECONDS", "300"))
    parser.add_argument("--seconds", type=float, default=default, help="how long (SOAK_SECONDS; else 300)")
    options = parser.parse_args()
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_SUBREAPER, 1, 0, 0, 0)
    with tempfile.TemporaryDirectory(prefix="soak-") as folder:
        soak = prepare(Path(folder))
        servers: list[Server] = [Served(), Mcp(), Repl()]
        began = time.monotonic()
        with person(soak.folder / "talk"):
            asyncio.run(soak.run(servers, options.seconds))
        told = report(soak, servers, time.monotonic() - began)
    print(json.dumps(told, indent=2))
    sys.exit(0 if told["sound"] else 1)


if __name__ == "__main__":
    main()
