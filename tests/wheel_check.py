"""Run by `.ci/wheel` in an empty environment outside the checkout: the installed library is whole."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from pathlib import Path

import prover
from prover.lean.bundled import bundled

package = Path(prover.__file__).parent
assert package.is_relative_to(sys.prefix), f"{package} is not the installed package"
assert bundled("lean_project").is_relative_to(package)
assert bundled("agents").is_relative_to(package)
expected = Path(sys.argv[1]).read_text(encoding="utf-8").split("\n")[:-1]
places = [package.parent / name if name.startswith("prover/") else package / "_bundled" / name for name in expected]
missing = [str(place) for place in places if not place.is_file()]
assert len(expected) > 500 and not missing, missing
assert (package / "py.typed").is_file()
assert shutil.which("prove", path=str(Path(sys.executable).parent)), "the command `prove` is missing"
print(f"leap-prover is whole in {package}: {len(expected)} files")

prove = str(Path(sys.executable).parent / "prove")


def ran(*words: str) -> subprocess.CompletedProcess[str]:
    found = subprocess.run([prove, *words], capture_output=True, text=True, check=False)
    assert found.returncode == 0, (words, found.stdout, found.stderr)
    return found


# Whatever its extras, a command says what it is for.
helped = [word for line in ran("--help").stdout.partition("Commands:")[2].splitlines() for word in line.split()[:1]]
commands = [name for name in helped if (package / "cli").is_dir() and ran(name, "--help").stdout.startswith("Usage: ")]
assert {"run", "check", "bench", "session", "setup", "doctor"} <= set(commands), commands
print(f"its {len(commands)} commands say what they are for")

began = time.monotonic()
ran("setup", "-q")
print(f"the embedded Lean is there after {time.monotonic() - began:.1f} s")

example = bundled("lean_project") / "examples" / "first.lean"
began = time.monotonic()
result = json.loads(ran(str(example), "--json", "--timeout", "60", "--tree", "tree.html").stdout)
assert [target["verdict"]["code"] for target in result["targets"]] == ["proved"] * 5, result["targets"]
assert "5 of 5 proved" in Path("tree.html").read_text(encoding="utf-8")
print(f"and proves {len(result['targets'])} targets of {example.name} in {time.monotonic() - began:.1f} s")
