"""The root of the Lake package: what stands in it is there, and a build of it fetches nothing."""

from __future__ import annotations

import json
import re

from prover.lean.bundled import bundled
from prover.lean.native import find_project
from prover.lean.sources import BridgeSources

SOURCES = bundled("lean_project")
ROOT = SOURCES.parent
LAKEFILE = (ROOT / "lakefile.lean").read_text(encoding="utf-8")


def test_libraries_and_executable_have_their_sources() -> None:
    assert 'srcDir := "lean_project"' in LAKEFILE
    assert set(re.findall(r"^lean_lib (\w+)", LAKEFILE, re.MULTILINE)) == {"Bridge", "CoreMath"}
    assert re.findall(r"lean_exe (\w+) where\n\s+root := `(\w+)", LAKEFILE) == [("bridge", "Native")]
    compiled = {f"Bridge.{path.stem}" for path in (SOURCES / "Bridge").glob("*.lean")}
    assert compiled == set(BridgeSources.read(SOURCES).modules)
    assert (SOURCES / "Native.lean").is_file()


def test_mathlib_is_required_on_request_only() -> None:
    before, asked = LAKEFILE.split("meta if (get_config? mathlib).isSome then")
    assert not re.search(r"^require", before, re.MULTILINE)
    assert re.findall(r"^require (\w+)", asked, re.MULTILINE) == ["mathlib"]
    pinned = (ROOT / "lean-toolchain").read_text().strip().rsplit(":", 1)[-1]
    assert f'"{pinned}"' in asked
    manifest = json.loads((ROOT / "lake-manifest.json").read_text())
    assert manifest["packages"] == [] and manifest["name"] == "leap_prover"


def test_the_package_is_a_project_of_its_own() -> None:
    found = find_project(SOURCES / "Bridge" / "Server.lean")
    assert found is not None and found.root == ROOT.resolve() and found.packages() == []
