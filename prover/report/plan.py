"""The page of an agent's plan: the AND-OR graph of its lemmas, what became of each and what it cost."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from prover.report.embedding import embedded_json, policy
from prover.report.fields import shown_data
from prover.report.layers import layers
from prover.report.page import asset, program
from prover.report.words import duration, stop_words

_PROGRAM = ("format.js", "theme.js", "help.js", "plan-map.js", "plan-detail.js", "plan.js")


def plan_page(document: Mapping[str, Any]) -> str:
    """One self-contained HTML page on a plan: `document` is what `prove lemmas RUN --json` prints.

    Nothing is loaded from elsewhere, and texts from Lean or a model stay texts whatever they hold.
    """
    import jinja2
    from markupsafe import Markup

    data = shown_data(dict(document))
    edges = [(d["parent"], d["lemmas"], not d["given_up"]) for d in data["decompositions"]]
    data["rows"] = layers(len(data["lemmas"]), data["targets"], edges)
    script, style = program(*_PROGRAM), asset("page.css") + asset("plan.css")
    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    totals = data["totals"]
    return environment.from_string(asset("plan.html.j2")).render(
        file=", ".join(data.get("inputs", {})) or "a run",
        headline=f"{totals['targets_proved']} of {totals['targets']} proved",
        stop=stop_words(data["stop"] or ""),
        totals=totals,
        duration=duration,
        # Our own files and escaped data; everything else goes through the template's escaping.
        script=Markup(script),
        style=Markup(style),
        data=Markup(embedded_json(data)),
        policy=Markup(policy(script, style)),
    )
