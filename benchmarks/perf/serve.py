"""What HTTP costs beside checking, and whether a server stays right, bounded and fair under many clients.

    python benchmarks/perf/serve.py --rounds 3 --items 200

`throughput`: checks a second of a warm `prove serve --jobs 2` that is asked for `--items` small files at once, each
in a request of its own, over that of `prove check FILE.jsonl --jobs 2` on the same files; both over the last three
quarters of the answers, so that starts do not count (a canary in between does, for the command). Every answer must
have its own id, its own target and the right verdict, and none may be lost.
`hostile`: seconds of the same while others send garbage, 10 MB, half requests, and leave in the middle, over those
without. `full`: how many of the items a server with a queue of 20 answers, and how many it sends away. Exit status 1
where an answer is wrong or missing, a process is left, or the server's own memory grows from round to round. Prints
one JSON document.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import figures
import httpx
import psutil

from prover.events import read_events

_COMMAND = "import sys; from prover.cli.app import run; sys.exit(run())"
_MIB = 2**20
#: Items before the first round, which do not count.
_WARMING = 40
#: Small statements with proofs of several kinds; `{}` is the item's number.
_KINDS = (
    ("theorem t{} (n : Nat) : n + {} = {} + n", "Nat.add_comm n {}"),
    ("theorem t{} (a b c : Nat) (h : a < b) (k : b ≤ c) : a + 1 ≤ c + {}", "by omega"),
    ("theorem t{} (xs ys : List Nat) : (xs ++ ys).length + {} = ys.length + xs.length + {}", "by simp [Nat.add_comm]"),
    ("theorem t{} (p q : Prop) (hp : p) (hq : q) : p ∧ q ∧ {} = {}", "⟨hp, hq, rfl⟩"),
)


@dataclass
class Server:
    """A server process and its address."""

    process: subprocess.Popen[str]
    url: str

    def memory_mb(self) -> float:
        """Resident memory of the server's own process."""
        return psutil.Process(self.process.pid).memory_info().rss / _MIB


def _figures(report: dict[str, Any]) -> list[figures.Figure]:
    served, checked, hostile = report["served_per_second"], report["checked_per_second"], report["hostile"]["rounds"]
    calm = "without those"
    return [
        figures.measured("checks served", "two jobs", "a second", served, against=checked, to="`prove check`"),
        figures.measured(
            "time beside hostile clients", "of the same checks", "x", [1 / one for one in hostile], to=calm
        ),
        figures.measured("memory", "the server's own process", "MiB", report["server_mb"]),
    ]


def main() -> None:
    options = _options()
    items = [_item(number) for number in range(options.items)]
    with tempfile.TemporaryDirectory() as place:
        source = Path(place) / "items.jsonl"
        source.write_text("".join(json.dumps(_record(item)) + "\n" for item in items), encoding="utf-8")
        report = asyncio.run(_measured(options, items, source))
    print(json.dumps(report, indent=1))
    figures.write(options.json, _figures(report))
    raise SystemExit(0 if report["sound"] else 1)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--items", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=3)
    figures.add_option(parser)
    return parser.parse_args()


def _item(number: int) -> dict[str, str]:
    statement, proof = _KINDS[number % len(_KINDS)]
    # Every fifth is wrong: what comes back shows whose answer it is.
    wrong = number % 5 == 4
    goal = statement.replace("{}", str(number))
    return {
        "id": str(number),
        "submission": f"{goal} := {'trivial' if wrong else proof.replace('{}', str(number))}\n",
        "reference": f"{goal} := sorry\n",
        "expected": "elaboration_error" if wrong else "proved",
    }


def _record(item: dict[str, str]) -> dict[str, str]:
    return {"name": item["id"], "submission": item["submission"], "reference": item["reference"]}


async def _measured(options: argparse.Namespace, items: list[dict[str, str]], source: Path) -> dict[str, Any]:
    served: list[float] = []
    checked: list[float] = []
    beside: list[float] = []
    memory: list[float] = []
    problems: list[str] = []
    with _server("--jobs", "2", "--queue", "200") as server:
        await _asked(server, items[:_WARMING], problems)
        for _ in range(options.rounds):
            taken = await _asked(server, items, problems)
            memory.append(server.memory_mb())
            other = _checked(source, items, problems)
            disturbed = await _disturbed(server, items, problems)
            served.append(taken)
            checked.append(other)
            beside.append(taken / disturbed)
            memory.append(server.memory_mb())
    with _server("--jobs", "2", "--queue", "20") as server:
        answered, refused = await _full(server, items, problems)
    ratios = [one / other for one, other in zip(served, checked, strict=True)]
    grown = memory[-1] - memory[0]
    return {
        "items": len(items),
        "served_per_second": _rounded(served),
        "checked_per_second": _rounded(checked),
        "throughput": {"median": round(statistics.median(ratios), 3), "rounds": _rounded(ratios)},
        "hostile": {"median": round(statistics.median(beside), 3), "rounds": _rounded(beside)},
        "full": {"answered": answered, "told_to_come_again": refused},
        "server_mb": _rounded(memory),
        "problems": problems[:20],
        "sound": not problems and grown < 100 and answered + refused == len(items),
    }


def _rounded(values: list[float]) -> list[float]:
    return [round(value, 3) for value in values]


@contextmanager
def _server(*words: str) -> Iterator[Server]:
    process = subprocess.Popen(
        [sys.executable, "-c", _COMMAND, "serve", "--engine", "embedded", "--port", "0", "-q", *words],
        stdout=subprocess.PIPE,
        text=True,
        env=_environment(),
    )
    try:
        assert process.stdout is not None
        found = re.search(r"http://\S+", process.stdout.readline())
        assert found is not None, "the server did not start"
        yield Server(process, found[0])
        lean = psutil.Process(process.pid).children(recursive=True)
        process.send_signal(signal.SIGTERM)
        assert process.wait(120) == 0, "the server did not end as it should"
        assert not psutil.wait_procs(lean, timeout=30)[1], "a process was left"
    finally:
        process.kill()


def _environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name != "PROVER_SERVE_KEY"}


async def _asked(server: Server, items: list[dict[str, str]], problems: list[str]) -> float:
    """Asks for all items at once, each in a request of its own; answers a second."""
    limits = httpx.Limits(max_connections=len(items))
    moments: list[float] = []

    async def asked(client: httpx.AsyncClient, item: dict[str, str]) -> str:
        problem = await _one(client, item)
        moments.append(time.perf_counter())
        return problem

    async with httpx.AsyncClient(base_url=server.url, timeout=600, limits=limits) as client:
        found = await asyncio.gather(*(asked(client, item) for item in items))
    problems += [problem for problem in found if problem]
    return _rate(moments)


def _rate(moments: list[float]) -> float:
    """Answers a second, the first quarter of them left out."""
    counted = sorted(moments)[len(moments) // 4 :]
    return (len(counted) - 1) / max(counted[-1] - counted[0], 1e-9)


async def _one(client: httpx.AsyncClient, item: dict[str, str]) -> str:
    wanted = {name: item[name] for name in ("id", "submission", "reference")}
    response = await client.post("/v1/check", json={"items": [wanted]})
    if response.status_code != 200:
        return f"{item['id']}: {response.status_code}"
    [found] = response.json()["items"]
    own = item["expected"] != "proved" or list(found["verdicts"]) == [f"t{item['id']}"]
    right = found["id"] == item["id"] and found["code"] == item["expected"] and own
    return "" if right else f"{item['id']}: {found['id']} {found['code']}"


def _checked(source: Path, items: list[dict[str, str]], problems: list[str]) -> float:
    """The command's results a second."""
    results = source.with_name("results.jsonl")
    results.unlink(missing_ok=True)
    words = ["check", str(source), "--jobs", "2", "--engine", "embedded", "--json", "-q", "-o", str(results)]
    done = subprocess.run([sys.executable, "-c", _COMMAND, *words], capture_output=True, text=True, env=_environment())
    codes = {item["name"]: item["code"] for item in json.loads(done.stdout)["items"]}
    problems += [f"command: {item['id']}" for item in items if codes.get(item["id"]) != item["expected"]]
    moments = [event.time for event in read_events(results) if event.kind == "ItemJudged"]
    return _rate(moments)


async def _disturbed(server: Server, items: list[dict[str, str]], problems: list[str]) -> float:
    """As `_asked`, with others around that mean no good."""
    hostile = asyncio.create_task(_hostile(server))
    try:
        return await _asked(server, items, problems)
    finally:
        hostile.cancel()
        await asyncio.gather(hostile, return_exceptions=True)


async def _hostile(server: Server) -> None:
    host, port = server.url.removeprefix("http://").split(":")
    big = b'{"items": "' + b"x" * 10_000_000 + b'"}'
    async with httpx.AsyncClient(base_url=server.url, timeout=30) as client:
        while True:
            with suppress(httpx.HTTPError, OSError):
                await client.post("/v1/check", content=b"\x00garbage")
                await client.post("/v1/check", content=big)
                await client.post("/api/check", json={"snippets": [{"id": "1", "code": "("}], "timeout": 0})
                _, writer = await asyncio.open_connection(host, int(port))
                writer.write(b"POST /v1/check HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n{")
                await writer.drain()
                await asyncio.sleep(0.2)
                writer.close()
                await client.post("/v1/check", json={"items": [_record_of_a_leaver()]}, timeout=0.1)
            await asyncio.sleep(0.5)


def _record_of_a_leaver() -> dict[str, Any]:
    return {"submission": "theorem t : 1 = 1 := rfl", "seconds": 30}


async def _full(server: Server, items: list[dict[str, str]], problems: list[str]) -> tuple[int, int]:
    """How many of all items at once are answered, and how many told 429, where fewer may wait."""
    wrong: list[str] = []
    await _asked(server, items, wrong)
    refused = [problem for problem in wrong if problem.endswith(": 429")]
    problems += [problem for problem in wrong if not problem.endswith(": 429")]
    return len(items) - len(refused), len(refused)


if __name__ == "__main__":
    main()
