"""A file's header, read without Lean: the repl has no request that parses one.

Lean's grammar for it (`Lean.Parser.Module.header`): `module`, `prelude`, then imports, each `public`, `meta`, `all`
or not, with white space and comments between. Whatever else comes is the first command; a mistake here shows as an
error of Lean's.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from prover.core.message import Message, Severity
from prover.core.position import Position
from prover.lean.header import HeaderInfo, Import

_WORD = re.compile(r"(?:«[^»\n]*»|[^\s«».\-/])(?:«[^»\n]*»|[^\s«»\-/])*")


@dataclass
class _Reader:
    text: str
    at: int = 0

    def skip(self) -> None:
        """Past white space and comments; an unfinished comment ends the text."""
        while True:
            rest = self.text[self.at :]
            blank = len(rest) - len(rest.lstrip())
            self.at += blank
            if self.text.startswith("--", self.at):
                end = self.text.find("\n", self.at)
                self.at = len(self.text) if end < 0 else end
            elif self.text.startswith("/-", self.at) and not self.text.startswith(("/--", "/-!"), self.at):
                self._comment()
            elif not blank:
                return

    def _comment(self) -> None:
        depth = 0
        while self.at < len(self.text):
            two = self.text[self.at : self.at + 2]
            if two in ("/-", "-/"):
                depth += 1 if two == "/-" else -1
                self.at += 2
                if depth == 0:
                    return
            else:
                self.at += 1

    def word(self) -> str:
        """The word here, not taken; empty where there is none."""
        found = _WORD.match(self.text, self.at)
        return found[0] if found else ""

    def take(self, *wanted: str) -> bool:
        if self.word() not in wanted:
            return False
        self.at += len(self.word())
        self.skip()
        return True


def read_header(text: str) -> HeaderInfo:
    """The imports of `text` and where its commands begin. `Init` is among them unless it says `prelude`."""
    reader = _Reader(text)
    reader.skip()
    is_module = reader.take("module")
    imports = [] if reader.take("prelude") else [Import("Init")]
    messages: list[Message] = []
    while True:
        before = reader.at
        public, meta = reader.take("public"), reader.take("meta")
        if not reader.take("import"):
            reader.at = before if public or meta else reader.at
            break
        whole = reader.take("all")
        name = reader.word()
        if not name:
            line = text.count("\n", 0, reader.at) + 1
            messages.append(Message(Severity.ERROR, "the name of a module is expected", start=Position(line, 0)))
            break
        imports.append(Import(name, whole, meta))
        reader.at += len(name)
        reader.skip()
    return HeaderInfo(tuple(imports), len(text[: reader.at].encode()), is_module, tuple(messages))
