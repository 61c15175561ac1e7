"""What a submission may contain.

`file`: any command; it is contained, not trusted. `proof`: declarations and tactics only, for model
output. Two looks, since the first is reported by the process that ran the submission:

- its syntax, macros expanded as far as Lean's information trees tell: commands must be on an allow-list; every
  other node must be of a kind that the toolchain or a trusted module declares, in a name-space of terms, tactics
  or notations, and not on the list of those that run code; attributes and options must be on allow-lists;
- its text outside comments and strings, read here: no words, attributes or options that run code.

A submission may repeat what the reference contains. What this does not cover: what a macro's result holds that
is data and never elaborated, and code that runs before it is refused (the file has been elaborated by
then, in its container). No verdict `Proved` rests on a policy: statements, axioms and the kernel's replay decide.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from enum import StrEnum

from prover.core.position import Span
from prover.core.verdict import Forbidden
from prover.lean.elaboration import Command, Construct
from prover.verify.code import code_of
from prover.verify.footing import TOOLCHAIN_MODULES, is_under


class Policy(StrEnum):
    """`file`: any command. `proof`: declarations and tactics only."""

    FILE = "file"
    PROOF = "proof"


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_COMMAND = "Lean.Parser.Command."
#: Commands that declare things, set scopes or look things up, and the syntax inside them.
_COMMANDS = frozenset(
    _COMMAND + kind
    for kind in _words("""
    declaration declModifiers declId declSig optDeclSig declBody declValSimple declValEqns whereStructInst
    abbrev definition theorem opaque instance axiom example inductive coinductive classInductive ctor structure
    structureTk classTk structFields structExplicitBinder structImplicitBinder structInstBinder structSimpleBinder
    structCtor structParent extends optDeriving optDefDeriving derivingClass derivingClasses deriving
    private public protected noncomputable partial nonrec visibility docComment plainDocComment moduleDoc commentBody
    namedPrio optNamedPrio namespace section sectionHeader end variable universe include omit mutual in
    open openDecl openSimple openOnly openHiding openRenaming openRenamingItem openScoped export optionValue
    set_option attribute eraseAttr check check_failure synth print printSig printAxioms printEqns where version
    exit eoi InternalSyntax.end_local_scope
    """)
)
#: Kinds of nodes that no parser is declared for.
_BASIC = _words("""
    null ident num str char scientific name choice group hygieneInfo fieldIdx patternIgnore rawNatLit
    interpolatedStrKind interpolatedStrLitKind Lean.Parser.Term.identProj
""")
#: Where the toolchain declares terms, tactics, notations and what they are made of. `term_+_` is of the last sort.
_TOOLCHAIN_KIND = re.compile(
    r"Lean\.Parser\.(Term|Tactic|Attr|Level|Termination|Priority|Prec)\..*|Std\.Tactic\..*"
    r"|Lean\.(calc\w*|cdot\w*|binderIdent|\w*[eE]xplicitBinders|bracketed\w+|withAnnotateTerm|modCast|deprecated"
    r"|suggest_for|Attr\.coe|Elab\.Tactic\.Ext\.\w+|Grind\.\w+)"
    r"|(.*\.)?«?(term|tactic|conv|binderPred|doElem|boolIf)[^.]*.*"
)
#: Terms and tactics that run code of the file, read files, or make code behind the kernel's back.
_CODE_KINDS = _words("""
    Lean.byElab Lean.includeStr Lean.runCmd Lean.runElab Lean.runMeta Lean.Parser.Term.unsafe
    Lean.Parser.Tactic.runTac Lean.Parser.Tactic.bvCheck Lean.Parser.Tactic.declareSimpLikeTactic
""")
#: Those that rest on compiled code.
_NATIVE_KINDS = frozenset(
    "Lean.Parser.Tactic." + kind for kind in _words("nativeDecide bvDecide bvTrace bvDecideMacro bvTraceMacro")
)
#: Those that evaluate a term of the file as a setting.
_EVALUATING_KINDS = frozenset("Lean.Parser.Tactic." + kind for kind in _words("config valConfigItem"))

_OPTIONS = re.compile(
    r"maxHeartbeats|maxRecDepth|synthInstance\.\w+|autoImplicit|relaxedAutoImplicit|(linter|pp|trace)(\.\w+)+"
    r"|warn\.sorry|warningAsError|smartUnfolding|structureDiamondWarning|exponentiation\.threshold|tactic(\.\w+)+"
    r"|backward(\.\w+)+|genInjectivity|quotPrecheck|hygiene|genSizeOf\w*|profiler(\.\w+)*|match\.ignoreUnusedAlts"
)
_ATTRIBUTES = _words("""
    simp norm_cast ext congr grind instance reducible irreducible semireducible inline noinline always_inline
    specialize macro_inline elab_as_elim elabAsElim elab_without_expected_type match_pattern refl symm trans
    deprecated local scoped default_instance simps class induction_eliminator cases_eliminator spec
    coe unification_hint rfl expose no_expose method_specs grind_pattern inherit_doc aesop gcongr mono norm_num
    push_cast
    """)

#: Words that run code while a file is elaborated.
_FORBIDDEN_WORDS = _words("""
    run_tac by_elab run_cmd run_elab run_meta unsafe include_str elab_rules macro_rules simproc_decl
    """)
#: Words after which a process may have run code of the file, for `runs_code`: cheap and wide.
_CODE_WORDS = _FORBIDDEN_WORDS | _words("""
    elab macro syntax declare_syntax_cat notation notation3 infix infixl infixr prefix postfix simproc dsimproc
    initialize builtin_initialize declare_config_elab register_simp_attr register_builtin_option register_option
    native_decide bv_decide bv_check native config
    """)
#: Words and commands of notations. The macro behind one is made by Lean and only puts its parts in their places.
NOTATIONS = _words("notation infix infixl infixr prefix postfix") | {_COMMAND + "notation", _COMMAND + "mixfix"}
_QUIET_HASH = _words("check check_failure print synth reduce exit guard_msgs where version")

#: A word that is not a later part of a dotted name.
_WORD = re.compile(r"(?<![\w!?])(?<![\w!?'»]\.)[^\W\d][\w!?']*")
_HASH = re.compile(r"#([^\W\d]\w*!?)")
_OPTION_USE = re.compile(r"\bset_option\b\s*(\S*)")
_ATTRIBUTE_USE = re.compile(r"(?:@\[|\battribute\s*\[)([^\]]*)")
_ATTRIBUTE_NAME = re.compile(r"\s*-?\s*(?:(?:local|scoped)\s+)?([\w.]+)")


def forbidden(
    commands: Sequence[Command],
    text: str,
    allowance: Allowance,
    *,
    trusted: Collection[str] = (),
    native: bool = False,
) -> Forbidden | None:
    """What the policy `proof` refuses in a submission, or None.

    `trusted`: modules, beside the toolchain's, whose terms and tactics may be used. `native`: tactics that rest
    on compiled code may be used too.
    """
    data = text.encode()
    roots = TOOLCHAIN_MODULES | frozenset(trusted)
    for command in commands:
        if command.span is not None and command_text(data, command.span) in allowance.commands:
            continue
        for construct in (Construct("command", command.kind, span=command.span), *command.constructs):
            if (construct.what, construct.name) in allowance.constructs:
                continue
            if not _is_plain(construct, roots) or (not native and construct.name in _NATIVE_KINDS):
                return Forbidden(construct=_shown(construct), span=construct.span or command.span)
    found = _uses(text)
    extra = Counter(name for name, _ in found) - allowance.uses
    for name, at in found:
        if name in extra:
            start = len(text[:at].encode())
            return Forbidden(construct=name, span=Span(start, start + len(name.encode())))
    return None


def runs_code(commands: Iterable[Command], text: str, *, harmless: frozenset[str] = frozenset()) -> bool:
    """Whether elaborating a file may have run code of its own, so that its process is not to be used again.

    The constructs are what the process said; the words are read here and need no trust. `harmless`: kinds of
    commands, and words, that do not count; what such commands declare may be used.
    """
    for command in commands:
        if command.kind in harmless:
            continue
        for construct in (Construct("command", command.kind), *command.constructs):
            if _may_run(construct, own_syntax=bool(harmless)):
                return True
    code = code_of(text)
    if any(match[1] not in _QUIET_HASH for match in _HASH.finditer(code)):
        return True
    words = _CODE_WORDS - harmless
    return any(match[0] in words for match in _WORD.finditer(code)) or any(True for _ in _odd_attributes(code))


class Allowance:
    """What the reference itself contains: a submission may repeat it."""

    def __init__(self, text: str = "", commands: Sequence[Command] = ()) -> None:
        data = text.encode()
        self.commands = frozenset(command_text(data, c.span) for c in commands if c.span is not None)
        self.constructs = frozenset((part.what, part.name) for c in commands for part in c.constructs)
        self.uses = Counter(name for name, _ in _uses(text))


def command_text(data: bytes, span: Span) -> str:
    """The text of a command, by its span in the UTF-8 form of its file."""
    return data[span.start : span.end].decode(errors="replace")


def _is_plain(construct: Construct, roots: frozenset[str]) -> bool:
    """Whether the policy `proof` lets a construct pass. `roots`: modules whose syntax is known."""
    name = construct.name
    match construct.what:
        case "command":
            return name in _COMMANDS
        case "attribute":
            return name in _ATTRIBUTES
        case "option":
            return _OPTIONS.fullmatch(name) is not None
        case _ if name in _COMMANDS or name in _BASIC or name.startswith("token."):
            return True
        case _ if name in _CODE_KINDS or name.startswith(_COMMAND):
            return False
        case _ if construct.origin == "builtin" or is_under(construct.origin, TOOLCHAIN_MODULES):
            return _TOOLCHAIN_KIND.fullmatch(name) is not None
        case _:
            return construct.origin != "" and is_under(construct.origin, roots)


def _may_run(construct: Construct, *, own_syntax: bool) -> bool:
    """Whether a construct may have run code of the file, or have made something that does later.

    `own_syntax`: syntax of the file's own is no reason, since the commands that may declare it are known.
    """
    name = construct.name
    match construct.what:
        case "command":
            return name not in _COMMANDS
        case "attribute":
            return name not in _ATTRIBUTES
        case "option":
            return False
        case _ if name in _COMMANDS or name in _BASIC or name.startswith("token."):
            return False
        case _:
            return (
                (construct.origin == "" and not own_syntax)
                or name in _CODE_KINDS | _NATIVE_KINDS | _EVALUATING_KINDS
                or name.startswith(_COMMAND)
            )


def _shown(construct: Construct) -> str:
    match construct.what:
        case "attribute":
            return f"@[{construct.name}]"
        case "option":
            return f"set_option {construct.name}"
        case _:
            return construct.name.removeprefix(_COMMAND)


def _uses(text: str) -> list[tuple[str, int]]:
    """Words, attributes and options that the policy refuses, with the place of each in the text."""
    code = code_of(text)
    found = [(match[0], match.start()) for match in _WORD.finditer(code) if match[0] in _FORBIDDEN_WORDS]
    for match in _OPTION_USE.finditer(code):
        if _OPTIONS.fullmatch(match[1]) is None:
            found.append((f"set_option {match[1]}", match.start()))
    found.extend(_odd_attributes(code))
    return sorted(found, key=lambda use: use[1])


def _odd_attributes(code: str) -> Iterable[tuple[str, int]]:
    for match in _ATTRIBUTE_USE.finditer(code):
        for item in match[1].split(","):
            name = _ATTRIBUTE_NAME.match(item)
            if name is None or name[1] not in _ATTRIBUTES:
                yield f"@[{item.strip() if name is None else name[1]}]", match.start()
