"""The fenced blocks of the README and of docs/, and the shell commands in them.

An HTML comment directly above a fence, invisible to readers, tells the tests of a block:

    <!-- not run: needs a GPU -->       not run, and why
    <!-- file: swap.lean -->            on a page that is played: its text is this file
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import typer
from markdown_it import MarkdownIt

from prover.cli.app import app, with_default_command

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
_COMMENT = re.compile(r"<!--\s*(not run|file):\s*(.*?)\s*-->", re.DOTALL)
_ASSIGNED = re.compile(r"\w+=")
#: What ends a command within a line, or sends its output elsewhere.
_SHELL = re.compile(r"[|><;&$`]")


@dataclass(frozen=True)
class Block:
    """A fenced block: its page as from the root, its line, its language, and what the comment above it says."""

    page: str
    line: int
    language: str
    text: str
    not_run: str = ""
    file: str = ""

    def __str__(self) -> str:
        return f"{self.page}:{self.line} ({self.language})"


@dataclass(frozen=True)
class Command:
    """A command of a block, the lines that belong to it joined; `shown`: what stands below it in a transcript."""

    text: str
    shown: str = ""

    @property
    def plain(self) -> bool:
        """Whether it is one program with arguments."""
        quoted = re.sub(r"'[^']*'|\"[^\"$`]*\"", "", self.text.split(" #")[0])
        return _SHELL.search(quoted) is None

    @property
    def words(self) -> list[str]:
        """Of a plain command: without variables that are set before it, and without its comment."""
        words = shlex.split(self.text, comments=True)
        while words and _ASSIGNED.match(words[0]):
            words.pop(0)
        return words

    @property
    def parts(self) -> list[list[str]]:
        """The programs that it runs, each with its arguments; what is quoted is not looked into."""
        lexer = shlex.shlex(self.text, posix=True, punctuation_chars="();<>|&")
        lexer.whitespace_split = True
        parts: list[list[str]] = [[]]
        for word in lexer:
            if set(word) <= set("();<>|&"):
                parts.append([word] if set(word) <= set("<>&") and word != "&&" and word != "&" else [])
            else:
                parts[-1].append(word)
        for part in parts:
            while part and _ASSIGNED.match(part[0]):
                part.pop(0)
        return [part for part in parts if part and part[0][0] not in "<>"]


def pages() -> list[Path]:
    """What is for users: decisions (which say why) aside."""
    found = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted(DOCS.rglob("*.md"))]
    return [page for page in found if page.is_file() and page.parent != DOCS / "decisions"]


@cache
def blocks_of(page: Path) -> tuple[Block, ...]:
    found: list[Block] = []
    said: dict[str, str] = {}
    name = page.relative_to(ROOT).as_posix()
    for token in MarkdownIt().parse(page.read_text(encoding="utf-8")):
        if token.type == "html_block":
            said |= dict(_COMMENT.findall(token.content))
            continue
        if token.type in ("fence", "code_block"):
            assert token.map is not None
            words = token.info.split() if token.type == "fence" else ["indented"]
            found.append(
                Block(
                    name,
                    token.map[0] + 1,
                    words[0] if words else "",
                    token.content,
                    said.get("not run", ""),
                    said.get("file", ""),
                )
            )
        said = {}
    return tuple(found)


def blocks() -> list[Block]:
    return [block for page in pages() for block in blocks_of(page)]


def commands_of(block: Block) -> list[Command]:
    """The commands of a `sh` block, or those behind `$ ` in a `console` block with what they print."""
    if block.language == "console":
        parts = re.split(r"^\$ ", block.text, flags=re.MULTILINE)
        assert not parts[0].strip(), f"{block} begins with output"
        return [_transcript(part.splitlines()) for part in parts[1:]]
    lines = block.text.splitlines()
    found: list[Command] = []
    while lines:
        command, lines = _first(lines)
        if command and not command.startswith("#"):
            found.append(Command(command))
    return found


def _transcript(lines: list[str]) -> Command:
    command, rest = _first(lines)
    return Command(command, "\n".join(rest))


def _first(lines: list[str]) -> tuple[str, list[str]]:
    """The first command, which goes on while a quote is open or a line ends in a backslash."""
    taken = ""
    for number, line in enumerate(lines, 1):
        taken += line
        if line.endswith("\\"):
            taken = taken[:-1]
            continue
        try:
            shlex.split(taken, comments=True)
        except ValueError:
            taken += "\n"
            continue
        return taken.strip(), lines[number:]
    raise AssertionError(f"a command that does not end: {taken!r}")


def parse(words: list[str]) -> None:
    """Reads the arguments of `prove` as the command does, and runs nothing; raises what its parser raises."""
    command: object = typer.main.get_command(app)
    words = with_default_command(words, command)
    if words[0] in ("--help", "--version"):
        return
    name = "prove"
    while (inner := getattr(command, "commands", None)) is not None:
        assert words and words[0] in inner, f"prove {words}: no such command"
        name, command, words = words[0], _loaded(command, words[0]), words[1:]
    if "--help" not in words:
        command.make_context(name, words)  # type: ignore[attr-defined]


def options(words: list[str]) -> set[str]:
    """The options of the command that these words name."""
    command: object = typer.main.get_command(app)
    words = with_default_command(words, command)
    while (inner := getattr(command, "commands", None)) is not None:
        assert words[0] in inner, f"prove {words}: no such command"
        command, words = _loaded(command, words[0]), words[1:]
    return {name for option in command.params for name in (*option.opts, *option.secondary_opts)}  # type: ignore[attr-defined]


def leaves() -> Iterator[tuple[str, object]]:
    """Every command by its full name (`bench run`), its groups left out."""

    def below(name: str, command: object) -> Iterator[tuple[str, object]]:
        inner: dict[str, object] | None = getattr(command, "commands", None)
        if inner is None:
            yield name.strip(), command
            return
        for word in inner:
            yield from below(f"{name} {word}", _loaded(command, word))

    return below("", typer.main.get_command(app))


def _loaded(group: object, name: str) -> object:
    """A command of a group with its options: what a group lists are names and summaries."""
    return group.get_command(None, name)  # type: ignore[attr-defined]
