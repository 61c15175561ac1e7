"""A person chooses among drafts: takes one, edits one, asks for more, or leaves."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import AbstractContextManager, aclosing
from dataclasses import dataclass
from pathlib import Path

from rich.text import Text

from prover.cli import formalize_table
from prover.cli.answer import open_editor
from prover.cli.terminal import errors, safe, say
from prover.core.errors import ModelError, UserError
from prover.formalize import wording
from prover.formalize.formalization import Candidate, Formalization
from prover.formalize.formalizing import Formalizing

_KEYS = "N takes one, e N edits it, ? N explains it, r WORDS asks for more drafts, q leaves"
_PROMPT = "which? "
_YES = "yes"
_END = "."
_LINE = re.compile(r"(?P<word>[e?rq]|accept|edit|quit)?\s*(?P<rest>.*)", re.DOTALL)
_WORDS = {"accept": "", "edit": "e", "quit": "q"}

#: Shows that something is under way, for as long as the context lasts.
Busy = Callable[[str], AbstractContextManager[object]]


async def typed() -> AsyncGenerator[str]:
    """What a person types, line by line, to the end of the input."""
    from prompt_toolkit import PromptSession

    session = PromptSession[str]()
    while True:
        try:
            yield await session.prompt_async(_PROMPT)
        except EOFError:
            return


@dataclass
class Choice:
    """Asks until something is taken, or the person leaves. `busy` is told of what takes long."""

    work: Formalizing
    found: Formalization
    busy: Busy

    async def made(self) -> Candidate | None:
        """What the person takes; None for nothing."""
        self._show()
        async with aclosing(typed()) as lines:
            async for line in lines:
                word, rest = _read(line)
                if word == "q":
                    return None
                one = self._named(rest) if word in ("", "e", "?") and rest else None
                if word == "?":
                    self._explain(one)
                elif word == "r":
                    await self._more(rest)
                elif one is None:
                    say(f"there is no draft {rest}" if rest else _KEYS)
                elif word == "e":
                    await self._edit(one, lines)
                elif await self._sure(one, lines):
                    return one
        return None

    def _show(self) -> None:
        formalize_table.show(self.found)
        say(_KEYS)

    def _named(self, rest: str) -> Candidate | None:
        return self.found.numbered(int(rest)) if rest.isdecimal() and len(rest) < 6 else None

    def _explain(self, one: Candidate | None) -> None:
        if one is None:
            for line in wording.failures(self.found):
                say(line)
            say("? N explains draft N")
            return
        for line in wording.explained(self.found, self.found.candidates.index(one) + 1):
            errors().print(Text(line))

    async def _more(self, advice: str) -> None:
        try:
            with self.busy("drafting"):
                await self.work.draw(advice=(advice,) if advice else ())
                self.found = await self.work.result()
        except ModelError as error:
            say(f"the model did not answer: {error.message}")
            return
        self._show()

    async def _edit(self, one: Candidate, lines: AsyncIterator[str]) -> None:
        text = "\n".join(wording.code(one)) + "\n"
        edited = await _edited(text, lines)
        if edited is None or edited.strip() == text.strip():
            say("nothing was changed")
            return
        with self.busy("examining"):
            wrong = await self.work.take(edited)
            if not wrong:
                self.found = await self.work.result()
        if wrong:
            for line in wrong:
                errors().print(Text(safe(line), "red"))
            say("it was not taken among the drafts; e N begins again")
            return
        self._show()

    async def _sure(self, one: Candidate, lines: AsyncIterator[str]) -> bool:
        if not one.damned:
            return True
        for doubt in one.examined.doubts:
            if doubt.damning:
                errors().print(Text(f"{wording.concern(doubt)}: {safe(doubt.detail)}", "red"))
        say(f"type `{_YES}` to take it all the same")
        answer = await anext(lines, "")
        return answer.strip().lower() == _YES


def _read(line: str) -> tuple[str, str]:
    """The letter and what follows it; a number alone takes a draft."""
    match = _LINE.fullmatch(line.strip())
    assert match is not None
    word = match["word"] or ""
    return _WORDS.get(word, word), match["rest"].strip()


async def _edited(text: str, lines: AsyncIterator[str]) -> str | None:
    """What the person makes of it: in their editor, or typed where none is named; None for nothing."""
    if not (os.environ.get("VISUAL") or os.environ.get("EDITOR")):
        say(f"no editor is named (EDITOR); type it anew, ended by a line that is a dot ({_END}):")
        found: list[str] = []
        async for line in lines:
            if line.strip() == _END:
                break
            found.append(line)
        return "\n".join(found) if any(line.strip() for line in found) else None
    with tempfile.TemporaryDirectory(prefix="prove-formalize-") as scratch:
        draft = Path(scratch) / "draft.lean"
        draft.write_text(text, encoding="utf-8")
        try:
            open_editor(draft)
        except UserError as error:
            say(error.message)
            return None
        return draft.read_text(encoding="utf-8", errors="replace")
