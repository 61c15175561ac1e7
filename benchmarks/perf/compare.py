"""What a check and a tactic cost through `prove`, LeanInteract, Kimina's server and its client, and a batch compiler.

    python benchmarks/perf/compare.py [--every 1] [--rounds 3] [--files 100] [--kimina FOLDER]

The same Lean (the embedded one) is under all of them, on the same machine, in turn:

- `worker`: a worker of ours, asked from Python: the least that an elaboration or a tactic costs here;
- `ladder`: a verdict (`prove check`): statement and axioms compared, constants given to the kernel in another process;
- `LeanInteract` over `prove repl --install` (where `lean-interact` is installed);
- `Kimina's client` with `prove serve` (where `kimina-client` is installed);
- `Kimina's server` with its client, over `prove repl --install`: FOLDER is a checkout of its repository, and what it
  imports is installed. It gets an empty module `prisma`: no database is configured, and Prisma's generator loads
  programs from a site of its own;
- `lean FILE`: one process of the same Lean for each file.

Statements: the five of `lean_project/examples/first.lean`, and 25 problems of `benchmarks/core` whose reference proofs
need no other lemma. `--every 3`: only every third. Prints one JSON document, medians and ratios to the worker's.
What Python imports is not counted for what runs in this process; for servers it is.
"""

from __future__ import annotations

import argparse
import asyncio
import importlib.util
import itertools
import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import AsyncExitStack, contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import figures
import httpx
import psutil
from figures import Figure, measured

from prover.lean import Pool, PoolLimits, Worker
from prover.lean.bundled import bundled
from prover.lean.embedded import EmbeddedEngine
from prover.lean.process import BridgeProcess
from prover.verify import Ladder
from prover.verify.batch import Batch, BatchOptions
from prover.verify.docket import Docket, Item
from prover.verify.results import Results

ROOT = Path(__file__).resolve().parents[2]
CORE = ROOT / "benchmarks" / "core"
#: Problems of `benchmarks/core` whose reference proof is one theorem.
NAMES = (
    "galois_three", "ten_coins", "fixed_predicate", "barber", "squares_commute", "left_inverses", "two_agree",
    "increasing_involution", "ages", "exponential", "only_identity", "sum_coprime_product", "no_endless_descent",
    "division_unique", "no_square_between", "odd_part", "additive_int", "common_divisor_eight", "three_sums",
    "two_halves", "squares_seven_apart", "two_term_recurrence", "both_even", "cauchy_schwarz_two", "cube_lt_three_pow",
)  # fmt: skip
EXAMPLES = (
    "theorem add_comm_twice (a b c : Nat) : a + b + c = c + b + a := by omega",
    "theorem even_or_odd (n : Nat) : n % 2 = 0 ∨ n % 2 = 1 := by omega",
    "theorem and_swap_iff (p q : Prop) : p ∧ q ↔ q ∧ p := by grind",
    "def double : Nat → Nat\n  | 0 => 0\n  | n + 1 => double n + 2\n\n"
    "theorem double_eq (n : Nat) : double n = 2 * n := by\n  induction n with\n  | zero => decide\n"
    "  | succ n ih => grind [double]",
    "theorem three_x (x : Int) (h : 3 * x + 1 = 10) : x = 3 := by omega",
)  # fmt: skip
FIRST = "theorem first (a b : Nat) : a + b = b + a := by omega"
OPEN = "theorem opened (a b c : Nat) (h : a < b) (k : b < c) : a + b + c < 2 * c + b := by sorry"
TACTICS = [f"have h{number} : a + {number} < c + {number} := by omega" for number in range(50)]
SECONDS = 300
#: `kimina` there imports the client as Python 3.11 needs it.
AID = ROOT / "tests" / "unit"
COMMAND = "import sys; from prover.cli.app import run; sys.exit(run())"
KIMINA = "import kimina, runpy; runpy.run_module('server', run_name='__main__')"

Check = Callable[[str], Awaitable[None]]


def statements() -> dict[str, str]:
    """Theorems with their proofs, each a file of its own, and each with the same file that leaves it open."""
    records = map(json.loads, (CORE / "problems.jsonl").read_text(encoding="utf-8").splitlines())
    found = {code: left_open(code) for code in EXAMPLES}
    for record in records:
        if record["name"] in NAMES:
            text = (CORE / "proofs" / f"{record['topic']}.lean").read_text(encoding="utf-8")
            theorem = re.search(rf"^theorem {record['name']}\b.*?(?=\n\n|\Z)", text, re.DOTALL | re.MULTILINE)
            assert theorem is not None, record["name"]
            found[theorem[0]] = f"theorem {record['name']} {record['statement']} := by sorry"
    assert len(found) == len(NAMES) + len(EXAMPLES)
    return found


def left_open(code: str) -> str:
    """A file of ours, its last declaration a theorem by tactics, with that left open."""
    return f"{code.rpartition(' := by')[0]} := by sorry"


def refused(code: str, said: object) -> SystemExit:
    return SystemExit(f"{code}\nwas answered with {said}")


# ---- the ways


class Lean:
    """One process of the same Lean a file, as `lean FILE` is run."""

    def __init__(self, engine: EmbeddedEngine, folder: Path) -> None:
        self._engine = engine
        self._folder = folder
        self._numbers = itertools.count()

    async def check(self, code: str) -> None:
        scratch = self._folder / f"lean{next(self._numbers)}"
        scratch.mkdir()
        (scratch / "F.lean").write_text(code + "\n", encoding="utf-8")
        command = self._engine.lean_command(scratch, ["/scratch/F.lean"])
        process = await asyncio.create_subprocess_exec(
            *command.argv,
            env=command.env,
            cwd=scratch,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        said, _ = await process.communicate()
        if process.returncode or b"error" in said:
            raise refused(code, said)


class LeanInteract:
    """LeanInteract's server over an installed `prove repl`."""

    def __init__(self, folder: Path) -> None:
        self._library: Any = importlib.import_module("lean_interact")
        self._config = self._library.LeanREPLConfig(
            local_repl_path=folder, build_repl=False, lake_path=folder / "lake", verbose=False
        )
        self._server = self._library.LeanServer(self._config)

    def begin(self, code: str = "import Init") -> None:
        """A first command; the default makes the environment that `check` and `open` start from."""
        self._checked(self._server.run(self._library.Command(cmd=code)), code)

    async def check(self, code: str) -> None:
        self._checked(self._server.run(self._library.Command(cmd=code, env=0)), code)

    def check_all(self, codes: list[str], workers: int) -> None:
        with self._library.LeanServerPool(self._config, num_workers=workers, max_total_memory=1.0) as pool:
            answers = pool.run_batch([self._library.Command(cmd=code) for code in codes])
        for answer, code in zip(answers, codes, strict=True):
            self._checked(answer, code)

    def _checked(self, answer: Any, code: str) -> None:
        if not answer.lean_code_is_valid(allow_sorry=False):
            raise refused(code, answer)

    def open(self, code: str) -> int:
        return self._server.run(self._library.Command(cmd=code, env=0)).sorries[0].proof_state

    def apply(self, state: int, tactic: str) -> None:
        answer = self._server.run(self._library.ProofStep(tactic=tactic, proof_state=state))
        if not answer.goals:
            raise refused(tactic, answer)

    def close(self) -> None:
        self._server.kill()


class Kimina:
    """Kimina's client, with whichever server stands at `url`."""

    def __init__(self, url: str) -> None:
        library: Any = importlib.import_module("kimina")
        self._snippet = library.Snippet
        self._client = library.KiminaClient(url, n_retries=1)

    async def check(self, code: str) -> None:
        await self.check_all([code], 1)

    async def check_all(self, codes: list[str], workers: int) -> None:
        # With no import at all, Kimina's server takes each text for an addition to the first one it was sent.
        snippets = [self._snippet(id=str(number), code=f"import Init\n{code}") for number, code in enumerate(codes)]
        answer = await asyncio.to_thread(
            lambda: self._client.check(
                snippets, timeout=SECONDS, batch_size=1, max_workers=workers, show_progress=False
            )
        )
        for result in answer.results:
            if result.analyze().status.value != "valid":
                raise refused(codes[int(result.id)], result)


def environment(**more: str) -> dict[str, str]:
    paths = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths), **more}


@contextmanager
def prove_serve(jobs: int) -> Iterator[str]:
    """The address of a `prove serve`."""
    process = subprocess.Popen(
        [sys.executable, "-c", COMMAND, "serve", "--engine", "embedded", "--port", "0", "-q", "--jobs", str(jobs)],
        stdout=subprocess.PIPE, text=True, env=environment(),
    )  # fmt: skip
    with ended(process):
        assert process.stdout is not None
        found = re.search(r"http://\S+", process.stdout.readline())
        assert found is not None, "the server did not start"
        yield found[0]


@contextmanager
def kimina_server(source: Path, repl: Path, folder: Path, jobs: int) -> Iterator[str]:
    """The address of Kimina's own server."""
    (folder / "prisma").mkdir(exist_ok=True)
    (folder / "prisma" / "__init__.py").write_text("class Prisma:\n    pass\n")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = {
        "HOST": "127.0.0.1", "PORT": str(port), "LOG_LEVEL": "ERROR", "MAX_REPLS": str(jobs),
        # Its limit is on addresses, of which Node reserves many.
        "REPL_PATH": str(repl / ".lake" / "build" / "bin" / "repl"), "PROJECT_DIR": str(repl), "MAX_REPL_MEM": "1000G",
    }  # fmt: skip
    given = environment(**{f"LEAN_SERVER_{name}": value for name, value in settings.items()})
    given["PYTHONPATH"] = os.pathsep.join([str(folder), str(source), str(AID), given["PYTHONPATH"]])
    given["PATH"] = f"{repl}{os.pathsep}{given['PATH']}"
    process = subprocess.Popen(
        [sys.executable, "-c", KIMINA], cwd=folder, env=given, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    with ended(process):
        url = f"http://127.0.0.1:{port}"
        while process.poll() is None:
            try:
                httpx.get(f"{url}/health")
                break
            except httpx.TransportError:
                time.sleep(0.02)
        assert process.poll() is None, "Kimina's server did not start"
        yield url


@contextmanager
def ended(process: subprocess.Popen[Any]) -> Iterator[None]:
    try:
        yield
    finally:
        below = psutil.Process(process.pid).children(recursive=True) if process.poll() is None else []
        process.terminate()
        try:
            process.wait(60)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        for child in psutil.wait_procs(below, timeout=10)[1]:
            child.kill()
        if process.stdout is not None:
            process.stdout.close()


# ---- what is measured


class Comparison:
    """One run of everything; `times[measure][way]` are seconds."""

    def __init__(self, options: argparse.Namespace, folder: Path) -> None:
        self.options = options
        self.folder = folder
        self.engine = EmbeddedEngine.open(bundled("lean_project"))
        self.open = statements()
        self.codes = list(self.open)[:: options.every]
        self.left_out: dict[str, str] = {}
        self.times: dict[str, dict[str, list[float]]] = {}
        self.repl = folder / "repl"
        self.lean = Lean(self.engine, folder)
        words = ["repl", "--install", str(self.repl), "--engine", "embedded", "-q"]
        subprocess.run(
            [sys.executable, "-c", COMMAND, *words], check=True, env=environment(), stdout=subprocess.DEVNULL
        )
        self.interact = self._has("LeanInteract", "lean_interact", "lean-interact")
        self.client = self._has("Kimina's client", "kimina_client", "kimina-client")
        self.server: Path | None = options.kimina if self.client else None
        needed = ("loguru", "google.cloud.logging")
        if options.kimina is None:
            self.left_out["Kimina's server"] = "not run: needs a checkout of its repository (--kimina)"
        elif not all(self._has("Kimina's server", name, name) for name in needed):
            self.server = None

    def _has(self, way: str, module: str, package: str) -> bool:
        try:
            found = importlib.util.find_spec(module) is not None
        except ModuleNotFoundError:
            found = False
        if not found:
            self.left_out[way] = f"not run: needs {package}"
        return found

    async def run(self) -> None:
        for _ in range(self.options.rounds):
            await self._cold()
        async with AsyncExitStack() as stack:
            await self._warm(stack)
        await self._many()

    async def _timed(self, measure: str, way: str, work: Awaitable[object], parts: int = 1) -> None:
        began = time.perf_counter()
        await work
        self._note(measure, way, (time.perf_counter() - began) / parts)

    def _note(self, measure: str, way: str, seconds: float) -> None:
        self.times.setdefault(measure, {}).setdefault(way, []).append(seconds)

    # -- from nothing to a first answer

    async def _cold(self) -> None:
        await self._timed("cold", "worker", self._cold_worker())
        await self._timed("cold", "ladder", self._cold_ladder())
        await self._timed("cold", "lean FILE", self.lean.check(FIRST))
        if self.interact:
            began = time.perf_counter()
            started = LeanInteract(self.repl)
            started.begin(FIRST)
            self._note("cold", "LeanInteract", time.perf_counter() - began)
            started.close()
        if self.client:
            await self._cold_server("Kimina's client", prove_serve(1))
        if self.server is not None:
            await self._cold_server("Kimina's server", kimina_server(self.server, self.repl, self.folder, 1))

    async def _cold_worker(self) -> None:
        worker = Worker(await BridgeProcess.start(self.engine))
        await worker.import_header(["Init"])
        assert (await worker.elaborate(worker.env, FIRST)).clean
        await worker.close()

    async def _cold_ladder(self) -> None:
        async with Pool(self.engine, PoolLimits(size=2, spares=0)) as pool:
            await judged(Ladder(pool), FIRST, left_open(FIRST))

    async def _cold_server(self, way: str, server: Any) -> None:
        began = time.perf_counter()
        with server as url:
            await Kimina(url).check(FIRST)
            self._note("cold", way, time.perf_counter() - began)

    # -- warm: a theorem, a tactic, fifty tactics

    async def _warm(self, stack: AsyncExitStack) -> None:
        pool = await stack.enter_async_context(Pool(self.engine, PoolLimits(size=3, spares=0)))
        ladder = Ladder(pool, remembered=64)
        checks: dict[str, Check] = {
            "worker": lambda code: elaborated(pool, code),
            "ladder": lambda code: judged(ladder, code, self.open.get(_bare(code)) or left_open(code)),
        }
        interact = None
        if self.interact:
            interact = LeanInteract(self.repl)
            stack.callback(interact.close)
            interact.begin()
            checks["LeanInteract"] = interact.check
        if self.client:
            checks["Kimina's client"] = Kimina(stack.enter_context(prove_serve(1))).check
        if self.server is not None:
            server = stack.enter_context(kimina_server(self.server, self.repl, self.folder, 1))
            checks["Kimina's server"] = Kimina(server).check
        for _ in range(2):
            for check in checks.values():
                await check(FIRST)
        for number in range(self.options.rounds):
            for at, code in enumerate(self.codes):
                ways = list(checks.items())
                for way, check in ways[at % len(ways) :] + ways[: at % len(ways)]:
                    await self._timed("check", way, check(f"-- {number}\n{code}"))
                if number == 0:
                    await self._timed("check", "lean FILE", self.lean.check(code))
        async with pool.lease(["Init"]) as worker:
            await self._tactics(worker, interact)

    async def _tactics(self, worker: Worker, interact: LeanInteract | None) -> None:
        opened = await worker.elaborate(worker.env, OPEN, holes=True)
        state = opened.holes[0].state
        assert state is not None
        other = interact.open(OPEN) if interact else 0
        for number in range(self.options.rounds * 10 + 2):
            tactic = TACTICS[number % len(TACTICS)]
            began = time.perf_counter()
            await applied(worker, state, [tactic])
            between = time.perf_counter()
            if interact:
                interact.apply(other, tactic)
            done = time.perf_counter()
            if number >= 2:
                self._note("tactic", "worker", between - began)
                if interact:
                    self._note("tactic", "LeanInteract", done - between)
        for _ in range(self.options.rounds):
            await self._timed("fifty", "worker", applied(worker, state, TACTICS))
            if interact:
                began = time.perf_counter()
                for tactic in TACTICS:
                    interact.apply(other, tactic)
                self._note("fifty", "LeanInteract", time.perf_counter() - began)

    # -- many files, two jobs, starts included

    async def _many(self) -> None:
        count = self.options.files
        codes = [
            f"-- {number}\n{code}" for number, code in enumerate(itertools.islice(itertools.cycle(self.codes), count))
        ]
        await self._timed("many", "ladder", self._many_judged(codes), count)
        await self._timed("many", "worker", self._many_elaborated(codes), count)
        few = codes[: max(2, count // 5)]
        await self._timed("many", "lean FILE", self._two_at_once(few), len(few))
        if self.interact:
            started = LeanInteract(self.repl)
            started.close()
            await self._timed("many", "LeanInteract", asyncio.to_thread(started.check_all, codes, 2), count)
        if self.client:
            await self._many_served("Kimina's client", prove_serve(2), codes)
        if self.server is not None:
            await self._many_served("Kimina's server", kimina_server(self.server, self.repl, self.folder, 2), codes)

    async def _many_judged(self, codes: list[str]) -> None:
        docket = Docket(tuple(Item(str(n), code, self.open[_bare(code)]) for n, code in enumerate(codes)))
        async with Pool(self.engine, PoolLimits(size=4, spares=0)) as pool:
            with Results(self.folder / "results.jsonl") as results:
                summary = await Batch(Ladder(pool), results, "compare", BatchOptions(jobs=2, canaries=())).run(docket)
        assert summary.accepted == summary.items == len(codes), summary

    async def _many_elaborated(self, codes: list[str]) -> None:
        waiting = iter(codes)
        async with Pool(self.engine, PoolLimits(size=2, spares=0)) as pool, asyncio.TaskGroup() as group:

            async def one() -> None:
                for code in waiting:
                    await elaborated(pool, code)

            for _ in range(2):
                group.create_task(one())

    async def _two_at_once(self, codes: list[str]) -> None:
        waiting = iter(codes)

        async def one() -> None:
            for code in waiting:
                await self.lean.check(code)

        await asyncio.gather(one(), one())

    async def _many_served(self, way: str, server: Any, codes: list[str]) -> None:
        began = time.perf_counter()
        with server as url:
            await Kimina(url).check_all(codes, 2)
            self._note("many", way, (time.perf_counter() - began) / len(codes))


async def elaborated(pool: Pool, code: str) -> None:
    header = await pool.read_header(code)
    async with pool.lease(header.modules) as worker:
        told = await worker.elaborate(worker.env, code, start=header.end)
    if not told.clean:
        raise refused(code, told.errors)


def _bare(code: str) -> str:
    """A statement without the line that tells its repetitions apart."""
    return re.sub(r"^-- \d+\n", "", code)


async def judged(ladder: Ladder, code: str, reference: str) -> None:
    found = await ladder.check(code, reference=reference)
    if not found or any(verdict.code != "proved" for verdict in found.values()):
        raise refused(code, found)


async def applied(worker: Worker, state: int, tactics: list[str]) -> None:
    made: list[int] = []
    async for index, outcome in worker.apply(state, tactics, stop_at_solved=False):
        handle = getattr(outcome, "handle", None)
        if handle is None:
            raise refused(tactics[index], outcome)
        made.append(handle)
    await worker.release(made)


MEASURES: Mapping[str, tuple[str, str, float]] = {
    "cold": ("from nothing to the answer for one theorem", "s", 1.0),
    "check": ("one small theorem, warm", "ms", 1000.0),
    "tactic": ("one tactic on a state, warm", "ms", 1000.0),
    "fifty": ("50 tactics on one state, warm", "ms", 1000.0),
    "many": ("a file of many, two jobs, starts included", "ms", 1000.0),
}


def report(times: Mapping[str, Mapping[str, list[float]]]) -> list[Figure]:
    """The figures, each compared with the worker's."""
    made: list[Figure] = []
    for measure, (what, unit, scale) in MEASURES.items():
        base = [scale * value for value in times[measure]["worker"]]
        for way, values in times[measure].items():
            compared = None if way == "worker" else base
            scaled = [scale * value for value in values]
            made.append(measured(f"{measure}: {way}", what, unit, scaled, against=compared, to="worker"))
    return made


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--every", type=int, default=1, help="only every n-th statement")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--files", type=int, default=100, help="of the measure with two jobs")
    parser.add_argument("--kimina", type=Path, help="a checkout of Kimina's server")
    figures.add_option(parser)
    options = parser.parse_args()
    sys.path.append(str(AID))
    with tempfile.TemporaryDirectory() as folder:
        comparison = Comparison(options, Path(folder))
        asyncio.run(comparison.run())
    made = report(comparison.times)
    figures.write(options.json, made, **comparison.left_out)
    print(json.dumps({"figures": [asdict(one) for one in made], "left_out": comparison.left_out}, indent=1))


if __name__ == "__main__":
    main()
