"""Compares `lean_project/compat.toml` with public sources, by text. Run by hand: no source of Lean itself is at hand.

    python tests/native/check_compat.py FOLDER [--write]

FOLDER holds clones (or bare repositories) of the repositories that the table names as evidence, each at
`OWNER+NAME/repo` or `OWNER/NAME`. They tag a commit for every version of Lean, so a name that stands in their
code at the tag of a version compiled with that version. Prints, for each name of the table, at how many tags it
was found; exits with 1 when a name is claimed for a version at whose tags nobody, of those that use it before
and after, uses it. `--write` puts the repositories in which a name was found into the table.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tomllib
from functools import cache
from pathlib import Path

TABLE = Path(__file__).parents[2] / "lean_project" / "compat.toml"


def folder_of(clones: Path, repository: str) -> Path | None:
    owner, name = repository.split("/")
    places = (clones / f"{owner}+{name}" / "repo", clones / owner / name)
    return next((place for place in places if place.is_dir()), None)


@cache
def tags(folder: Path) -> frozenset[str]:
    return frozenset(git(folder, "tag").split())


def git(folder: Path, *words: str) -> str:
    return subprocess.run(["git", "-C", str(folder), *words], capture_output=True, text=True, check=False).stdout


@cache
def text_at(folder: Path, tag: str) -> str:
    """Every Lean file of a repository at a tag."""
    return git(folder, "grep", "-h", "", tag, "--", "*.lean")


def uses(folder: Path, version: str, name: str) -> bool | None:
    """Whether the name stands in the code at the tag of this version; `None` where there is no such tag."""
    if f"v{version}" not in tags(folder):
        return None
    # The last components are enough: `open` and dot notation shorten names.
    short = name.split(".")[-1] if name.count(".") == 1 and name[0].islower() else name
    return (
        re.search(r"(?<![\w.])(?:[\w.]*\.)?" + re.escape(short) + r"(?!\w)", text_at(folder, f"v{version}")) is not None
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("clones", type=Path)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    text = TABLE.read_text(encoding="utf-8")
    table = tomllib.loads(text)
    known = {name: folder for name in table["sources"] if (folder := folder_of(options.clones, name))}
    print("not there:", ", ".join(set(table["sources"]) - set(known)) or "none")
    bad = 0
    for row in table["api"]:
        seen: dict[str, list[str]] = {}
        witnesses: set[str] = set()
        for version in table["versions"]:
            found = [name for name, folder in known.items() if uses(folder, version, row["name"])]
            seen[version] = found
            witnesses |= set(found)
        first = next((version for version, found in seen.items() if found), None)
        before = [v for v in table["versions"] if table["versions"].index(v) < table["versions"].index(row["since"])]
        wrong = [v for v in before if seen[v]]
        gaps = [v for v, found in seen.items() if not found and v not in before] if witnesses else []
        bad += bool(wrong)
        counts = " ".join(f"{len(found):2d}" for found in seen.values())
        remark = f"  USED BEFORE {row['since']}: {wrong}" if wrong else f"  unseen at {', '.join(gaps)}" if gaps else ""
        print(f"{row['name']:<46}{counts}  first {first or 'nowhere'}{remark}")
        if options.write and witnesses:
            evidence = ", ".join(f'"{name}"' for name in known if name in witnesses)
            block = re.compile(rf'(name = "{re.escape(row["name"])}"\n(?:.+\n)*?evidence = )\[.*\]')
            text = block.sub(lambda match, new=evidence: f"{match[1]}[{new}]", text, count=1)
    if options.write:
        TABLE.write_text(text, encoding="utf-8")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
