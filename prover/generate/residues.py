"""Remainders: case splits on the remainder of a variable, and the periodic remainders of powers."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from prover.generate.evaluation import INT, NAT, kind_of
from prover.generate.linear import LinearReader, closed
from prover.generate.proposal import Proposal
from prover.generate.term import Term, leaves, substitute, subterms
from prover.generate.view import View

_MAX_MODULUS = 60
_MAX_CASES = 27
_MAX_PERIOD = 24

_NAT_RULES = "Nat.dvd_iff_mod_eq_zero, Nat.add_mod, Nat.mul_mod, Nat.pow_mod"
_INT_RULES = "Int.dvd_iff_emod_eq_zero, Int.add_emod, Int.sub_emod, Int.mul_emod, Int.pow_succ"


def moduli(view: View) -> list[int]:
    """Numerals that something is divided by, smallest first."""
    found: set[int] = set()
    for statement in view.statements:
        for term in subterms(statement):
            divisor = term.args[0] if term.head == "∣" else term.args[1] if term.head == "%" else None
            value = closed(divisor) if divisor is not None else None
            if value is not None and value >= 2:
                found.add(value)
    return sorted(found)


def split_residues(view: View) -> Iterator[Proposal]:
    """A case for each remainder of a variable (or two), then everything computed modulo."""
    wanted = moduli(view)
    if not wanted:
        return
    known = [f.proof for f in view.facts if f.statement.head == "=" and f.statement.args[0].head == "%"]
    kinds = {kind_of(Term(n), view.variables) for n in view.variables}
    rules = ", ".join(r for k, r in ((NAT, _NAT_RULES), (INT, _INT_RULES)) if k in kinds)
    if known and rules:
        yield Proposal("simp_mod", f"simp [{rules}, {', '.join(known)}]")
    names = [
        n
        for n in view.variables
        if any(n in leaves(t) for s in view.statements for t in subterms(s) if t.head in ("∣", "%"))
    ]
    for modulus in wanted:
        if modulus > _MAX_MODULUS:
            continue
        if len(names) >= 1 and modulus <= _MAX_CASES:
            for name in names:
                yield from _one_variable(view, name, modulus, rules, known)
        if len(names) >= 2 and modulus**2 <= _MAX_CASES:
            yield from _several(view, names[:2], modulus, rules, known)


def _cases(name: str, modulus: int) -> str:
    return " ∨ ".join(f"{name} % {modulus} = {r}" for r in range(modulus))


def _split(name: str, modulus: int, label: str) -> str:
    return f"rcases (by omega : {_cases(name, modulus)}) with {' | '.join([label] * modulus)}"


def _one_variable(view: View, name: str, modulus: int, rules: str, known: list[str]) -> Iterator[Proposal]:
    label = view.fresh("h", "hr")
    split = _split(name, modulus, label)
    simp = ", ".join([rules, *known, label])
    shift = -0.05 * modulus
    yield Proposal("residues_simp", f"{split} <;> simp [{simp}]", shift)
    yield Proposal("residues_simp_all", f"{split} <;> simp_all [{rules}]", shift)
    products = _products(view, name, modulus, label)
    if products:
        yield Proposal("residues_omega", f"{split} <;>\n  ({products} omega)", shift)
    yield Proposal("residues", split, shift)


def _several(view: View, names: list[str], modulus: int, rules: str, known: list[str]) -> Iterator[Proposal]:
    labels = [view.fresh(f"h{i}") for i in range(1, len(names) + 1)]
    splits = " <;>\n  ".join(_split(n, modulus, label) for n, label in zip(names, labels, strict=True))
    yield Proposal("residues_two", f"{splits} <;>\n  simp [{', '.join([rules, *known, *labels])}]", -0.05 * modulus**2)
    yield Proposal("residues_two", f"{splits} <;>\n  simp_all [{rules}]", -0.5 - 0.05 * modulus**2)


def _products(view: View, name: str, modulus: int, label: str) -> str:
    """Steps that tell `omega` the remainders of the powers of `name`, its own remainder being `label`."""
    if view.variables[name] != NAT:
        return ""
    exponents = {
        k
        for s in view.statements
        for t in subterms(s)
        if t.head == "^" and t.args[0].head == name and (k := closed(t.args[1])) is not None and k >= 2
    }
    return " ".join(f"have e{k} := Nat.pow_mod {name} {k} {modulus}; rw [{label}] at e{k};" for k in sorted(exponents))


# --- powers of numerals


@dataclass(frozen=True, slots=True)
class _Power:
    """`base ^ (step * variable + offset)`."""

    base: int
    variable: str
    step: int
    offset: int
    text: str
    exponent: Term


def _powers(view: View) -> list[_Power]:
    found: dict[str, _Power] = {}
    reader = LinearReader(view.kinds)
    for statement in view.statements:
        for term in subterms(statement):
            if term.head != "^" or str(term) in found:
                continue
            base = closed(term.args[0])
            if base is None or not 2 <= base <= 10**6:
                continue
            exponent = reader.read(term.args[1], NAT)
            if len(exponent.coefficients) != 1:
                continue
            ((variable, step),) = exponent.coefficients.items()
            if view.variables.get(variable) == NAT and 1 <= step <= 6 and 0 <= exponent.constant <= 12:
                found[str(term)] = _Power(base, variable, step, exponent.constant, str(term), term.args[1])
    return list(found.values())


def power_residues(view: View) -> Iterator[Proposal]:
    """The remainders of `b ^ n` together with those of `n`, proved by induction; then `omega` has what it needs."""
    powers = _powers(view)
    if not powers:
        return
    integers = any(k == INT for k in view.variables.values()) or _int_powers(view)
    wanted = [m for m in moduli(view) if m <= 2000]
    options = dict.fromkeys([*wanted, *(math.lcm(a, b) for a in wanted for b in wanted if a < b)])
    for modulus in [m for m in options if m <= 5000][:6]:
        claims: list[str] = []
        splits: list[str] = []
        size = 0
        for power in powers[:3]:
            label = view.fresh(f"h{power.base}", f"h{power.base}_")
            claim = _claim(power, modulus, label, integers)
            if claim is not None:
                claims.append(claim[0])
                size += claim[1]
                splits.append(f"rcases {label} with {' | '.join([label] * claim[1])}")
        if claims and size <= 3 * _MAX_PERIOD:
            text = "\n".join(claims)
            # As plain variables the powers cost omega less, and it takes their casts for the same.
            hidden = "\n".join(f"generalize {p.text} = {view.fresh(f'p{i}')} at *" for i, p in enumerate(powers[:3]))
            yield Proposal("power_residues_omega", f"{text}\n{hidden}\nomega", -0.02 * size, effort=1)
            yield Proposal("power_residues", text, -0.02 * size, effort=1)
            split = " <;>\n  ".join([*splits, "first | omega | grind"])
            yield Proposal("power_residues_split", f"{text}\n{split}", -0.04 * size, effort=1)


def _int_powers(view: View) -> bool:
    return "ℤ" in view.goal.target or "Int" in view.goal.target


def _claim(power: _Power, modulus: int, label: str, integers: bool) -> tuple[str, int] | None:
    """`have label := ... variable` and the number of its cases; None when the period is too long."""
    growth = pow(power.base, power.step, modulus)
    values: list[int] = []
    value = pow(power.base, power.offset, modulus)
    while value not in values:
        values.append(value)
        value = value * growth % modulus
        if len(values) > _MAX_PERIOD:
            return None
    start = values.index(value)
    period = len(values) - start
    n = power.variable
    base = f"({power.base} : Int)" if integers else str(power.base)
    text = f"{base} ^ ({power.exponent})" if power.exponent.args else f"{base} ^ {power.exponent}"
    cases = [f"({n} = {i} ∧ {text} % {modulus} = {values[i]})" for i in range(start)]
    for i in range(period):
        # The case whose remainder of n is r belongs to n = start + i, start + i + period, ...
        residue = (start + i) % period
        conditions = [f"{start} ≤ {n}"] if start else []
        conditions += [f"{n} % {period} = {residue}"] if period > 1 else []
        cases.append("(" + " ∧ ".join([*conditions, f"{text} % {modulus} = {values[start + i]}"]) + ")")
    rule = "Int.pow_add" if integers else "Nat.pow_add"
    shown = str(power.exponent)
    stepped = substitute(power.exponent, {n: Term("+", (Term(n), Term("1")))})
    split = power.step != 1 or power.offset != 0
    lines = [
        f"have {label} : ∀ {n} : Nat, {' ∨ '.join(cases)} := by",
        f"  intro {n}",
        f"  induction {n} with",
        "  | zero => decide",
        f"  | succ {n} ih =>",
        f"    rw [show {stepped} = {shown} + {power.step} from by omega, {rule}]"
        if split
        else f"    rw [{'Int' if integers else 'Nat'}.pow_succ]",
    ]
    count = len(cases)
    if count == 1:
        lines.append("    omega")
    else:
        lines.append(f"    rcases ih with {' | '.join(['ih'] * count)}")
        # From the case of n to the case of n + 1; the last returns to the first of the period.
        lines += [f"    · {_choose(i + 1 if i + 1 < count else start, count)}omega" for i in range(count)]
    lines.append(f"replace {label} := {label} {n}")
    return "\n".join(lines), count


def _choose(case: int, count: int) -> str:
    """Tactics that choose one of `count` alternatives."""
    return "right; " * case + ("left; " if case + 1 < count else "")
