"""The page of evaluations: rates, plots, problems, attempts, proofs and searches; several runs over one another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from prover.report.embedding import embedded_json, policy
from prover.report.fields import shown_data
from prover.report.page import EXPLORER, asset, program
from prover.report.words import stop_words, verdict_tone, verdict_words

_PROGRAM = (*EXPLORER, "chart.js", "curve.js", "bars.js", "problems.js", "problem.js", "evaluation.js")
_BUDGETS = {
    "seconds": "seconds",
    "lean_seconds": "seconds of Lean",
    "heartbeats": "heartbeats",
    "expansions": "expansions",
    "tokens": "tokens",
}
_REASONS = {"pending": "pending", "k_exceeds_attempts": "k > attempts", "no_problems": "no problems"}
_FACTS = ("problems", "pending", "spoilt", "doubt", "prover", "budget", "Lean", "rungs", "axioms", "source")
Document = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Trees:
    """`searches`: by run (its place) and attempt (`problem#attempt`), searches as `searches_data` gives them, texts by
    number in `texts`. `left_out`: attempts whose searches found no room; `unreadable`: those whose file has no
    events."""

    searches: Mapping[tuple[int, str], list[Any]] = field(default_factory=dict[tuple[int, str], list[Any]])
    texts: list[str] = field(default_factory=list[str])
    left_out: int = 0
    unreadable: tuple[str, ...] = ()


def evaluation_page(
    documents: Sequence[Document], pairings: Sequence[Document] = (), trees: Trees | None = None
) -> str:
    """One self-contained HTML page on one evaluation or several: `documents` are what `prove bench export --format
    json` writes, `pairings` the comparisons of the first with others.

    Nothing is loaded from elsewhere, and texts from Lean, a model or a benchmark stay texts whatever they hold.
    """
    import jinja2
    from markupsafe import Markup

    trees = trees or Trees()
    runs: list[Any] = shown_data([dict(document) for document in documents])
    compared: list[Any] = shown_data([dict(pairing) for pairing in pairings])
    script, style = program(*_PROGRAM), asset("page.css") + asset("evaluation.css")
    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.from_string(asset("evaluation.html.j2")).render(
        title=" / ".join(dict.fromkeys(run["label"] for run in runs)),
        headline=_headline(runs),
        runs=runs,
        pairings=compared,
        pairs_words=pairs_words,
        groupings=[grouping for grouping in runs[0]["groups"] if any(run["groups"].get(grouping) for run in runs)],
        ks=sorted({rate["k"] for run in runs for rate in run["score"]["rates"]}),
        facts=facts,
        rate_words=rate_words,
        within=short_conditions,
        trees=trees,
        # Our own files and escaped data; everything else goes through the template's escaping.
        script=Markup(script),
        style=Markup(style),
        data=Markup(embedded_json(_data(runs, compared, trees))),
        policy=Markup(policy(script, style)),
    )


def _headline(runs: Sequence[Document]) -> str:
    if len(runs) == 1:
        score = runs[0]["score"]
        return f"{score['solved']} of {score['problems']} solved" + (" so far" if score["unknown"] else "")
    return f"{len(runs)} runs"


# -- words, for the terminal too


def rate_words(rate: Document) -> str:
    """`45.1 % [38.9, 51.2]`, or why there is no rate."""
    if rate["value"] is None:
        return _REASONS.get(str(rate["reason"]), "not defined")
    words = _percent(rate["value"]) + " %"
    if rate["interval"] is not None:
        words += f" [{_percent(rate['interval'][0])}, {_percent(rate['interval'][1])}]"
    return words


def short_conditions(document: Document) -> str:
    """What stands beside every rate: the limits of an attempt, and how many there were."""
    evaluation = document["evaluation"]
    limits = [
        f"{name.replace('_', ' ')} {_plain(value)}" for name, value in evaluation["budget"].items() if value is not None
    ]
    attempts = evaluation["attempts"]
    return ", ".join([*(limits or ["no limits"]), f"{attempts} attempt{'' if attempts == 1 else 's'}"])


def facts(document: Document) -> list[tuple[str, str]]:
    """What has to be known of a run to read its numbers, by name."""
    evaluation, attempts, score = document["evaluation"], document["attempts"], document["score"]
    found = {
        "problems": _problems(evaluation),
        "pending": _pending(attempts, score),
        "spoilt": f"{attempts['spoilt']} attempts were lost to broken machinery and do not count"
        if attempts["spoilt"]
        else "",
        "doubt": _doubts(attempts),
        "prover": _mapping(evaluation["prover"]),
        "budget": short_conditions(document),
        "Lean": _lean(evaluation),
        "rungs": ", ".join(f"{number} at rung {rung}" for rung, number in document["rungs"].items()),
        "axioms": "; ".join(
            f"{', '.join(each['axioms']) or 'none'}: {each['problems']}" for each in document["axioms"]
        ),
        "source": ", ".join(f"{name} {digest[:12]}" for name, digest in evaluation["source"].items()),
    }
    return [(name, found[name]) for name in _FACTS if found[name]]


def _pending(attempts: Document, score: Document) -> str:
    if not attempts["pending"]:
        return ""
    return f"{attempts['pending']} of {attempts['asked']} attempts have not ended; {score['unknown']} problems are open"


def _problems(evaluation: Document) -> str:
    words = str(evaluation["problems"])
    if evaluation["released"]:
        words += f" of {evaluation['released']} released"
    parts = [words]
    if evaluation["subset"]:
        over = f" over {evaluation['foundation']}" if evaluation["foundation"] else ""
        parts.append(f"{evaluation['subset']}{over}: not the whole benchmark")
    if evaluation["corrected"]:
        parts.append(f"corrected by {evaluation['corrected']}")
    if evaluation["excluded"]:
        parts.append(f"{evaluation['excluded']} known-bad left out")
    return "; ".join(parts)


def _doubts(attempts: Document) -> str:
    parts = {
        "repeated": "ended more than once (the first end counts)",
        "foreign": "were not asked for (not counted)",
        "unfounded": "claim a proof below rung 3 (counted as failed)",
    }
    return "; ".join(f"{len(attempts[name])} {words}" for name, words in parts.items() if attempts[name])


def _lean(evaluation: Document) -> str:
    words = " ".join(part for part in (evaluation["lean_version"], evaluation["engine"]) if part)
    return words + (f"; statements released for {evaluation['toolchain']}" if evaluation["toolchain"] else "")


def _mapping(values: Document) -> str:
    """What is set, in words: `frontier best, premises`."""
    said = {name: value for name, value in values.items() if value not in (None, "", [], {}) and value is not False}
    return ", ".join(name if value is True else f"{name} {_plain(value)}" for name, value in said.items())


def pairs_words(pairing: Document) -> list[str]:
    """A comparison of two runs, a sentence a line."""
    a, b = pairing["a"], pairing["b"]
    cells = {name: len(pairing[name]) for name in ("both", "only_a", "only_b", "neither", "unknown")}
    tries = "the only attempt" if pairing["attempts"] == 1 else f"the first {pairing['attempts']} attempts"
    left_out = f" ({pairing['left_out']} that are not the same in both left out)" if pairing["left_out"] else ""
    lines = [
        f"{a} and {b}, {pairing['problems']} problems{left_out}, {tries} of each: both {cells['both']}, "
        f"only {a} {cells['only_a']}, only {b} {cells['only_b']}, neither {cells['neither']}"
        + (f", not known yet {cells['unknown']}" if cells["unknown"] else "")
    ]
    if pairing["p"] is not None:
        lines.append(f"McNemar's exact test, two-sided: p = {pairing['p']:.3g}")
    if pairing["difference"] is not None:
        points = f"{100 * pairing['difference']:+.1f}".replace("-", "\u2212")
        ends = pairing["interval"]
        within = "" if ends is None else " [" + ", ".join(f"{100 * x:+.1f}".replace("-", "\u2212") for x in ends) + "]"
        lines.append(f"pass@1 of {a} less that of {b}: {points} points{within}")
    if pairing["reason"]:
        lines.append("no test and no difference while attempts are pending")
    for name, (of_a, of_b) in pairing["conditions"].items():
        lines.append(f"differs: {name.replace('_', ' ')}: {_plain(of_a)} | {_plain(of_b)}")
    return lines


def _plain(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        return f"{value:.0f}"
    return "none" if value in (None, "") else str(value)


def _percent(share: float) -> str:
    return f"{100 * share:.1f}"


# -- data


def _data(runs: Sequence[Document], pairings: Sequence[Document], trees: Trees) -> dict[str, Any]:
    """What the page's program reads: see `assets/evaluation.js`."""
    codes = {attempt["code"] for run in runs for problem in run["problems"] for attempt in problem["attempts"]}
    stops = {attempt["stopped"] for run in runs for problem in run["problems"] for attempt in problem["attempts"]}
    own = ("run", "label", "score", "curves", "failures", "infrastructure", "tactics", "lemmas")
    return {
        "texts": trees.texts,
        "targets": [],
        "runs": [{name: run[name] for name in own} | {"attempts": run["evaluation"]["attempts"]} for run in runs],
        "budgets": _BUDGETS,
        "problems": _joined(runs, trees),
        "verdicts": {code: [verdict_words(code), verdict_tone(code)] for code in sorted(codes)},
        "stops": {stop: stop_words(stop) if stop else "" for stop in sorted(stops)},
        "pairings": [
            {name: pairing[name] for name in ("a", "b", "both", "only_a", "only_b", "neither", "unknown")}
            for pairing in pairings
        ],
        "leftOut": trees.left_out,
    }


def _joined(runs: Sequence[Document], trees: Trees) -> list[dict[str, Any]]:
    """The problems of all runs, one for each id and text, with the attempts of each run."""
    told = ("id", "name", "statement", "header", "preamble", "epilogue", "informal", "split", "topic", "difficulty")
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for place, run in enumerate(runs):
        for problem in run["problems"]:
            key = problem["id"], problem["digest"]
            if key not in found:
                facts = {
                    name: problem[name] for name in (*told, "answer", "notes", "correction", "bad") if problem[name]
                }
                where = problem["origin"]
                facts["origin"] = f"{where['file']}:{where['record']}" if where["record"] else where["file"]
                found[key] = {**facts, "runs": [None] * len(runs)}
            attempts = [
                {**attempt, "searches": trees.searches.get((place, f"{problem['id']}#{attempt['attempt']}"))}
                for attempt in problem["attempts"]
            ]
            found[key]["runs"][place] = {
                "solved": problem["solved"],
                "pending": len(problem["pending"]),
                "attempts": [{n: v for n, v in a.items() if v not in (None, "", [])} for a in attempts],
            }
    return list(found.values())
