"""How a session feels: from a key to the screen while a search runs, and a typed tactic against the Bridge itself.

    python benchmarks/perf/session.py --keys 200 --tactics 20 [--screen]

Keys are typed into `prove session` in a pseudo-terminal of 80 columns, one after the other, while `auto` searches a
proof that it will not find; each is timed until the screen shows it. Then, in this process, each tactic is run on the
same goal twice, in turn first: as a typed line (read, run, written to the journal, saved in the file) and as one call
of the Bridge. `--screen` prints the screen as it stood. The machine's other work is in all of these; the ratio says
more than the milliseconds. The Lean processes of the terminal's session run at a nice value of 10, and so behind the
program that shows the screen.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

import figures
import pexpect
import psutil

sys.path.insert(0, str(Path(__file__).parents[2] / "tests" / "unit"))
from terminal_screen import TerminalScreen

_COMMAND = "import sys; from prover.cli.app import run; sys.exit(run())"
_HARD = "theorem hard (a b c : Nat) (h : 0 < a * b * c) : a * a * a + b * b * b ≠ c * c * c := by\n  sorry\n"
_TACTICS = "theorem t (a b c : Nat) (h : a < b) (k : b < c) : a + b + c < 2 * c + b := by\n  sorry\n"
_SECONDS = 300.0


class Terminal:
    """The command in a pseudo-terminal, and what it shows."""

    def __init__(self, path: Path) -> None:
        self.screen = TerminalScreen(24, 80)
        environment = {**os.environ, "TERM": "xterm-256color"}
        self.child = pexpect.spawn(
            sys.executable,
            ["-c", _COMMAND, "session", str(path)],
            env=environment,
            encoding="utf-8",
            dimensions=(24, 80),
        )
        self.child.delaybeforesend = None

    def nice_workers(self) -> None:
        """Puts the Lean processes that there are behind the program that shows the screen."""
        for worker in psutil.Process(self.child.pid).children(recursive=True):
            with suppress(psutil.Error):
                worker.nice(10)

    def until(self, *texts: str) -> float:
        """Seconds until all of them stand on the screen."""
        began = time.monotonic()
        while not all(text in self.screen.text for text in texts):
            if time.monotonic() - began > _SECONDS:
                raise TimeoutError(f"{texts} is not on\n{self.screen.text}")
            try:
                self.screen.feed(self.child.read_nonblocking(65536, timeout=0.5))
            except pexpect.TIMEOUT:
                continue
        return time.monotonic() - began


def _figures(keys: dict[str, float], ratios: dict[str, float]) -> list[figures.Figure]:
    typed, count, ratio = ratios["typed_ms_median"], int(ratios["tactics"]), ratios["typed_over_bridge"]
    return [
        figures.single(
            "a key", "until it stands on the screen, a search beside it", "ms", keys["key_ms_median"], int(keys["keys"])
        ),
        figures.single(
            "a tactic typed", "until it is answered and saved", "ms", typed, count, ratio, "one call of the Bridge"
        ),
    ]


def main() -> None:
    options = _options()
    with tempfile.TemporaryDirectory() as folder:
        keys, shown = _keys(Path(folder), options.keys)
        ratios = asyncio.run(_tactics(Path(folder), options.tactics))
    if options.screen:
        print(shown)
    print(json.dumps({**keys, **ratios}, indent=1))
    figures.write(options.json, _figures(keys, ratios))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--keys", type=int, default=200)
    parser.add_argument("--tactics", type=int, default=20)
    parser.add_argument("--screen", action="store_true", help="print the screen too")
    figures.add_option(parser)
    return parser.parse_args()


def _keys(folder: Path, count: int) -> tuple[dict[str, float], str]:
    path = folder / "Hard.lean"
    path.write_text(_HARD)
    terminal = Terminal(path)
    terminal.until("hard: 1 goal", "suggestions that Lean accepts")
    terminal.child.send("auto 600\r")
    terminal.until("searching in the background")
    terminal.nice_workers()
    times: list[float] = []
    line = ""
    for number in range(count):
        if len(line) == 20:
            terminal.nice_workers()
            terminal.child.send("\x15")
            while f"> {line[:2]}" in terminal.screen.text.splitlines()[-2]:
                terminal.until("searching in the background")
                terminal.screen.feed(terminal.child.read_nonblocking(65536, timeout=5))
            line = ""
        key = "abcdefghijklmnopqrstuvwxyz"[number % 26]
        line += key
        terminal.child.send(key)
        times.append(1000 * terminal.until(f"> {line}"))
    shown = terminal.screen.text
    searching = "searching in the background" in shown
    terminal.child.close(force=True)
    ordered = sorted(times)
    return {
        "keys": count,
        "search_still_running": searching,
        "key_ms_median": round(statistics.median(ordered), 1),
        "key_ms_p95": round(ordered[int(0.95 * (len(ordered) - 1))], 1),
        "key_ms_worst": round(ordered[-1], 1),
    }, shown


async def _tactics(folder: Path, count: int) -> dict[str, float]:
    from prover import AsyncProver
    from prover.session import desk
    from prover.session.front import Front

    path = folder / "T.lean"
    path.write_text(_TACTICS)
    typed: list[float] = []
    bridge: list[float] = []
    async with AsyncProver(engine="embedded", jobs=2) as prover:
        front = Front(await desk.begin(prover, path, "", apart=True))
        state = await front.desk.hands.state(front.desk.now, ())

        async def alone(tactic: str) -> None:
            began = time.perf_counter()
            live = await state.proof.runner.live(state.handle)
            async for _ in state.proof.bench.worker.apply(live, [tactic]):
                pass
            bridge.append(time.perf_counter() - began)

        async def in_session(tactic: str) -> None:
            began = time.perf_counter()
            answer = await front.answer(tactic)
            typed.append(time.perf_counter() - began)
            assert answer.accepted, answer
            await front.answer("undo")

        for number in range(count):
            tactic = f"have h{number} : a + {number} < c + {number} := by omega"
            for way in (alone, in_session) if number % 2 else (in_session, alone):
                await way(tactic)
        await front.close()
    return {
        "tactics": count,
        "bridge_ms_median": round(1000 * statistics.median(bridge), 1),
        "typed_ms_median": round(1000 * statistics.median(typed), 1),
        "typed_over_bridge": round(statistics.median(typed) / statistics.median(bridge), 2),
    }


if __name__ == "__main__":
    main()
