"""A role: the prompts by which a model is asked, made from a brief."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import Any

from prover.agent.leap.brief import Brief, Known
from prover.agent.leap.context import Context, estimate, imports
from prover.agent.leap.manifest import AGENT, RolePart
from prover.core.errors import UserError
from prover.generate.fences import fence
from prover.generate.folder import sandbox
from prover.model import Query, Sampling, Turn

_IMPORT = re.compile(r"^(?:public\s+)?(?:meta\s+)?import\s.*\n?", re.MULTILINE)
_BLANKS = re.compile(r"\n{3,}")
_MARK = re.compile(r"\x00(\d+)\x00")


@dataclass(frozen=True)
class Role:
    """`templates`: all files of the folder `prompts` by name; those of the role may include others."""

    name: str
    part: RolePart
    folder: Path
    templates: Mapping[str, str]

    @property
    def sampling(self) -> Sampling:
        return Sampling(**self.part.sampling.model_dump())

    def query(
        self, brief: Brief, *, most: int, draw: int = 0, tokens: Callable[[str], int] = estimate, wanted: str = ""
    ) -> Query | None:
        """What to ask a model, in at most `most` tokens, as `tokens` counts them; None where that is too little.

        `wanted`: the format of a reply in a few words, told to a model whose last one could not be used.
        """
        turns = partial(self._turns, wanted=wanted)
        context = Context(brief).fitting(lambda made: sum(tokens(turn.content) for turn in turns(made)), most)
        if context is None:
            return None
        return Query(turns=turns(context), sampling=self.sampling, draw=draw)

    def _turns(self, context: Context, wanted: str) -> tuple[Turn, Turn]:
        variables = _variables(context)
        user = self._text(self.part.user, variables)
        if context.brief.unusable:
            # Here and not in the templates: agents that somebody wrote are told so too.
            user += "\n\n" + _told(context.brief.unusable, wanted)
        return Turn("system", self._text(self.part.system, variables)), Turn("user", user)

    def _text(self, template: str, variables: Mapping[str, Any]) -> str:
        from jinja2 import TemplateError, TemplateNotFound

        data: list[str] = []

        def mark(text: object, info: str = "") -> str:
            """Data stands aside until the rest is laid out: nothing in it is read, or changed."""
            data.append(fence(str(text), info))
            return f"\x00{len(data) - 1}\x00"

        self._environment.filters["data"] = mark
        try:
            text = self._environment.get_template(template).render(variables)
        except TemplateError as error:
            where = f", line {line}" if (line := getattr(error, "lineno", None)) else ""
            words = f"there is no template {error}" if isinstance(error, TemplateNotFound) else str(error)
            named = None if isinstance(error, TemplateNotFound) else getattr(error, "name", None)
            raise self._bad(named or template, f"{words}{where}") from None
        except (TypeError, ValueError, ArithmeticError, LookupError, AttributeError, OverflowError) as error:
            raise self._bad(template, str(error)) from None
        text = _BLANKS.sub("\n\n", text).strip()
        return _MARK.sub(lambda found: data[int(found[1])] if int(found[1]) < len(data) else "", text)

    @cached_property
    def _environment(self) -> Any:
        return sandbox(self.templates, keep_trailing_newline=True)

    def _bad(self, template: str, problem: str) -> UserError:
        return AGENT.bad_template(self.folder / "prompts" / template, problem)


def _told(unusable: str, wanted: str) -> str:
    again = f"Answer again, with {wanted}." if wanted else "Answer again, in the format that you were given."
    return f"You were asked this before, and nothing in your reply could be used:\n\n{fence(unusable)}\n\n{again}"


def _variables(context: Context) -> dict[str, Any]:
    """What templates can name."""
    brief = context.brief
    return {
        "name": brief.statement.name,
        "statement": brief.statement.text,
        "informal": brief.statement.informal,
        "imports": imports(brief.before),
        "context": _IMPORT.sub("", brief.before).strip(),
        "definitions": brief.definitions.strip(),
        "lemmas": "\n\n".join(map(_shown, brief.lemmas)),
        "above": "\n\n".join(known.text for known in brief.above),
        "hints": [hint.strip() for hint in brief.hints],
        "premises": list(brief.premises),
        "tried": [{"what": t.what, "text": t.text.strip(), "faults": t.faults.strip()} for t in brief.tried],
        "work": brief.work.strip(),
        "faults": brief.faults.strip(),
        "left_out": list(context.left_out),
    }


def _shown(known: Known) -> str:
    about = [known.standing, *known.informal.split("\n")]
    return "\n".join([*(f"-- {line}" for line in about if line), known.text])
