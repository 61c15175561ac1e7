"""Every fenced block of the README and of docs/ is run, or read by what it is for, or says why it is not.

Which is which: `pytest tests/docs/test_blocks.py -k account -s`.
"""

from __future__ import annotations

import ast
import json
import re
import tomllib
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from doc_blocks import DOCS, ROOT, Block, blocks, commands_of, options, pages, parse
from doc_plan import ELSEWHERE, PLAYED
from markdown_it import MarkdownIt
from training_runs import play

from prover.bench.manifest import read_manifest, read_overlay
from prover.cli.app import run
from prover.generate.recipe import Recipe
from prover.model.price import read_prices

#: Pages whose Python is run by a test below.
RUN_ALONE = {"docs/export.md"}
LANGUAGES = {"sh", "console", "python", "lean", "json", "toml", "jinja", "text", "mermaid"}


def of(*languages: str) -> list[Block]:
    return [block for block in blocks() if block.language in languages]


def proves(block: Block) -> Iterator[list[str]]:
    """The arguments of each `prove` in a block of commands."""
    for command in commands_of(block):
        for words in command.parts:
            if words[0].rsplit("/", 1)[-1] == "prove":
                yield words[1:]


def how(block: Block) -> str:
    """What is done with a block; "" if nothing is."""
    if block.not_run:
        return f"not run: {block.not_run}"
    if block.file:
        return "written into the scratch folder"
    if block.page in PLAYED and block.language in ("sh", "console", "python"):
        return "played" + (", slow" if PLAYED[block.page] else "")
    if block.page in ELSEWHERE:
        return f"run by {ELSEWHERE[block.page]}"
    if block.language == "sh":
        programs = {words[0] for command in commands_of(block) for words in command.parts}
        return "" if programs - {"prove", "export", "printf", "make"} else "command lines parsed"
    if block.language == "text":
        return "options exist" if block.text.startswith("prove ") else ""
    if block.language == "python":
        return "run" if block.page in RUN_ALONE else ""
    return {"lean": "elaborated", "json": "read", "toml": "read", "jinja": "read"}.get(block.language, "")


def test_every_block_is_accounted_for() -> None:
    table = [(str(block), how(block)) for block in blocks()]
    width = max(len(name) for name, _ in table)
    print(*(f"{name:{width}}  {done or 'NOTHING'}" for name, done in table), sep="\n")
    assert not [str(block) for block in blocks() if block.language not in LANGUAGES], "blocks say their language"
    assert not [name for name, done in table if not done], "say why: <!-- not run: ... --> above the block"


@pytest.mark.parametrize("block", of("sh", "console"), ids=str)
def test_command_lines_are_understood(block: Block, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also of blocks that are not run: commands, options and values are those that there are."""
    monkeypatch.chdir(tmp_path)
    for words in proves(block):
        parse(words)
    targets = re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    for command in commands_of(block):
        for words in command.parts:
            assert words[0] != "make" or {word for word in words[1:] if "=" not in word} <= set(targets)


def test_a_wrong_command_line_is_told_of() -> None:
    with pytest.raises(Exception, match="No such option"):
        parse(["check", "F.lean", "--agianst", "G.lean"])
    with pytest.raises(Exception, match="nowhere"):
        parse(["F.lean", "--print", "nowhere"])


@pytest.mark.parametrize("block", [block for block in of("text") if block.text.startswith("prove ")], ids=str)
def test_the_options_of_a_synopsis_exist(block: Block) -> None:
    _, *words = re.sub(r"[\[\]]", " ", block.text).split()
    named = {word.rstrip(".") for word in words if word.startswith("-")}
    assert named <= options(words), named - options(words)


@pytest.mark.parametrize("block", of("json"), ids=str)
def test_json_is_read_and_commands_in_it_are_understood(block: Block) -> None:
    def look(value: Any) -> None:
        if isinstance(value, dict):
            if str(value.get("command", "")).endswith("/prove"):
                parse(value["args"])
            for inner in value.values():
                look(inner)

    look(json.loads(block.text))


#: How a TOML block is read: the page and its first words.
READ: dict[tuple[str, str], Callable[[Path], Any]] = {
    ("docs/benchmarks.md", 'name = "my-set"'): read_manifest,
    ("docs/benchmarks.md", 'name = "mine"'): read_overlay,
    ("docs/model-costs.md", "[[price]]"): read_prices,
}


@pytest.mark.parametrize("block", of("toml"), ids=str)
def test_toml_is_read_by_what_it_is_for(block: Block, tmp_path: Path) -> None:
    tomllib.loads(block.text)
    file = tmp_path / "block.toml"
    file.write_text(block.text, encoding="utf-8")
    for (page, beginning), read in READ.items():
        if block.page == page and block.text.startswith(beginning):
            assert read(file)


def test_the_recipe_of_ones_own_is_one(tmp_path: Path) -> None:
    manifest, template = [b.text for b in of("toml", "jinja") if b.page == "docs/models.md"]
    (tmp_path / "prompts").mkdir()
    (tmp_path / "agent.toml").write_text(manifest, encoding="utf-8")
    (tmp_path / "prompts" / "prompt.md.j2").write_text(template, encoding="utf-8")
    assert Recipe.load(tmp_path).name == "mine"


@pytest.mark.parametrize("block", [b for b in of("python") if not b.text.startswith(">>>")], ids=str)
def test_what_python_takes_from_the_library_exists(block: Block) -> None:
    for node in ast.walk(ast.parse(block.text)):
        if isinstance(node, ast.ImportFrom) and str(node.module).split(".")[0] == "prover":
            module = import_module(str(node.module))
            assert not [name.name for name in node.names if not hasattr(module, name.name)]


@pytest.mark.anyio
async def test_a_data_set_is_made_as_the_page_on_export_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    await play(tmp_path / "run", 12)
    monkeypatch.chdir(tmp_path)
    assert run(["export", "run", "-o", "pairs.jsonl"]) == 0
    (block,) = [block for block in of("python") if block.page == "docs/export.md"]
    exec(compile(block.text, str(block), "exec"), {})
    pairs = [json.loads(line) for line in (tmp_path / "sft.jsonl").read_text().splitlines()]
    assert pairs and all(set(pair) == {"prompt", "completion"} and pair["prompt"].endswith(":::") for pair in pairs)


def _anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    tokens = MarkdownIt().parse(page.read_text(encoding="utf-8"))
    titles = [tokens[at + 1].content for at, token in enumerate(tokens) if token.type == "heading_open"]
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    for token in MarkdownIt().enable("table").parse(page.read_text(encoding="utf-8")):
        for inner in token.children or ():
            link = str(inner.attrGet("href") or inner.attrGet("src") or "")
            if not link or "://" in link or link.startswith("mailto:"):
                continue
            path, _, anchor = link.partition("#")
            target = (page.parent / path).resolve() if path else page
            assert target.exists() and target.is_relative_to(ROOT), link
            if anchor:
                assert anchor in _anchors(target), link


def test_pages_that_are_named_exist() -> None:
    assert all((ROOT / page).is_file() for page in (*PLAYED, *ELSEWHERE))
    for page, test in ELSEWHERE.items():
        assert Path(page).name in (ROOT / test).read_text(encoding="utf-8")
    for page in pages():
        for name in re.findall(r"\bdocs/[\w/-]+\.md", page.read_text(encoding="utf-8")):
            assert (ROOT / name).is_file(), f"{page.name} names {name}"


def test_the_index_names_every_page() -> None:
    for folder in (DOCS, DOCS / "decisions"):
        index = (folder / "README.md").read_text(encoding="utf-8")
        assert not [
            page.name for page in folder.glob("*.md") if page.name != "README.md" and f"({page.name})" not in index
        ]
