"""`--agent`: a language model plans lemmas, proves and mends, with Lean in the loop."""

from __future__ import annotations

from typing import Annotated

import typer

AgentOption = Annotated[
    str,
    typer.Option(
        "--agent",
        metavar="NAME|DIR",
        help="leap: plan lemmas, prove and mend them with --model; repair, whole-proof: fewer roles; or the folder of "
        "your own. Without it: tactic search.",
    ),
]
RoleModelOption = Annotated[
    list[str] | None,
    typer.Option("--role-model", metavar="NAME=REF", help="The model for the roles that ask for NAME (with --agent)."),
]
TacticModelOption = Annotated[
    str,
    typer.Option("--tactic-model", metavar="REF", help="The model that proposes tactics in searches of --agent."),
]
HintOption = Annotated[
    list[str] | None, typer.Option("--hint", metavar="TEXT", help="What the agent should know (may be repeated).")
]
CallsOption = Annotated[
    int | None, typer.Option("--calls", help="Calls of models in all (with --agent).", min=1, metavar="N")
]
LeanSecondsOption = Annotated[
    float | None, typer.Option("--lean-seconds", help="Seconds of Lean in all (with --agent).", min=1)
]
PerLemmaOption = Annotated[
    list[str] | None,
    typer.Option(
        "--per-lemma",
        metavar="LIMIT=N",
        help="What one lemma may cost (with --agent; may be repeated): calls, tokens, money, seconds, lean-seconds. "
        "0: no limit.",
    ),
]
