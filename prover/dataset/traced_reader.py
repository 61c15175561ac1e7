"""The process that reads a repository traced by LeanDojo: `python -m prover.dataset.traced_reader FOLDER`.

Prints one theorem a line, in the form that LeanDojo's data sets have them in, and a line for each file that the package
cannot read; of such a file the theorems before the fault are there. Run by `prover.dataset.traced`, which
says why it is a process.
"""

from __future__ import annotations

import configparser
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

from prover.dataset.traced import FAULT

#: Where the traces of other packages stand; a repository's own are in `.lake/build`.
_PACKAGES = (".lake", "packages")
_NETWORK = frozenset({"socket.connect", "socket.sendto", "socket.sendmsg", "socket.getaddrinfo", "socket.bind"})


@dataclass(frozen=True)
class _Repository:
    """What LeanDojo's own class for a repository is asked for here; that one would look itself up on the network."""

    url: str
    commit: str
    name: str
    root: Path


@dataclass(frozen=True)
class _Traced:
    repo: _Repository
    dependencies: dict[str, _Repository] = field(default_factory=dict[str, _Repository])


def main(folder: Path) -> int:
    sys.addaudithook(_refuse)
    # What the package prints on import is not ours.
    out, sys.stdout = sys.stdout, sys.stderr
    traced_file = import_module("lean_dojo.data_extraction.traced_data").TracedFile
    repository = _repository(folder)
    for trace in _traces(folder):
        try:
            for theorem in _theorems(traced_file, trace, repository):
                out.write(json.dumps(theorem) + "\n")
        except Exception as error:
            words = " ".join(str(error).split()) or type(error).__name__
            out.write(json.dumps({FAULT: f"{trace.relative_to(folder)}: {words}"}) + "\n")
    out.flush()
    return 0


def _refuse(event: str, arguments: tuple[Any, ...]) -> None:
    if event in _NETWORK:
        raise PermissionError(f"no network here ({event})")


def _traces(folder: Path) -> list[Path]:
    """The traces of the repository's own files; the XML, which is made of the other, where there are both."""
    found: dict[Path, Path] = {}
    for pattern in ("*.ast.json", "*.trace.xml"):
        for trace in folder.rglob(pattern):
            if trace.relative_to(folder).parts[:2] != _PACKAGES:
                found[trace.with_suffix("").with_suffix("")] = trace
    return [found[name] for name in sorted(found)]


def _theorems(traced_file: Any, trace: Path, repository: _Repository) -> Iterator[dict[str, Any]]:
    read = traced_file.from_xml if trace.suffix == ".xml" else traced_file.from_traced_file
    file = read(repository.root, trace, repository)
    file.traced_repo = _Traced(repository)
    for theorem in file.get_traced_theorems():
        yield {
            "url": repository.url,
            "commit": repository.commit,
            "file_path": str(theorem.theorem.file_path),
            "full_name": theorem.theorem.full_name,
            "start": list(theorem.start),
            "end": list(theorem.end),
            "traced_tactics": [
                {
                    "tactic": tactic.tactic,
                    "annotated_tactic": tactic.get_annotated_tactic(),
                    "state_before": tactic.state_before,
                    "state_after": tactic.state_after,
                }
                for tactic in theorem.get_traced_tactics()
                if tactic.state_before != "no goals" and "·" not in tactic.tactic
            ],
        }


def _repository(folder: Path) -> _Repository:
    """Url and commit as Git has them in its files; empty where it does not."""
    git = folder / ".git"
    try:
        head = (git / "HEAD").read_text().strip()
        commit = (git / head.removeprefix("ref: ")).read_text().strip() if head.startswith("ref: ") else head
    except OSError:
        commit = ""
    return _Repository(_origin(git / "config"), commit, folder.name, folder)


def _origin(config: Path) -> str:
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    try:
        parser.read(config)
        return parser.get('remote "origin"', "url", fallback="")
    except configparser.Error:
        return ""


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
