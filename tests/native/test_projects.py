"""Ten projects as users have them: each gets the right engine, or the message that says what to do."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from prover.cli.engine import EngineChoice, open_engine
from prover.core.errors import SetupError, UserError
from prover.lean import LeanEngine, Worker
from prover.lean.bundled import bundled
from prover.lean.native import NativeEngine
from prover.lean.process import BridgeProcess

Install = Callable[..., Path]
TOML = 'name = "sample"\n\n[[lean_lib]]\nname = "Sample"\n'
LEAN = "import Lake\nopen Lake DSL\npackage sample\nlean_lib Sample\n"
THEOREM = "theorem two_and_two : 2 + 2 = 4 := rfl\n"


def lay(root: Path, lakefile: str = TOML, toolchain: str = "leanprover/lean4:v4.28.0", **sources: str) -> Path:
    """A project; `sources` by module name, double underscores for dots. Gives the file to work on."""
    root.mkdir(parents=True, exist_ok=True)
    (root / ("lakefile.toml" if lakefile.startswith("name") else "lakefile.lean")).write_text(lakefile)
    (root / "lean-toolchain").write_text(toolchain + "\n")
    for name, text in sources.items():
        path = root.joinpath(*name.split("__")).with_suffix(".lean")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root / "Main.lean"


def opened(file: Path, choice: EngineChoice = EngineChoice.AUTO) -> LeanEngine:
    return open_engine(str(file), choice, quiet=False)


def native_in(file: Path, root: Path) -> NativeEngine:
    engine = opened(file)
    assert isinstance(engine, NativeEngine) and engine.project.root == root.resolve()
    return engine


def refused(file: Path) -> SetupError:
    with pytest.raises(SetupError) as caught:
        opened(file)
    assert "--engine embedded" in caught.value.hint
    return caught.value


async def proves(engine: LeanEngine, text: str, imports: Sequence[str] = ()) -> bool:
    """Whether the text elaborates cleanly after the imports."""
    worker = Worker(await BridgeProcess.start(engine))
    try:
        await worker.import_header(["Init", *imports])
        return (await worker.elaborate(worker.env, text, wall_seconds=60)).clean
    finally:
        await worker.close()


def lake(toolchain: Path, root: Path, *words: str) -> subprocess.CompletedProcess[str]:
    argv = [str(toolchain / "bin" / "lake"), *words]
    return subprocess.run(argv, cwd=root, capture_output=True, text=True, check=False)


async def test_lakefile_toml(install: Install, tmp_path: Path) -> None:
    install()
    assert await proves(native_in(lay(tmp_path), tmp_path), THEOREM)


def test_lakefile_lean(install: Install, tmp_path: Path) -> None:
    install()
    native_in(lay(tmp_path, LEAN), tmp_path)


def test_nested_packages(install: Install, tmp_path: Path) -> None:
    install()
    outer = lay(tmp_path)
    inner = lay(tmp_path / "inner", LEAN)
    native_in(outer, tmp_path)
    native_in(inner, tmp_path / "inner")
    fetched = lay(tmp_path / ".lake" / "packages" / "other", LEAN)
    native_in(fetched, tmp_path)


async def test_local_imports_and_module_files(install: Install, tmp_path: Path) -> None:
    """The local file is a `module`; compiled by the project's Lake it is imported, with nothing built by us."""
    toolchain = install()
    source = f"module\npublic section\n{THEOREM}"
    file = lay(tmp_path, Sample__Arithmetic=source)
    engine = native_in(file, tmp_path)
    with pytest.raises(UserError) as caught:
        await proves(engine, "", ["Sample.Arithmetic"])
    assert caught.value.code == "missing_import"
    assert caught.value.hint == f"run `lake build Sample.Arithmetic` in {engine.project.root}"
    assert lake(toolchain, tmp_path, "build", "Sample.Arithmetic").returncode == 0
    assert await proves(engine, "theorem again : 2 + 2 = 4 := two_and_two\n", ["Sample.Arithmetic"])


async def test_no_oleans_of_mathlib(install: Install, tmp_path: Path) -> None:
    install()
    file = lay(tmp_path)
    package = tmp_path / ".lake" / "packages" / "mathlib"
    lay(package, LEAN, Mathlib__Order="")
    (tmp_path / "lake-manifest.json").write_text('{"packages": [{"type": "git", "name": "mathlib"}]}')
    engine = native_in(file, tmp_path)
    with pytest.raises(UserError) as caught:
        await proves(engine, "", ["Mathlib.Order"])
    assert caught.value.hint == f"run `lake exe cache get` in {engine.project.root}"


def test_another_toolchain(install: Install, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    install()
    file = lay(tmp_path, toolchain="leanprover/lean4:v4.25.0")
    assert opened(file).name == "embedded"
    assert "v4.25.0 is not installed" in capfd.readouterr().err
    with pytest.raises(SetupError) as caught:
        opened(file, EngineChoice.NATIVE)
    assert caught.value.code == "no_toolchain"
    install("4.25.0")
    assert native_in(file, tmp_path).lean_version == "4.25.0"


def test_a_toolchain_older_than_the_bridge(install: Install, tmp_path: Path) -> None:
    install("4.9.0")
    assert refused(lay(tmp_path, toolchain="v4.9.0")).code == "lean_too_old"


def test_broken_lakefiles(install: Install, tmp_path: Path) -> None:
    install()
    toml = refused(lay(tmp_path / "toml", "name = \n"))
    assert toml.code == "lake_failed" and "lakefile.toml" in toml.message
    lean = refused(lay(tmp_path / "lean", "import Lake\nopen Lake DSL\n"))
    assert lean.code == "lake_failed" and "expected 'package'" in lean.message


async def test_a_path_with_spaces_and_unicode(install: Install, tmp_path: Path) -> None:
    install()
    root = tmp_path / "Beweise für α ≤ β"
    assert await proves(native_in(lay(root), root), THEOREM)


def test_a_symbolic_link_to_the_project(install: Install, tmp_path: Path) -> None:
    install()
    root = tmp_path / "real"
    lay(root)
    (tmp_path / "link").symlink_to(root)
    native_in(tmp_path / "link" / "Main.lean", root)


def test_no_project(install: Install, tmp_path: Path) -> None:
    install()
    assert opened(tmp_path / "F.lean").name == "embedded"
    with pytest.raises(UserError) as caught:
        opened(tmp_path / "F.lean", EngineChoice.NATIVE)
    assert caught.value.code == "no_project"
    assert opened(lay(tmp_path), EngineChoice.EMBEDDED).name == "embedded"


async def test_a_project_that_requires_our_package_builds_the_bridge_itself(install: Install, tmp_path: Path) -> None:
    install()
    file = lay(tmp_path)
    package = tmp_path / ".lake" / "packages" / "leap_prover"
    shutil.copytree(bundled("lean_project"), package / "lean_project")
    (tmp_path / "lake-manifest.json").write_text('{"packages": [{"type": "git", "name": "leap_prover"}]}')
    engine = native_in(file, tmp_path)
    assert engine.program == package / ".lake/build/bin/bridge"
    assert await proves(engine, THEOREM)
    with (package / "lean_project" / "Bridge" / "Server.lean").open("a") as stream:
        stream.write("-- another version\n")
    assert native_in(file, tmp_path).program is None
