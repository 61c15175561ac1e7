"""The table of Lean's API: its form, and that it speaks of what the Bridge's sources really use."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from prover.core.errors import SetupError
from prover.lean.bundled import bundled
from prover.lean.native.compat import Compat
from prover.lean.native.version import LeanVersion
from prover.lean.sources import BridgeSources

SOURCES = bundled("lean_project")
TABLE = Compat.read(SOURCES)


def words(file: str) -> str:
    """The code of a source, comments left out."""
    text = (SOURCES / file).read_text(encoding="utf-8")
    return re.sub(r"--.*", "", re.sub(r"/-.*?-/", "", text, flags=re.DOTALL))


def mentions(code: str, name: str) -> bool:
    return re.search(r"(?<!\w)" + re.escape(name) + r"(?!\w)(?!\.Raw)", code) is not None


def test_versions_are_in_order_and_the_pinned_one_is_run() -> None:
    assert list(TABLE.versions) == sorted(TABLE.versions) and TABLE.oldest == LeanVersion(4, 24, 0)
    pinned = LeanVersion.parse((SOURCES.parent / "lean-toolchain").read_text().strip().rsplit(":", 1)[-1])
    assert pinned in TABLE.run and set(TABLE.run) <= set(TABLE.versions)


@pytest.mark.parametrize("api", TABLE.apis, ids=lambda api: api.name)
def test_every_name_of_the_table_is_used_where_it_says(api: object) -> None:
    from prover.lean.native.compat import Api

    assert isinstance(api, Api)
    short = api.name if api.name.startswith("String.") else api.name.split(".")[-1]
    assert mentions(words(api.file), short)
    assert api.since in TABLE.versions
    assert bool(api.before) == (api.since > TABLE.oldest), "an older version needs another name"


def test_what_changed_its_name_is_named_in_compat_only() -> None:
    changed = [api for api in TABLE.apis if api.before]
    assert changed
    for api in changed:
        assert api.file == "Bridge/Compat.lean" and mentions(words(api.file), api.before)
        for module in BridgeSources.read(SOURCES).files():
            if str(module) != api.file:
                assert not mentions(words(str(module)), api.name)


def test_an_older_lean_is_refused_and_a_newer_one_is_tried() -> None:
    with pytest.raises(SetupError) as caught:
        TABLE.must_suit(LeanVersion(4, 23, 0))
    assert caught.value.code == "lean_too_old" and caught.value.hint
    for version in (*TABLE.versions, LeanVersion(5, 0, 0)):
        TABLE.must_suit(version)
    remarks = {TABLE.remark(v) for v in (TABLE.run[0], TABLE.oldest, LeanVersion(5, 0, 0))}
    assert len(remarks) == 3


@pytest.mark.parametrize("text", ["", "versions = 3", "versions = ['x']\nrun = []\napi = []", "= ="])
def test_a_damaged_table_is_a_broken_installation(tmp_path: Path, text: str) -> None:
    (tmp_path / "compat.toml").write_text(text)
    with pytest.raises(SetupError):
        Compat.read(tmp_path)
