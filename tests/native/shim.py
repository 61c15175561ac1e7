"""Stands in for the programs of a native toolchain, `lean`, `lake` and a built `bridge`, by the name it is called by.

Underneath is the embedded Lean: what is elaborated is elaborated by a real Lean. Standard library only, and
started with `-I -S`: its own start counts in measurements. `shim.json` beside it, written by `toolchain.py`:
`version`, `commit`, `argv` (how to run the embedded Lean, `@SCRATCH@` for the folder it may write to), `bridge`
(how to run the embedded Bridge) and `known` (SHA-256 of sources that the embedded Lean has compiled before).
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
SCRATCH = "@SCRATCH@"
OUT_OF_MEMORY = 112


def settings() -> dict[str, Any]:
    return json.loads((HERE / "shim.json").read_text(encoding="utf-8"))


def search_path() -> list[str]:
    return [part for part in os.environ.get("LEAN_PATH", "").split(os.pathsep) if part]


def world(argv: list[str], scratch: str, folders: list[str]) -> list[str]:
    """The command line with its scratch folder in place, and with `folders` to be read and searched."""
    found: list[str] = []
    for word in argv:
        word = word.replace(SCRATCH, scratch)
        if word.startswith("{"):
            config = json.loads(word)
            for index, folder in enumerate(folders):
                at = f"/lean/project/{index}"
                config["roots"].append({"at": at, "path": folder, "writable": False, "trusted": False})
                config["env"]["LEAN_PATH"] += f":{at}"
            word = json.dumps(config)
        elif word.startswith("--allow-fs-read=") and not any(w.startswith("--allow-fs-read=") for w in found):
            found += [f"--allow-fs-read={folder}" for folder in folders]
        found.append(word)
    return found


def run(argv: list[str]) -> int:
    """Runs a program on this process's own standard streams; its exit status, signals as a shell gives them."""
    pid = os.posix_spawn(argv[0], argv, {})
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    if status == OUT_OF_MEMORY:
        sys.stderr.write("INTERNAL PANIC: out of memory\n")
        return 1
    return status if status >= 0 else 128 - status


def folders_but(hidden: str) -> list[str]:
    return [os.path.realpath(part) for part in search_path() if part != hidden and os.path.isdir(part)]


def start_bridge(main: str, hidden: str) -> int:
    if not any(os.path.isfile(os.path.join(part, "Bridge", "Server.olean")) for part in search_path()):
        sys.stderr.write(f"{main}:1:0: error: unknown module prefix 'Bridge'\n")
        return 1
    return run(world(settings()["bridge"], os.getcwd(), folders_but(hidden)))


def compile_source(source: str, out: str) -> int:
    """`lean -o OUT SOURCE`: the very sources that the embedded Lean has compiled before are not elaborated again."""
    import hashlib
    import shutil
    import tempfile

    data = Path(source).read_bytes()
    if hashlib.sha256(data).hexdigest() in settings()["known"]:
        for line in data.decode().splitlines():
            if line.startswith("import Bridge."):
                module = line.split()[1].replace(".", "/") + ".olean"
                if not any(os.path.isfile(os.path.join(part, module)) for part in search_path()):
                    sys.stdout.write(f"{source}:1:0: error: object file '{module}' does not exist\n")
                    return 1
        Path(out).write_bytes(b"compiled by the embedded Lean before\n")
        return 0
    with tempfile.TemporaryDirectory() as scratch:
        name = Path(source).name
        shutil.copyfile(source, Path(scratch) / name)
        words = ["-o", "/scratch/new.olean", f"/scratch/{name}"]
        status = run(world(settings()["argv"], os.path.realpath(scratch), folders_but("")) + words)
        for made in Path(scratch).glob("new.*"):
            shutil.copyfile(made, Path(out).with_name(Path(out).stem + made.name.removeprefix("new")))
        return status


def lean(words: list[str]) -> int:
    if words == ["--version"]:
        known = settings()
        version, commit = known["version"], known["commit"]
        sys.stdout.write(f"Lean (version {version}, x86_64-unknown-linux-gnu, commit {commit}, Release)\n")
        return 0
    if "--run" in words:
        main, *rest = words[words.index("--run") + 1 :]
        return start_bridge(main, rest[0])
    out = words[words.index("-o") + 1] if "-o" in words else ""
    return compile_source(words[-1], out)


def broken(lakefile: str) -> str:
    """What is wrong with a lakefile, as far as this can tell."""
    text = Path(lakefile).read_text(encoding="utf-8")
    if lakefile.endswith(".toml"):
        import tomllib

        try:
            tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            return str(error)
        return ""
    return "" if "package" in text else "unexpected end of input; expected 'package'"


def bridge(words: list[str]) -> int:
    """The executable of our package: it needs no compiled modules beside it."""
    return run(world(settings()["bridge"], os.getcwd(), folders_but(words[0])))


def lake(words: list[str]) -> int:
    lakefile = next((name for name in ("lakefile.lean", "lakefile.toml") if os.path.isfile(name)), None)
    wrong = broken(lakefile) if lakefile else ""
    if wrong:
        sys.stderr.write(f"error: ./{lakefile}: {wrong}\n")
        return 1
    root = os.getcwd()
    packages = sorted(Path(root, ".lake", "packages").glob("*"))
    folders = [Path(root), *packages]
    environment = {
        "LEAN_SYSROOT": str(HERE.parent),
        "LEAN_PATH": os.pathsep.join(str(folder / ".lake/build/lib/lean") for folder in folders),
        "LEAN_SRC_PATH": os.pathsep.join(map(str, folders)),
        "PATH": f"{HERE}{os.pathsep}{os.environ.get('PATH', '')}",
    }
    if words[:1] == ["env"]:
        if len(words) > 1:
            os.execvpe(words[1], words[1:], {**os.environ, **environment})
        sys.stdout.writelines(f"{name}={value}\n" for name, value in environment.items())
        return 0
    if words[:1] == ["build"]:
        os.environ.update(environment)
        if words[1:] == ["leap_prover/bridge"]:
            program = Path(root, ".lake/packages/leap_prover/.lake/build/bin/bridge")
            program.parent.mkdir(parents=True, exist_ok=True)
            program.unlink(missing_ok=True)
            program.symlink_to(HERE / "lean")
            return 0
        for module in words[1:]:
            out = Path(root, ".lake/build/lib/lean", *module.split(".")).with_suffix(".olean")
            out.parent.mkdir(parents=True, exist_ok=True)
            status = compile_source(str(Path(root, *module.split(".")).with_suffix(".lean")), str(out))
            if status:
                return status
        return 0
    sys.stderr.write(f"error: unknown command '{words[:1]}'\n")
    return 1


if __name__ == "__main__":
    program = Path(sys.argv[0]).name
    sys.exit({"lean": lean, "lake": lake, "bridge": bridge}[program](sys.argv[1:]))
