"""Records with fields to drafts: which field holds what, in all the spellings in use."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from prover.bench.draft import Draft, Rejected
from prover.bench.files import DataFile
from prover.bench.manifest import Variant, split_by_file
from prover.bench.parts import plain_comment
from prover.bench.records import Unreadable, as_list, records
from prover.generate.tokens import code_tokens, depth_zero

ID = (
    *("name", "problem_id", "id", "full_name", "theorem_names", "problem_name", "theorem_name", "uuid"),
    "statement_id",
)
STATEMENT = (
    *("formal_statement", "formal_stmt", "lean4_formalization", "lean4_code", "autoformalization", "formal_problem"),
    *("lean4_statement", "prop_defn", "statement", "correct_proof"),
)
HEADER = ("header", "lean4_src_header", "deps")
PREAMBLE = ("helper",)
INFORMAL = (
    *("informal_prefix", "informal_stmt", "informal_statement", "informal statement", "nl_statement"),
    *("refined_statement", "natural_language", "informal_problem", "problem", "informal", "doc"),
)
TOPIC = ("topic", "category", "domain", "tags", "textbook", "world")
DIFFICULTY = ("difficulty", "grade", "score")
SPLIT = ("split",)

#: So deep lists of texts are read: no released data go deeper than two.
_DEEPEST = 4
_SHOWN = 100

_DECLARED = frozenset(
    (
        *("theorem", "lemma", "example", "def", "abbrev", "instance", "structure", "inductive", "class", "mutual"),
        *("import", "open", "set_option", "noncomputable", "universe", "namespace", "section", "variable", "variables"),
        *("private", "protected", "local", "notation", "@"),
    )
)


def drafts(variant: Variant, file: DataFile) -> Iterator[Draft | Rejected]:
    """The records of a file. What cannot be used is reported, with its line and the reason."""
    for found in records(file):
        if isinstance(found, Unreadable):
            yield Rejected(file.name, found.number, found.reason)
            continue
        try:
            yield _draft(variant, file, found.number, found.fields)
        except ValueError as error:
            yield Rejected(file.name, found.number, str(error))


def _draft(variant: Variant, file: DataFile, number: int, fields: Mapping[str, Any]) -> Draft:
    columns = variant.columns
    id, notes = _id(columns.id, fields)
    name = identifier(_first(fields, columns.name) if columns.name else f"{variant.prefix}{id}")
    text = _first(fields, columns.statement or STATEMENT)
    if not text:
        given = columns.statement or STATEMENT
        raise ValueError(f"it has no statement: no text in any of the fields {', '.join(given)}")
    if variant.shape == "term" or not any(token.text in _DECLARED for token in code_tokens(text)[:1]):
        text, done = _declared(variant, name, text)
        notes += done
    header = _first(fields, columns.header or HEADER)
    if any(token.text == "import" for token in code_tokens(text)[:1]):
        header = ""  # the statement is a whole file
    elif not header and variant.header:
        header, notes = variant.header, [*notes, "header-supplied"]
    preamble = _first(fields, columns.preamble or PREAMBLE)
    if columns.preamble_file:
        preamble = "\n\n".join(part for part in (_beside(file, fields, columns.preamble_file), preamble) if part)
    return Draft(
        id=id,
        text="\n\n".join(part.strip("\n") for part in (header, preamble, text) if part.strip()),
        file=file,
        record=number,
        name=name,
        informal=plain_comment(_first(fields, columns.informal or INFORMAL)),
        split=variant.split or split_by_file(variant, file.name) or _labelled(variant, fields),
        topic=_topic(_first(fields, columns.topic or TOPIC)),
        difficulty=_first(fields, columns.difficulty or DIFFICULTY),
        notes=tuple(notes),
    )


def _id(columns: Sequence[str], fields: Mapping[str, Any]) -> tuple[str, list[str]]:
    if columns:
        id = "-".join(part for part in (_text(fields.get(column)) for column in columns) if part)
    else:
        id = _first(fields, ID)
    if not id:
        raise ValueError(f"it has no name: nothing in any of the fields {', '.join(columns or ID)}")
    clean = re.sub(r"[\s:#/\\\x00-\x1f]+", "_", id).strip("_.")
    if not clean:
        raise ValueError(f"its name {id!r} has no letters")
    return clean, ["name-repaired"] if clean != id else []


def _declared(variant: Variant, name: str, text: str) -> tuple[str, list[str]]:
    """A theorem of what is only a part of one; and notes."""
    match variant.shape:
        case "signature":
            return f"theorem {name} {text.strip()}", []
        case "term":
            restored = _restored(text)
            return (restored, ["placeholder-restored"]) if restored else (f"theorem {name} : {text.strip()}", [])
        case _:
            start = " ".join(text.split())[:40]
            raise ValueError(f"its statement is no declaration: {start!r}; `shape` in the manifest says what it is")


def _restored(text: str) -> str:
    """A theorem and the definitions before it, where a converter took both for a term: it writes `∀` before them and
    `,` for the theorem's colon, `∀ abbrev x : T := sorry theorem t (a : A), p`. Empty for any other term."""
    found = code_tokens(text)
    bound = found[:1] != [] and found[0].text == "∀"
    starts = [token for token in found if token.kind == "word" and token.text in ("theorem", "noncomputable", "abbrev")]
    if not starts or starts[0] is not found[int(bound)] or starts[-1].text != "theorem":
        return ""
    theorem = text[starts[-1].start :]
    if bound:
        comma = next((token for _, token in depth_zero(code_tokens(theorem)) if token.text == ","), None)
        if comma is None:
            return ""
        theorem = f"{theorem[: comma.start].rstrip()} :{theorem[comma.end :]}"
    ends = [*(token.start for token in starts), len(text)][1:]
    pieces = [text[token.start : end].strip() for token, end in zip(starts, ends, strict=True)]
    before = "\n".join(pieces[:-1]).replace("noncomputable\n", "noncomputable ")
    return f"{before}\n\n{theorem}"


def identifier(text: str) -> str:
    """A Lean name made of a text: what no name may hold becomes `_`."""
    name = re.sub(r"[^\w.'!?]+", "_", text).strip("._")
    parts = (part if not part[:1].isdigit() else f"p{part}" for part in name.split(".") if part)
    return ".".join(parts) or "unnamed"


def _first(fields: Mapping[str, Any], columns: Sequence[str]) -> str:
    """The text of the first of the fields that has one."""
    return next((text for column in columns if (text := _text(fields.get(column)))), "")


def _text(value: object, depth: int = 0) -> str:
    """The text of a field, or of the texts in its list. Raises `ValueError` for what is no Unicode text."""
    if isinstance(value, str):
        try:
            value.encode()
        except UnicodeEncodeError:
            raise ValueError("it has a text with half of a surrogate pair, which is no character") from None
        return "" if value.strip() in ("", "null", "None.") else value
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return str(value)
    if depth > _DEEPEST:
        raise ValueError("it has lists in lists in lists where a text should be")
    return ", ".join(text for item in as_list(value) if (text := _text(item, depth + 1)))


def _labelled(variant: Variant, fields: Mapping[str, Any]) -> str:
    label = _first(fields, variant.columns.split or SPLIT)
    return variant.split_labels.get(label, label)


def _topic(text: str) -> str:
    """Of `Mathematics -> Algebra -> Other; ...` the field: `Algebra`."""
    if "->" not in text:
        return text
    steps = [step.strip() for step in text.split(";")[0].split("->")]
    return steps[1] if steps[0] == "Mathematics" and len(steps) > 1 else steps[0]


def _beside(file: DataFile, fields: Mapping[str, Any], pattern: str) -> str:
    """The Lean text of the file beside the data whose name `pattern` gives: a field, or a text with `{field}` in it."""
    named = pattern in fields
    name = _text(fields[pattern]) if named else _filled(pattern, fields)
    if not name:
        return ""
    folder = file.path.parent if file.path is not None else None
    if folder is None or not (folder / name).resolve().is_relative_to(folder.resolve()):
        raise ValueError(f"the file {name} is not beside the data")
    try:
        return (folder / name).read_text(encoding="utf-8")
    except FileNotFoundError:
        if named:
            raise ValueError(f"there is no file {name} beside the data") from None
        return ""
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"the file {name[:_SHOWN]} beside the data cannot be read: {error}") from None


def _filled(pattern: str, fields: Mapping[str, Any]) -> str:
    return re.sub(r"\{(\w+)\}", lambda found: _text(fields.get(found[1])), pattern)
