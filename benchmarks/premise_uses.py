"""Which theorems proofs use: the data that `prove` ranks premises by, and that Recall@k is measured on.

    python benchmarks/premise_uses.py -o uses.jsonl [--inside NAME] FILE.lean ...

Elaborates the files one after the other in one environment (their imports are not looked at: what a file needs beyond
the header given stands in an earlier one) and writes a line for each theorem whose proof Lean accepted: its name, file,
the constants of its statement and the theorems its proof term mentions. What does not elaborate is left out. `--inside`
puts everything into a namespace of that name, so that old versions of what now comes with Lean can be elaborated beside
it; the namespace is taken off again in what is written.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import sys
from pathlib import Path

from prover.lean import Pool, PoolLimits, Worker
from prover.lean.bundled import bundled
from prover.lean.embedded import EmbeddedEngine
from prover.lean.source import SourceFile
from prover.lean.theorems import imported_modules, imported_theorems, own_theorems


async def main(arguments: argparse.Namespace) -> None:
    engine = EmbeddedEngine.open(bundled("lean_project"))
    limits = PoolLimits(size=1, spares=0, memory_mb=4000)
    with arguments.output.open("w", encoding="utf-8") as out:
        async with Pool(engine, limits) as pool, pool.lease(arguments.header) as worker:
            modules = [name for name, _ in await imported_modules(worker)]
            known = {p.name async for _, portion in _portions(worker, modules) for p in portion}
            env, inside = worker.env, arguments.inside
            if inside:
                env = (await worker.elaborate(env, f"namespace {inside}\n", keep=True)).env
            for path in arguments.files:
                env = await _one(worker, env, path, known, inside, arguments.seconds, out)


async def _portions(worker: Worker, modules: list[str]):
    async for done, portion in imported_theorems(worker, modules):
        yield done, portion


async def _one(worker: Worker, env: int, path: Path, known: set[str], inside: str, seconds: float, out) -> int:
    text = SourceFile.read(path).text
    header = await worker.read_header(text)
    # A file that is a module says so in its header; the commands that only modules have are taken out with it.
    body = text.encode()[header.end :].decode().replace("@[expose] public section", "").replace("public section", "")
    body = body.replace("public import", "import").replace("public ", "").replace("@[expose]", "")
    body += "\n" + _ends(body)
    made = await worker.elaborate(env, body, declarations=True, keep=True, wall_seconds=seconds)
    strip = f"{inside}." if inside else ""
    own = {p.name: p for p in await own_theorems(worker, made.env)}
    names = {p.removeprefix(strip) for p in own} | known
    count = 0
    for declaration in made.declarations:
        premise = own.get(declaration.name)
        name = declaration.name.removeprefix(strip)
        if declaration.kind != "theorem" or premise is None or declaration.hole or name in _seen:
            continue
        _seen.add(name)
        used = sorted({u.removeprefix(strip) for u in declaration.uses} & names - {name})
        count += 1
        row = {"name": name, "file": str(path), "symbols": premise.conclusion, "around": premise.context, "uses": used}
        out.write(json.dumps(row, ensure_ascii=False) + "\n")
    out.flush()
    failed = sum(c.failed for c in made.commands)
    print(f"{path}: {count} theorems, {failed} of {len(made.commands)} commands failed", file=sys.stderr)
    await worker.release(envs=[env] if env != worker.env else [])
    return made.env


def _ends(text: str) -> str:
    """What closes the scopes that are open at the end of a file; the next one must not stand in them."""
    open_scopes: list[str] = []
    for word, name in re.findall(r"^(?:noncomputable )?(namespace|section|end)\b[ \t]*([\w.«»]*)", text, re.MULTILINE):
        if word != "end":
            open_scopes.append(name)
        elif open_scopes:
            open_scopes.pop()
    return "".join(f"end {name}\n" for name in reversed(open_scopes))


_seen: set[str] = set()

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("-o", "--output", type=Path, required=True)
    parser.add_argument("--inside", default="")
    parser.add_argument("--header", nargs="*", default=["Init", "Std"], help="modules to import")
    parser.add_argument("--seconds", type=float, default=280.0, help="limit for one file")
    asyncio.run(main(parser.parse_args()))
