"""Tactic generators: who proposes what to try; and recipes, by which language models are asked."""

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
