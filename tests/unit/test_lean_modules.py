"""Finding the user's own modules: roots, source folders, order, and what is said when there is none."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from prover.core.errors import UserError
from prover.core.message import Message, Severity
from prover.lean.header import HeaderInfo, Import
from prover.lean.modules import Module, Project, compiled_path, components, find_modules

TOOLCHAIN = {"Init", "Std.Data.HashMap"}


@pytest.fixture(name="tmp_path")
def resolved(tmp_path: Path) -> Path:
    """Without links on the way, as a project's folders are given."""
    return tmp_path.resolve()


async def read_header(text: str) -> HeaderInfo:
    """Stands for Lean's parser."""
    names = [] if text.startswith("prelude") else ["Init"]
    names += re.findall(r"^import (\S+)$", text, re.M)
    messages = (Message(Severity.ERROR, "unexpected token"),) if "import !" in text else ()
    return HeaderInfo(tuple(Import(name) for name in names), 0, False, messages)


def write(folder: Path, files: Mapping[str, str]) -> None:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


async def find(folder: Path, *imports: str) -> tuple[Module, ...]:
    return await find_modules(
        imports,
        Project.around(folder),
        TOOLCHAIN.__contains__,
        lambda module: module.split(".")[0] in ("Init", "Std"),
        read_header,
        importer="F.lean",
    )


async def test_modules_come_after_those_they_import(tmp_path: Path) -> None:
    files = {"A.lean": "import B.C\nimport D\n", "B/C.lean": "import D\nimport Init\n", "D.lean": ""}
    write(tmp_path, files)
    found = await find(tmp_path, "Init", "A", "D")
    assert [module.name for module in found] == ["D", "B.C", "A"]
    assert [module.local_imports for module in found] == [(), ("D",), ("B.C", "D")]
    assert [module.source.text for module in found] == ["", files["B/C.lean"], files["A.lean"]]


async def test_a_missing_module_is_named_with_the_chain_that_leads_to_it(tmp_path: Path) -> None:
    write(tmp_path, {"A.lean": "import B.C\n", "B/C.lean": "import Gone.Away\n"})
    with pytest.raises(UserError, match=r"F\.lean -> A -> B\.C -> Gone\.Away") as raised:
        await find(tmp_path, "A")
    assert raised.value.code == "missing_import"
    assert str(tmp_path) in raised.value.message
    with pytest.raises(UserError) as raised:
        await find(tmp_path, "Mathlib.Tactic")
    assert raised.value.code == "mathlib_on_embedded"


async def test_a_circle_of_imports_is_shown_from_where_it_begins(tmp_path: Path) -> None:
    write(tmp_path, {"A.lean": "import B\n", "B.lean": "import C\n", "C.lean": "import B\n", "S.lean": "import S\n"})
    with pytest.raises(UserError, match=r"circle: B -> C -> B$") as raised:
        await find(tmp_path, "A")
    assert raised.value.code == "import_cycle"
    with pytest.raises(UserError, match=r"circle: S -> S$"):
        await find(tmp_path, "S")


async def test_a_module_must_not_pass_for_one_of_leans(tmp_path: Path) -> None:
    write(tmp_path, {"Std/Evil.lean": "", "Init.lean": "axiom no : False"})
    with pytest.raises(UserError) as raised:
        await find(tmp_path, "Std.Evil")
    assert raised.value.code == "module_name"
    assert await find(tmp_path, "Init") == ()


@pytest.mark.parametrize(("text", "code"), [("prelude\n", "prelude"), ("import !\n", "parse_header")])
async def test_headers_that_cannot_stand(tmp_path: Path, text: str, code: str) -> None:
    write(tmp_path, {"A.lean": text})
    with pytest.raises(UserError) as raised:
        await find(tmp_path, "A")
    assert raised.value.code == code


async def test_a_name_does_not_lead_out_of_the_project(tmp_path: Path) -> None:
    write(tmp_path, {"secret.lean": "", "p/lean-toolchain": "", "p/A.lean": ""})
    for name in ("«..».secret", "«../secret»", f"«{tmp_path}/secret»", "«a\\..\\secret»", "«»"):
        with pytest.raises(UserError) as raised:
            await find(tmp_path / "p", name)
        assert raised.value.code == "missing_import"


async def test_unicode_and_spaces(tmp_path: Path) -> None:
    folder = tmp_path / "mein Entwurf ∀"
    write(folder, {"Größe/ein Satz.lean": "", "A.lean": ""})
    found = await find(folder, "Größe.«ein Satz»")
    assert found[0].source.path == folder / "Größe" / "ein Satz.lean"
    assert components("Größe.«ein Satz»") == ("Größe", "ein Satz")
    assert compiled_path("Größe.«ein.Satz»") == Path("Größe") / "ein.Satz.olean"


async def test_the_root_is_the_nearest_folder_that_says_so(tmp_path: Path) -> None:
    write(tmp_path, {"lakefile.lean": "#eval IO.println 1", "A.lean": "-- outer", "sub/deep/A.lean": "-- deep"})
    assert Project.around(tmp_path / "sub" / "deep").root == tmp_path
    assert (await find(tmp_path / "sub" / "deep", "A"))[0].source.text == "-- outer"
    write(tmp_path, {"sub/lean-toolchain": "", "sub/deep/B.lean": "-- B"})
    assert Project.around(tmp_path / "sub" / "deep").root == tmp_path / "sub"
    # What a lakefile.lean says of source folders is not known: the folders down to the file are looked through.
    assert (await find(tmp_path / "sub" / "deep", "B"))[0].source.text == "-- B"


def test_a_folder_that_no_lakefile_claims_is_its_own_root(tmp_path: Path) -> None:
    assert Project.around(tmp_path / "a").folders == (tmp_path / "a",)


async def test_source_folders_of_a_lakefile_toml(tmp_path: Path) -> None:
    lakefile = 'name = "p"\nsrcDir = "src"\n[[lean_lib]]\nname = "L"\nsrcDir = "lib"\n[[lean_lib]]\nname = "M"\n'
    write(tmp_path, {"lakefile.toml": lakefile, "src/lib/L.lean": "-- L", "src/M.lean": "-- M", "src/L.lean": "-- no"})
    assert [module.source.text for module in await find(tmp_path, "L", "M")] == ["-- L", "-- M"]
    write(tmp_path, {"lakefile.toml": "srcDir = 3\nlean_lib = 'x'\n"})
    assert Project.around(tmp_path).folders == (tmp_path,)
    write(tmp_path, {"lakefile.toml": "srcDir = "})
    with pytest.raises(UserError) as raised:
        Project.around(tmp_path)
    assert raised.value.code == "bad_lakefile"
