"""The recipes that come with the library, and which one fits a model."""

from __future__ import annotations

from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path

from prover.core.errors import UserError
from prover.generate.recipe import Recipe
from prover.lean.bundled import bundled

#: For chat models that nothing more is known of.
GENERAL = "chat"


@cache
def recipes() -> tuple[Recipe, ...]:
    """The library's own recipes, by name."""
    folder = bundled("agents") / "tactic"
    return tuple(Recipe.load(file.parent) for file in sorted(folder.glob("*/agent.toml")))


def find_recipe(reference: str) -> Recipe:
    """A recipe by its name, or by the path of its folder. Raises `UserError` (`no_recipe`, `bad_recipe`)."""
    for recipe in recipes():
        if recipe.name == reference:
            return recipe
    path = Path(reference)
    if path.is_dir() or path.name != reference:
        return Recipe.load(path.parent if path.name == "agent.toml" else path)
    names = ", ".join(recipe.name for recipe in recipes())
    raise UserError(
        f"there is no recipe {reference!r}", code="no_recipe", hint=f"one of {names}, or the folder of your own"
    )


def recipe_for(model: str, *, chat: bool = True) -> Recipe:
    """The recipe of a model by its name, engine and revision aside: the one with the longest matching glob.

    A model that no recipe names: `chat` for one that answers conversations (`chat`), else `UserError`
    (`recipe_needed`).
    """
    found = _known(model)
    if found is not None:
        return found
    if chat:
        return find_recipe(GENERAL)
    raise UserError(
        f"no recipe is known for the model {model!r}, which continues texts",
        code="recipe_needed",
        hint="name one with --recipe; `prove models` lists them, docs/models.md shows how to write one",
    )


def _known(model: str) -> Recipe | None:
    spellings = _spellings(model)
    best = {
        recipe.name: max((len(glob) for glob in recipe.manifest.models if _matches(glob, spellings)), default=0)
        for recipe in recipes()
    }
    name = max(best, key=lambda name: best[name], default="")
    return find_recipe(name) if name and best[name] else None


def _spellings(model: str) -> list[str]:
    """The name without its revision, from each of its slashes on, in lower case."""
    parts = model.partition("@")[0].lower().split("/")
    return ["/".join(parts[i:]) for i in range(len(parts))]


def _matches(glob: str, spellings: list[str]) -> bool:
    return any(fnmatchcase(spelling, glob.lower()) for spelling in spellings)
