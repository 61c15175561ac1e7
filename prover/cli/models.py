"""`prove models`: which language models can propose tactics, how they are asked, and what they need."""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib.util import find_spec
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from prover.cli.terminal import output, safe
from prover.model.query import Query

if TYPE_CHECKING:
    from prover.generate.recipe import Recipe

MODELS_SCHEMA = "leap-prover/models/1"
_GB_PER_BILLION = 2  # 16-bit weights
#: What an engine imports, and the extra that installs it; `openai` comes with the library.
_ENGINES = {"vllm": ("vllm", "vllm"), "hf": ("transformers", "hf"), "openai": ("openai", "")}
_KINDS = {"step": "one tactic", "steps": "a list of tactics", "proof": "a whole proof"}


def run(
    name: Annotated[str | None, typer.Argument(help="A recipe by name, a model, or the folder of a recipe.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> int:
    """List the recipes for language models and what they need; with NAME, show one and its prompt for an example.

    Memory is that of 16-bit weights alone. A model that no recipe names is asked as `chat` asks.

    Example: `prove models bfs-prover-v2`

    Exit code: 0.
    """
    from prover.generate.cookbook import recipes

    shown = recipes() if name is None else (_find(name),)
    if as_json:
        document = {
            "schema": MODELS_SCHEMA,
            "exit_code": 0,
            "engines": [_engine(engine) for engine in _ENGINES],
            "recipes": [_document(recipe, with_prompt=name is not None) for recipe in shown],
        }
        print(json.dumps(document, ensure_ascii=False, indent=2))
    elif name is None:
        _show_all(output(), shown)
    else:
        _show_one(output(), shown[0])
    return 0


def _find(name: str) -> Recipe:
    """A recipe by its name, its folder, or a model it is for."""
    from prover.core.errors import UserError
    from prover.generate.cookbook import find_recipe, recipe_for

    try:
        return find_recipe(name)
    except UserError as error:
        if error.code != "no_recipe":
            raise
        try:
            return recipe_for(name, chat=False)
        except UserError:
            raise error from None


def _engine(name: str) -> dict[str, Any]:
    extra = _ENGINES[name][1]
    hint = f"pip install 'leap-prover[{extra}]'" if extra else "pip install openai"
    return {"name": name, "installed": _installed(name), "install": hint}


def _installed(engine: str) -> bool:
    return find_spec(_ENGINES[engine][0]) is not None


def _memory(recipe: Recipe) -> dict[str, float]:
    """Gigabytes of 16-bit weights, by model."""
    return {model: round(_GB_PER_BILLION * b, 1) for model, b in recipe.manifest.needs.parameters.items()}


def _command(recipe: Recipe) -> str:
    engine = recipe.manifest.engines[0] if recipe.manifest.needs.parameters else "openai"
    model = next(iter(recipe.manifest.needs.parameters), "MODEL")
    return f"prove FILE.lean --model {engine}/{model}"


def _prompt(recipe: Recipe) -> list[dict[str, str]]:
    from prover.generate.example import EXAMPLE

    query = recipe.query(EXAMPLE) or Query()
    if query.turns:
        return [{"role": turn.role, "content": turn.content} for turn in query.turns]
    return [{"role": "prompt", "content": query.prompt}]


def _document(recipe: Recipe, *, with_prompt: bool) -> dict[str, Any]:
    manifest = recipe.manifest
    return {
        "name": recipe.name,
        "title": manifest.title,
        "documentation": manifest.documentation,
        "license": manifest.license,
        "models": list(manifest.models),
        "engines": list(manifest.engines),
        "kind": manifest.kind,
        "style": manifest.style,
        "sampling": manifest.sampling.model_dump(mode="json"),
        "premises": manifest.premises,
        "memory_gb": _memory(recipe),
        "remote_code": manifest.needs.remote_code,
        "command": _command(recipe),
        "digest": recipe.digest,
        "folder": str(recipe.folder),
        "prompt": _prompt(recipe) if with_prompt else None,
    }


def _show_all(console: Console, recipes: tuple[Recipe, ...]) -> None:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("recipe", "a reply is", "models", "memory"):
        table.add_column(column, no_wrap=True)
    for recipe in recipes:
        memory = _memory(recipe)
        table.add_row(
            recipe.name,
            f"{_KINDS[recipe.manifest.kind]}\n{', '.join(recipe.manifest.engines)}",
            "\n".join(model.rpartition("/")[2] for model in memory) or "any that answers conversations",
            "\n".join(f"{gb:g} GB" for gb in memory.values()),
        )
    console.width = max(console.width, 96)  # a cut name is of no use, and a terminal wraps
    console.print(table)
    console.print()
    for engine in (_engine(name) for name in _ENGINES):
        console.print(Text(f"{engine['name']}: " + ("installed" if engine["installed"] else engine["install"])))


def _show_one(console: Console, recipe: Recipe) -> None:
    for label, text in _facts(recipe):
        if text:
            console.print(Text(f"{label:<14}", "bold") + Text(safe(text)))
    for turn in _prompt(recipe):
        console.print(Text(f"\n── {turn['role']} " + "─" * 40, "dim"))
        console.print(Text(safe(turn["content"])))


def _facts(recipe: Recipe) -> Iterator[tuple[str, str]]:
    manifest = recipe.manifest
    sampling = manifest.sampling
    drawn = f"beam search of width {sampling.beams}" if sampling.beams else f"temperature {sampling.temperature:g}"
    installed = (f"{e}{'' if _installed(e) else ' (not installed)'}" for e in manifest.engines)
    yield "recipe", f"{recipe.name}: {manifest.title}"
    yield "models", ", ".join(manifest.models)
    yield "documentation", manifest.documentation
    yield "licence", manifest.license
    yield "a reply is", _KINDS[manifest.kind]
    yield "samples", f"{sampling.n} a state, {drawn}, at most {sampling.max_tokens} tokens each"
    yield "premises", f"up to {manifest.premises}" if manifest.premises else ""
    yield "memory", ", ".join(f"{gb:g} GB ({model})" for model, gb in _memory(recipe).items())
    yield (
        "code",
        "the model's repository brings Python code that has to be trusted" if manifest.needs.remote_code else "",
    )
    yield "engines", ", ".join(installed)
    yield "try", _command(recipe)
    yield "folder", str(recipe.folder)
