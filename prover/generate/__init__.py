"""Tactic generators: who proposes what to try; and recipes, by which language models are asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prover.core.on_demand import on_demand

if TYPE_CHECKING:
    from prover.generate.cookbook import find_recipe, recipe_for, recipes
    from prover.generate.mathlib import imports_mathlib
    from prover.generate.mixture import Member, Mixture
    from prover.generate.model import ModelGenerator
    from prover.generate.portfolio import IDEAS, Portfolio
    from prover.generate.recipe import Recipe
    from prover.generate.request import Request, TacticGenerator, reads_premises
    from prover.generate.scripted import Scripted

__all__ = [
    "IDEAS",
    "Member",
    "Mixture",
    "ModelGenerator",
    "Portfolio",
    "Recipe",
    "Request",
    "Scripted",
    "TacticGenerator",
    "find_recipe",
    "imports_mathlib",
    "reads_premises",
    "recipe_for",
    "recipes",
]

__getattr__, __dir__ = on_demand(
    __name__,
    {
        "cookbook": ["find_recipe", "recipe_for", "recipes"],
        "mathlib": ["imports_mathlib"],
        "mixture": ["Member", "Mixture"],
        "model": ["ModelGenerator"],
        "portfolio": ["IDEAS", "Portfolio"],
        "recipe": ["Recipe"],
        "request": ["Request", "TacticGenerator", "reads_premises"],
        "scripted": ["Scripted"],
    },
)
