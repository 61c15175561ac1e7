"""The outline of a file from the repl's information trees: its commands, declarations and holes, with their places."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import NoneType
from typing import Any, cast

from prover.core.errors import ProtocolError
from prover.core.position import Position

_DECLARATION = "Lean.Parser.Command.declaration"
_DECLARATION_NAME = "Lean.Parser.Command.declId"
_EXAMPLE = "Lean.Parser.Command.example"
_NAMESPACE = "Lean.Parser.Command.namespace"
_SECTION = "Lean.Parser.Command.section"
_END = "Lean.Parser.Command.end"
_END_OF_INPUT = "Lean.Parser.Command.eoi"
_HOLES = {"Lean.Parser.Tactic.tacticSorry": True, "Lean.Parser.Term.sorry": False}
_OTHER_FORM = "the repl's information trees are not in the form that is known"
_KINDS = {
    "Lean.Parser.Command.theorem": "theorem",
    "Lean.Parser.Command.definition": "def",
    "Lean.Parser.Command.abbrev": "def",
    "Lean.Parser.Command.instance": "def",
    "Lean.Parser.Command.example": "def",
    "Lean.Parser.Command.opaque": "opaque",
    "Lean.Parser.Command.axiom": "axiom",
}


@dataclass(frozen=True, slots=True)
class Sorry:
    """A `sorry`: in tactics or a term; written by hand; in a declaration's body, not its statement."""

    start: Position
    end: Position
    tactic: bool
    original: bool
    in_body: bool


@dataclass(frozen=True, slots=True)
class Named:
    """A declaration: its full name and its kind, as the Bridge spells it; `_example` for an `example`."""

    name: str
    kind: str
    start: Position


@dataclass(slots=True)
class Piece:
    """One command. `example`: where that word stands, if it is one."""

    kind: str
    start: Position
    end: Position
    names: list[Named] = field(default_factory=list[Named])
    holes: list[Sorry] = field(default_factory=list[Sorry])
    example: Position | None = None


def outline(trees: object, namespace: Sequence[str] = ()) -> list[Piece]:
    """The commands of a text, in order. `namespace`: the scopes that are open where it begins.

    Raises `ProtocolError` for trees that are not those of `"infotree": "full"`.
    """
    if not isinstance(trees, list):
        raise ProtocolError("the repl gave no information trees", code="no_infotree")
    reader = _Outline(list(namespace))
    for tree in cast(list[Any], trees):
        reader.command(_mapping(tree))
    return sorted(reader.pieces, key=lambda piece: piece.start)


class _Outline:
    def __init__(self, scopes: list[str]) -> None:
        self.pieces: list[Piece] = []
        self._scopes = scopes

    def command(self, tree: Mapping[str, Any]) -> None:
        syntax = _syntax(tree)
        if syntax is None or tree.get("kind") != "CommandInfo":
            return
        kind = str(syntax.get("kind"))
        if kind == _END_OF_INPUT:
            return
        start, end = _range(syntax)
        piece = Piece(kind, start, end)
        self._scope(kind, str(syntax.get("pp") or ""))
        self._visit(tree, piece, "", in_body=False)
        piece.names = list({named.name: named for named in piece.names}.values())
        piece.holes = list(dict.fromkeys(piece.holes))
        self.pieces.append(piece)

    def _scope(self, kind: str, text: str) -> None:
        words = text.split()
        parts = words[-1].split(".") if len(words) > 1 else []
        if kind == _NAMESPACE:
            self._scopes += parts
        elif kind == _SECTION:
            self._scopes += [""] * (len(parts) if parts and words[-1] != "section" else 1)
        elif kind == _END:
            del self._scopes[len(self._scopes) - max(1, len(parts)) :]

    def _full(self, name: str) -> str:
        if name.startswith("_root_."):
            return name.removeprefix("_root_.")
        return ".".join([*(scope for scope in self._scopes if scope), name])

    def _visit(self, tree: Mapping[str, Any], piece: Piece, declared: str, *, in_body: bool) -> None:
        syntax = _syntax(tree)
        if syntax is not None:
            kind = str(syntax.get("kind"))
            if kind == _DECLARATION:
                inner = _list(syntax.get("argKinds"))
                declared = str(inner[-1]) if inner else ""
            elif kind in _HOLES and tree.get("kind") in ("TacticInfo", "TermInfo"):
                start, end = _range(syntax)
                piece.holes.append(Sorry(start, end, _HOLES[kind], not _synthetic(syntax), in_body))
            elif kind == "example" and piece.example is None and not _synthetic(syntax):
                piece.example = _range(syntax)[0]
            elif kind == _DECLARATION_NAME and cast(Mapping[str, Any], tree["node"]).get("isBinder"):
                self._declare(piece, syntax, declared)
        in_body = in_body or (tree.get("kind") == "CustomInfo" and tree.get("node") is None)
        for child in _children(tree):
            self._visit(child, piece, declared, in_body=in_body)

    def _declare(self, piece: Piece, syntax: Mapping[str, Any], declared: str) -> None:
        start = _range(syntax)[0]
        if declared == _EXAMPLE:
            piece.names.append(Named("_example", "theorem", start))
        elif not _synthetic(syntax):
            name = str(syntax.get("pp") or "").split(".{", 1)[0].strip()
            if name:
                piece.names.append(Named(self._full(name), _KINDS.get(declared, ""), start))


def _mapping(value: object) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise ProtocolError(_OTHER_FORM, code="no_infotree")
    return cast(Mapping[str, Any], value)


def _list(value: object) -> list[Any]:
    if not isinstance(value, list | NoneType):
        raise ProtocolError(_OTHER_FORM, code="no_infotree")
    return cast(list[Any], value) if value is not None else []


def _children(tree: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for child in _list(tree.get("children")):
        yield _mapping(child)


def _syntax(tree: Mapping[str, Any]) -> Mapping[str, Any] | None:
    node = tree.get("node")
    return _mapping(_mapping(node).get("stx")) if node is not None else None


def _range(syntax: Mapping[str, Any]) -> tuple[Position, Position]:
    place = _mapping(syntax.get("range"))
    return position(place.get("start")), position(place.get("finish"))


def _synthetic(syntax: Mapping[str, Any]) -> bool:
    return bool(_mapping(syntax.get("range")).get("synthetic"))


def position(value: object) -> Position:
    """A `{"line", "column"}`. Raises `ProtocolError`."""
    place = _mapping(value)
    line, column = place.get("line"), place.get("column")
    if not isinstance(line, int) or not isinstance(column, int):
        raise ProtocolError("the repl gave a place without line and column")
    return Position(line, column)
