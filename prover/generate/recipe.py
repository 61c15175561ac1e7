"""A recipe: how one family of models is asked for tactics, and how its replies are read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from prover.core.candidate import Candidate
from prover.core.errors import UserError
from prover.generate.beliefs import candidates
from prover.generate.example import EXAMPLE
from prover.generate.folder import SUFFIX, Kind, digest, sandbox
from prover.generate.material import Material
from prover.generate.reply import Reader
from prover.generate.request import Request
from prover.generate.statement import Statement, stated
from prover.model.answer import Answer
from prover.model.query import Query, Sampling, Turn

if TYPE_CHECKING:
    from prover.generate.manifest import Manifest


RECIPE = Kind("recipe", "docs/models.md")


@dataclass(frozen=True)
class Recipe:
    """`agent.toml` and the templates beside it. `templates`: their texts by name (`prompt`, or `system` and `user`)."""

    folder: Path
    manifest: Manifest
    templates: Mapping[str, str]

    @classmethod
    def load(cls, path: str | Path) -> Recipe:
        """The recipe in a folder, tried on an example. Raises `UserError`: `no_recipe`, `bad_recipe` (with file and key
        or line)."""
        from prover.generate.manifest import Manifest

        folder = Path(path)
        manifest = RECIPE.read(folder / "agent.toml", Manifest)
        recipe = cls(folder, manifest, _read_templates(folder, manifest.style))
        recipe.query(EXAMPLE)  # what a template names and nobody has is found now
        return recipe

    @property
    def name(self) -> str:
        return self.manifest.name

    @property
    def sampling(self) -> Sampling:
        """How samples are drawn unless somebody says otherwise."""
        return Sampling(**self.manifest.sampling.model_dump())

    @property
    def reads_premises(self) -> bool:
        """Whether prompts show what premises say."""
        return self.manifest.premises > 0

    @cached_property
    def digest(self) -> str:
        """64 hexadecimal digits over everything that decides prompts and how replies are read."""
        return digest(self.manifest, self.templates)

    def query(
        self, request: Request, *, n: int | None = None, temperature: float | None = None, salt: int = 0
    ) -> Query | None:
        """What to ask a model; None where this recipe has nothing to ask. `n`: how many samples, or how many
        alternatives where a sample is a list.

        That is so once the state was asked `draws` times, where the prompt does not fit whatever is left out, and for
        recipes of whole proofs where neither the theorem is known nor the goal can be stated as one.
        """
        if request.draw >= self.manifest.draws:
            return None
        sampling = self._sampling(n, temperature)
        listed = self.manifest.kind == "steps"  # one reply with many items, instead of many replies
        items = n or min(request.n, self.manifest.items)
        material = self._material(request, items if listed else sampling.n)
        if material is None:
            return None
        return replace(self._rendered(material), sampling=sampling, draw=request.draw, salt=salt)

    def read(self, answer: Answer, request: Request, *, native: bool = False) -> list[Candidate]:
        """The candidates in an answer, best first; those that are not to be tried (`rejected`) last.

        Their tokens and money add up to those of the answer. `native`: `native_decide` and the like may be used.
        """
        manifest = self.manifest
        goal = None if self._is_root(request) or manifest.kind != "proof" else stated(request.focused)
        theorem = request.theorem
        reader = Reader(
            manifest.kind,
            manifest.echo,
            manifest.marks,
            manifest.bounds.reply,
            "goal" if goal is not None or theorem is None else theorem.name,
            "" if theorem is None else theorem.context,
            native,
        )
        read = [reader.read(sample.text, sample.finish) for sample in answer.samples]
        if goal is not None and goal.before:
            read = [[replace(t, text=_after(goal, t.text)) for t in tactics] for tactics in read]
        return candidates(answer, read, self.name, score=manifest.score, ranked=manifest.kind == "steps")

    def _sampling(self, n: int | None, temperature: float | None) -> Sampling:
        sampling = self.sampling
        if temperature is not None:
            sampling = replace(sampling, temperature=temperature, beams=0 if temperature > 0 else sampling.beams)
        if n is not None and self.manifest.kind != "steps":
            sampling = replace(sampling, n=n, beams=n if sampling.beams else 0)
        return sampling

    def _is_root(self, request: Request) -> bool:
        """Whether the goal is the theorem's own."""
        return request.theorem is not None and not request.history

    def _material(self, request: Request, n: int) -> Material | None:
        """What the prompt is made of, cut to fit."""
        manifest = self.manifest
        material = Material.of(request, premises=manifest.premises, n=n)
        if manifest.kind == "proof" and not self._is_root(request):
            goal = stated(request.focused)
            if goal is None:
                return None
            material = replace(material, stated=goal.text, name="goal", informal="")
        return material.fitting(lambda made: _size(self._rendered(made), manifest.bounds.unit), manifest.bounds.prompt)

    def _rendered(self, material: Material) -> Query:
        variables = material.variables
        texts = {name: _render(self.folder, name, template, variables) for name, template in self._compiled.items()}
        if self.manifest.style == "completion":
            return Query(prompt=texts["prompt"])
        system = (Turn("system", texts["system"]),) if "system" in texts else ()
        return Query(turns=(*system, Turn("user", texts["user"])))

    @cached_property
    def _compiled(self) -> dict[str, Any]:
        from jinja2 import TemplateSyntaxError

        environment = sandbox({})
        made: dict[str, Any] = {}
        for name, text in self.templates.items():
            try:
                made[name] = environment.from_string(text)
            except TemplateSyntaxError as error:
                raise _bad_template(self.folder, name, f"line {error.lineno}: {error.message}") from None
        return made


def _render(folder: Path, name: str, template: Any, variables: Mapping[str, Any]) -> str:
    from jinja2 import TemplateError

    try:
        return template.render(variables)
    except (TemplateError, TypeError, ValueError, ArithmeticError, LookupError, AttributeError, OverflowError) as error:
        raise _bad_template(folder, name, str(error)) from None


def _size(query: Query, unit: str) -> int:
    texts = [query.prompt, *(turn.content for turn in query.turns)]
    return sum(len(text.encode(errors="replace")) if unit == "bytes" else len(text) for text in texts)


def _after(goal: Statement, text: str) -> str:
    """A proof of the stated goal as one of the goal itself."""
    return "\n".join([*goal.before, text]) if text else text


def _read_templates(folder: Path, style: str) -> dict[str, str]:
    needed, optional = ("prompt", "") if style == "completion" else ("user", "system")
    found: dict[str, str] = {}
    for name in (needed, optional):
        file = _template_file(folder, name)
        if not name or (name == optional and not file.is_file()):
            continue
        found[name] = RECIPE.template(file, f"a recipe with style = {style!r} has prompts/{needed}{SUFFIX}")
    return found


def _bad_template(folder: Path, name: str, problem: str) -> UserError:
    return RECIPE.bad_template(_template_file(folder, name), problem)


def _template_file(folder: Path, name: str) -> Path:
    return folder / "prompts" / f"{name}{SUFFIX}"
