"""From what a role wrote to values. Any text can be read; what cannot be used is a `NoReply`.

The prompts ask for fenced blocks that say what they are (```lean definitions, ```lean lemma, ```lean proof, ```json).
Models write what they write: blocks without labels are sorted by what is in them, a whole file is taken apart.
"""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, cast

from prover.agent.leap.replies import (
    Diagnosis,
    DiagnosisReply,
    NoReply,
    PlanReply,
    ProofReply,
    ReviewReply,
    Stated,
    StatementReply,
    WordsReply,
)
from prover.generate.commands import Command, commands, without_imports, words
from prover.generate.declarations import proof_in
from prover.generate.fences import Block, blocks, spoken
from prover.generate.screening import is_forbidden, is_prose, objection
from prover.generate.tokens import balanced

#: What `read_proof` and `read_plan` look for, for models that wrote something else.
PROOF_FORMAT = "one block that begins with ```lean proof and holds the tactic lines that stand after `:= by`"
PLAN_FORMAT = (
    "for each lemma one block that begins with ```lean lemma and holds its statement, then one block that begins with "
    "```lean proof and holds the tactic lines that prove the statement from them"
)
_LONGEST_REPLY = 400_000
_LONGEST_SCRIPT = 100_000
_MOST_LEMMAS = 64
_SHOWN = 300
_LONGEST_WORDS = 4000
_OPENINGS = 40
_DEFINITIONS = frozenset({"definition", "def"})
_LEMMAS = frozenset({"lemma", "statement"})
_VERDICT = re.compile(r"verdict\W{1,8}(accept|reject)", re.IGNORECASE)
_SCORE = re.compile(r"score\W{1,8}(\d{1,2}(?:\.\d+)?)", re.IGNORECASE)
_KIND = re.compile("|".join(Diagnosis))
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


@dataclass(frozen=True, slots=True)
class Question:
    """What the reply is to answer, as far as reading needs it. `name`: the theorem to be proved; `context`: what stands
    before it, not to be declared again. `native`: proofs may rest on compiled code."""

    name: str = ""
    context: str = ""
    native: bool = False


@dataclass(slots=True)
class _Parts:
    """What the blocks of a reply hold. `proofs`: pieces of code that prove the theorem, the last one counting."""

    plan: str = ""
    definitions: list[str] = field(default_factory=list[str])
    lemmas: list[Command] = field(default_factory=list[Command])
    proofs: list[str] = field(default_factory=list[str])
    labelled: list[str] = field(default_factory=list[str])
    cut: bool = False

    @property
    def proof(self) -> str:
        return (self.labelled or self.proofs or [""])[-1]


def read_proof(text: str, question: Question, finish: str = "stop") -> ProofReply | NoReply:
    """A whole proof of the theorem, by itself. `finish`: as in `Sample`."""
    parts = _parts(text, question, finish)
    if isinstance(parts, NoReply):
        return parts
    if not parts.proof and parts.lemmas and not parts.lemmas[-1].open:
        # Under another name: a proof is what was asked for.
        parts.proofs.append(parts.lemmas.pop().text)
    if not parts.proof:
        return _nothing(text, parts)
    unproved = next((lemma.name for lemma in parts.lemmas if lemma.open), None)
    if unproved is not None:
        return NoReply("open_lemma", unproved)
    script, definitions = _with_helpers(parts, question)
    wrong = _objection(script, definitions, question)
    if wrong is not None:
        return wrong
    return ProofReply(parts.plan, script, definitions)


def read_plan(text: str, question: Question, finish: str = "stop") -> PlanReply | NoReply:
    """Lemmas, and a proof from them where the reply has one; neither may be missing altogether."""
    parts = _parts(text, question, finish)
    if isinstance(parts, NoReply):
        return parts
    lemmas = _lemmas(parts.lemmas)
    script = proof_in(parts.proof, question.name).text if parts.proof else ""
    if not lemmas and not script:
        found = _nothing(text, parts)
        return replace(found, reason="no_lemma") if found.reason == "empty" else found
    definitions = "\n\n".join(parts.definitions)
    texts = "\n".join([definitions, *(f"{lemma.text}\n{lemma.script}" for lemma in lemmas)])
    wrong = _objection(script, texts, question, needed=False)
    if wrong is not None:
        return wrong
    return PlanReply(parts.plan, definitions, lemmas, script)


def read_statement(text: str, question: Question = Question(), finish: str = "stop") -> StatementReply | NoReply:
    """One statement; of several the one that is asked for, else the last."""
    parts = _parts(text, replace(question, name=""), finish)
    if isinstance(parts, NoReply):
        return parts
    lemmas = _lemmas(parts.lemmas)
    if not lemmas:
        return _nothing(text, parts)
    asked = [lemma for lemma in lemmas if lemma.name == question.name] or list(lemmas)
    definitions = "\n\n".join(parts.definitions)
    wrong = _objection("", f"{definitions}\n{asked[-1].text}", question, needed=False)
    return wrong or StatementReply(asked[-1], definitions, parts.plan)


def read_words(text: str, finish: str = "stop") -> WordsReply | NoReply:
    """Words alone."""
    said = _said(text)
    if isinstance(said, NoReply):
        return said
    words = said.strip()
    if not words:
        return NoReply("truncated" if finish == "length" else "silent")
    return WordsReply(words[:_LONGEST_WORDS])


def read_review(text: str, finish: str = "stop") -> ReviewReply | NoReply:
    """A judgement: JSON as asked for, or words that leave no doubt."""
    said = _said(text)
    if isinstance(said, NoReply):
        return said
    for found in _objects(said):
        verdict = str(found.get("verdict", "")).strip().lower()
        if verdict.startswith(("accept", "reject")):
            accepted = verdict.startswith("accept")
            score = _number(found.get("score"), 10.0 if accepted else 0.0)
            return ReviewReply(accepted, score, _texts(found.get("reasons", found.get("reason"))))
    verdicts = {found[1].lower() for found in _VERDICT.finditer(said)}
    if len(verdicts) != 1:
        return NoReply("truncated" if finish == "length" else "no_json")
    accepted = verdicts == {"accept"}
    score = _SCORE.search(said)
    return ReviewReply(accepted, _number(score[1] if score else None, 10.0 if accepted else 0.0))


def read_diagnosis(text: str, finish: str = "stop") -> DiagnosisReply | NoReply:
    """A diagnosis: JSON as asked for, or words that name exactly one."""
    said = _said(text)
    if isinstance(said, NoReply):
        return said
    for found in _objects(said):
        kind = re.sub(r"\W+", "_", str(found.get("diagnosis", "")).strip().upper())
        if kind in list(Diagnosis):
            counterexample, advice = (_words(found.get(key)) for key in ("counterexample", "advice"))
            return DiagnosisReply(Diagnosis(kind), counterexample, advice)
    kinds = set(_KIND.findall(said))
    if len(kinds) != 1:
        return NoReply("truncated" if finish == "length" else "no_json")
    return DiagnosisReply(Diagnosis(kinds.pop()), advice=said.strip()[:_LONGEST_WORDS])


# --- blocks


def _said(text: str) -> str | NoReply:
    if len(text) > _LONGEST_REPLY:
        return NoReply("too_long")
    said = spoken(text)
    return NoReply("truncated") if said is None else said


def _parts(text: str, question: Question, finish: str) -> _Parts | NoReply:
    said = _said(text)
    if isinstance(said, NoReply):
        return said
    found = [block for block in blocks(said) if block.is_lean and block.text.strip()]
    parts = _Parts(said[: found[0].start].strip()[:_LONGEST_WORDS] if found else "")
    parts.cut = finish == "length" and (not found or not found[-1].closed)
    if not found:
        _loose(said, parts, question)
    for block in found:
        _sort(block.text, block.role, parts, question)
    return NoReply("truncated") if parts.cut else parts


def _loose(said: str, parts: _Parts, question: Question) -> None:
    """A reply without blocks: code alone, or words before code."""
    if commands(said):
        _sort(said, "", parts, question)
    elif said.strip() and not is_prose(said) and balanced(said):
        parts.proofs.append(said)


def _sort(code: str, role: str, parts: _Parts, question: Question) -> None:
    known = words(question.context)
    found = [command for command in commands(code) if command.kind != "setting"]
    found = [command for command in found if not known or words(command.text) not in known]
    theorems = [command for command in found if command.kind == "theorem"]
    if role in _DEFINITIONS and not any(theorem.open for theorem in theorems):
        whole = without_imports(textwrap.dedent(code)).strip()
        if whole and found:
            parts.definitions.append(whole)
        return
    parts.definitions += [_documented(command) for command in found if command.kind == "definition"]
    if not theorems:
        if role not in _LEMMAS | _DEFINITIONS and not any(command.kind == "definition" for command in found):
            (parts.labelled if role else parts.proofs).append(code)
        return
    main = _main(theorems, role, question)
    if main is not None:
        (parts.labelled if role == "proof" else parts.proofs).append(main.text)
    parts.lemmas += [t for t in theorems if t is not main and t.name and not _same(t.name, question.name)]


def _main(theorems: Sequence[Command], role: str, question: Question) -> Command | None:
    """The theorem in whose proof the answer stands."""
    if not question.name:
        return None
    asked = [theorem for theorem in theorems if _same(theorem.name, question.name)]
    asked = asked or [theorem for theorem in theorems if not theorem.name and theorem.script]
    if asked:
        return next((theorem for theorem in reversed(asked) if theorem.script), None)
    if role in _LEMMAS:
        return None
    closed = [theorem for theorem in theorems if not theorem.open]
    # Under another name: where it is said to be the proof, or where it alone has one.
    alone = len(theorems) > 1 and len(closed) == 1 and closed[0] is theorems[-1]
    return theorems[-1] if closed and theorems[-1] in closed and (role == "proof" or alone) else None


def _same(one: str, other: str) -> bool:
    return bool(one) and one.split(".")[-1] == other.split(".")[-1]


def _documented(command: Command) -> str:
    return f"/-- {command.comment} -/\n{command.text}" if command.comment else command.text


def _lemmas(found: Sequence[Command]) -> tuple[Stated, ...]:
    """Each lemma once: as it was stated last, at the place where it was stated first."""
    made: dict[str, Stated] = {}
    for lemma in found:
        script = "" if lemma.open else lemma.script
        comment = lemma.comment[:_LONGEST_WORDS]
        made[lemma.name] = Stated(lemma.name, lemma.statement, comment, script)
    return tuple(made.values())[:_MOST_LEMMAS]


def _with_helpers(parts: _Parts, question: Question) -> tuple[str, str]:
    """The proof with the proved lemmas of the reply as steps of it; where they cannot be, they stand before it."""
    short = question.name.split(".")[-1] or "goal"
    proof = proof_in(parts.proof, short).text
    definitions = list(parts.definitions)
    if parts.lemmas:
        code = "\n\n".join(lemma.text for lemma in parts.lemmas)
        whole = f"{code}\n\ntheorem {short} : True := by\n{textwrap.indent(proof, '  ')}\n"
        joined = proof_in(whole, short)
        if not joined.rejected:
            return joined.text, "\n\n".join(definitions)
        definitions += [_documented(lemma) for lemma in parts.lemmas]
    return proof, "\n\n".join(definitions)


def _objection(script: str, definitions: str, question: Question, *, needed: bool = True) -> NoReply | None:
    reason = objection(script, longest=_LONGEST_SCRIPT, native=question.native) if script or needed else ""
    if reason:
        return NoReply(reason, script.strip()[:_SHOWN])
    if len(definitions) > _LONGEST_SCRIPT:
        return NoReply("too_long")
    if is_forbidden(definitions, native=question.native):
        return NoReply("forbidden")
    return None if balanced(definitions) else NoReply("unbalanced", definitions.strip()[:_SHOWN])


def _nothing(text: str, parts: _Parts) -> NoReply:
    return NoReply("prose" if text.strip() and not parts.definitions else "empty", text.strip()[:_SHOWN])


# --- JSON


def _objects(said: str) -> Iterator[dict[str, Any]]:
    """The JSON objects in a reply: those in blocks first, and the last first, since models correct themselves."""
    texts = [block.text for block in reversed(blocks(said)) if _may_be_json(block)]
    for text in [*texts, said]:
        found: list[dict[str, Any]] = []
        at = 0
        for _ in range(_OPENINGS):
            at = text.find("{", at)
            if at < 0:
                break
            try:
                value, at = json.JSONDecoder(strict=False).raw_decode(text, at)
            except (ValueError, RecursionError):
                at += 1
                continue
            if isinstance(value, dict):
                found.append(cast("dict[str, Any]", value))
        yield from reversed(found)


def _may_be_json(block: Block) -> bool:
    return not block.label or block.label[0].startswith("json")


def _number(value: object, otherwise: float) -> float:
    """A score from 0 to 10, also from `"7/10"`."""
    found = _NUMBER.search(str(value)) if isinstance(value, int | float | str) else None
    return otherwise if found is None else min(max(float(found[0]), 0.0), 10.0)


def _texts(value: object) -> tuple[str, ...]:
    items = cast("list[object]", value) if isinstance(value, list) else [value]
    return tuple(text for item in items[:_MOST_LEMMAS] if (text := _words(item)))


def _words(value: object) -> str:
    if value is None:
        return ""
    try:
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    except RecursionError:
        return ""
    return text.strip()[:_LONGEST_WORDS]
