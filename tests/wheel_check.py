"""Run by `.ci/wheel` in an empty environment outside the checkout: the installed library is whole."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import prover
from prover.lean.bundled import bundled

package = Path(prover.__file__).parent
assert package.is_relative_to(sys.prefix), f"{package} is not the installed package"
assert bundled("lean_project").is_relative_to(package)
for name in ("Main.lean", "Pack.lean", "Bridge/Server.lean", "CoreMath.lean", "CoreMath/Set.lean"):
    assert (bundled("lean_project") / name).is_file(), name
assert bundled("agents").is_relative_to(package)
for name in ("agent.toml", "prompts/system.md.j2", "prompts/user.md.j2"):
    assert (bundled("agents") / "tactic" / "chat" / name).is_file(), name
assert (package / "lean" / "embedded" / "host" / "process.js").is_file()
assert (package / "py.typed").is_file()
assert shutil.which("prove", path=str(Path(sys.executable).parent)), "the command `prove` is missing"
print(f"leap-prover is whole in {package}")

example = bundled("lean_project") / "examples" / "first.lean"
command = [str(Path(sys.executable).parent / "prove"), str(example), "--json", "--timeout", "60", "--tree", "tree.html"]
ran = subprocess.run(command, capture_output=True, text=True, check=False)
assert ran.returncode == 0, ran.stderr
result = json.loads(ran.stdout)
assert [target["verdict"]["code"] for target in result["targets"]] == ["proved"] * 5, result["targets"]
assert "5 of 5 proved" in Path("tree.html").read_text(encoding="utf-8")
print(f"and proves {len(result['targets'])} targets of {example.name}")
