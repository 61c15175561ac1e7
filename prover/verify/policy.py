"""What a submission may contain.

`file`: any command; it is contained, not trusted. `proof`: declarations and tactics only, for model
output. Two looks, since the first is reported by the process that ran the submission:

- the kinds of its commands, nested ones included, must be on an allow-list;
- its text, read here word by word, comments and strings included, must not contain words, attributes
  or options that run code or change what checking means, unless the reference contains them as often.

What this does not cover: kinds inside tactics and terms beyond those words, what an imported macro or tactic
expands to, and code that runs before it is refused (the file has been elaborated by then, in its
container). No verdict `Proved` rests on a policy: statements, axioms and the kernel's replay decide.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from enum import StrEnum

from prover.core.position import Span
from prover.core.verdict import Forbidden
from prover.lean.wire import Command


class Policy(StrEnum):
    """`file`: any command. `proof`: declarations and tactics only."""

    FILE = "file"
    PROOF = "proof"


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_COMMAND = "Lean.Parser.Command."
#: Commands that declare things, set scopes or look things up, and the syntax inside them.
_ALLOWED = frozenset(
    _COMMAND + kind
    for kind in _words("""
    declaration declModifiers declId declSig optDeclSig declBody declValSimple declValEqns whereStructInst
    abbrev definition theorem opaque instance axiom example inductive coinductive classInductive ctor structure
    structureTk classTk structFields structExplicitBinder structImplicitBinder structInstBinder structSimpleBinder
    structCtor structParent extends optDeriving optDefDeriving derivingClass derivingClasses deriving
    private public protected noncomputable partial nonrec visibility docComment plainDocComment moduleDoc
    namedPrio optNamedPrio namespace section sectionHeader end variable universe include omit mutual in
    open openDecl openSimple openOnly openHiding openRenaming openRenamingItem openScoped export
    set_option attribute eraseAttr check check_failure synth print printSig printAxioms printEqns where version
    exit eoi
    """)
)

_OPTIONS = re.compile(
    r"maxHeartbeats|maxRecDepth|synthInstance\.\w+|autoImplicit|relaxedAutoImplicit|(linter|pp|trace)(\.\w+)+"
    r"|warn\.sorry|warningAsError|smartUnfolding|structureDiamondWarning|exponentiation\.threshold|tactic(\.\w+)+"
    r"|backward(\.\w+)+|genInjectivity|quotPrecheck|hygiene|genSizeOf\w*|profiler(\.\w+)*"
)
_ATTRIBUTES = _words("""
    simp norm_cast ext congr grind instance reducible irreducible semireducible inline noinline always_inline
    specialize macro_inline elab_as_elim elabAsElim elab_without_expected_type match_pattern refl symm trans
    deprecated local scoped default_instance simps class induction_eliminator cases_eliminator spec
    coe unification_hint rfl expose grind_pattern inherit_doc aesop gcongr mono norm_num push_cast
    """)

#: Words that run code while a file is elaborated, or that the policy `proof` has no use for.
_FORBIDDEN_WORDS = _words("""
    run_tac by_elab run_cmd run_elab run_meta unsafe implemented_by extern csimp include_str elab_rules macro_rules
    command_elab term_elab app_unexpander simproc dsimproc simproc_decl
    """)
#: Words after which a process may have run code of the file, for `runs_code`: cheap and wide.
_CODE_WORDS = _FORBIDDEN_WORDS | _words("""
    elab macro syntax declare_syntax_cat notation notation3 infix infixl infixr prefix postfix
    initialize builtin_initialize declare_config_elab register_simp_attr register_builtin_option register_option
    native_decide bv_decide bv_check native config
    """)
#: Words and kinds of notations. The macro behind one is made by Lean and only puts its parts in their places.
NOTATIONS = _words("notation infix infixl infixr prefix postfix") | frozenset(
    _COMMAND + kind
    for kind in _words("notation notationItem identPrec mixfix mixfixKind infix infixl infixr prefix postfix")
)
_QUIET_HASH = _words("check check_failure print synth reduce exit guard_msgs where version")

_WORD = re.compile(r"[^\W\d][\w!?']*")
_HASH = re.compile(r"#([^\W\d]\w*!?)")
_OPTION_USE = re.compile(r"\bset_option\b\s*(\S*)")
_ATTRIBUTE_USE = re.compile(r"(?:@\[|\battribute\s*\[)([^\]]*)")
_ATTRIBUTE_COMMAND = re.compile(r"\battribute\s*\[")
_ATTRIBUTE_NAME = re.compile(r"\s*-?\s*(?:(?:local|scoped)\s+)?([\w.]+)")


def forbidden(commands: Sequence[Command], text: str, allowance: Allowance) -> Forbidden | None:
    """What the policy `proof` refuses in a submission, or None."""
    data = text.encode()
    for command in commands:
        if command.span is not None and command_text(data, command.span) in allowance.commands:
            continue
        for kind in (command.kind, *reversed(command.nested)):
            if (kind == command.kind or kind.startswith(_COMMAND)) and kind not in _ALLOWED:
                return Forbidden(construct=kind.removeprefix(_COMMAND), span=command.span)
    commanded = sum((c.kind, *c.nested).count(_COMMAND + "attribute") for c in commands)
    if commanded > len(_ATTRIBUTE_COMMAND.findall(text)):
        return Forbidden(construct="attribute")
    extra = Counter(name for name, _ in _uses(text)) - allowance.uses
    for name, at in _uses(text):
        if name in extra:
            start = len(text[:at].encode())
            return Forbidden(construct=name, span=Span(start, start + len(name.encode())))
    return None


def runs_code(commands: Iterable[Command], text: str, *, harmless: frozenset[str] = frozenset()) -> bool:
    """Whether elaborating a file may have run code of its own, so that its process is not to be used again.

    The kinds are what the process said; the words are read here and need no trust. `harmless`: kinds and words
    that do not count.
    """
    if any(
        kind not in _ALLOWED | harmless
        for command in commands
        for kind in (command.kind, *command.nested)
        if kind == command.kind or kind.startswith(_COMMAND)
    ):
        return True
    if any(match[1] not in _QUIET_HASH for match in _HASH.finditer(text)):
        return True
    return any(match[0] in _CODE_WORDS - harmless for match in _WORD.finditer(text)) or any(
        True for _ in _odd_attributes(text)
    )


class Allowance:
    """What the reference itself contains: a submission may repeat it."""

    def __init__(self, text: str = "", commands: Iterable[Command] = ()) -> None:
        data = text.encode()
        self.commands = frozenset(command_text(data, c.span) for c in commands if c.span is not None)
        self.uses = Counter(name for name, _ in _uses(text))


def command_text(data: bytes, span: Span) -> str:
    """The text of a command, by its span in the UTF-8 form of its file."""
    return data[span.start : span.end].decode(errors="replace")


def _uses(text: str) -> list[tuple[str, int]]:
    """Words, attributes and options that the policy refuses, with the place of each in the text."""
    found = [(match[0], match.start()) for match in _WORD.finditer(text) if match[0] in _FORBIDDEN_WORDS]
    for match in _OPTION_USE.finditer(text):
        if _OPTIONS.fullmatch(match[1]) is None:
            found.append((f"set_option {match[1]}", match.start()))
    found.extend(_odd_attributes(text))
    return sorted(found, key=lambda use: use[1])


def _odd_attributes(text: str) -> Iterable[tuple[str, int]]:
    for match in _ATTRIBUTE_USE.finditer(text):
        for item in match[1].split(","):
            name = _ATTRIBUTE_NAME.match(item)
            if name is None or name[1] not in _ATTRIBUTES:
                yield f"@[{item.strip() if name is None else name[1]}]", match.start()
