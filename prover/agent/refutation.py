"""The negation of a target, as a theorem after it."""

from __future__ import annotations

from prover.verify.name import parse, show


def refutation_name(name: str) -> str:
    """The name given to the proof that `name`'s statement is false."""
    return show((*parse(name), "refutation"))


def refutation_header(name: str, *, quoted: bool, levels: str = "") -> str:
    """The statement of that proof. `quoted`: every part of the name between guillemets (a keyword, say). `levels`: the
    universes it is about, as `.{0}`; one instance of a statement refutes it."""
    parts = [str(part) for part in parse(name)]
    spelled = ".".join(f"«{part}»" for part in parts) if quoted else ".".join(parts)
    return f"theorem _root_.{spelled}.refutation : ¬ type_of% @{spelled}{levels} :="
