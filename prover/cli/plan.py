"""`prove plan FILE`: lemmas stated and checked, and left to be proved; the plan as a file to be edited."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from prover.agent.leap.roles import find_agent
from prover.cli import fill, lemmas
from prover.cli.engine import EngineChoice
from prover.cli.terminal import errors, safe
from prover.core.errors import UserError
from prover.flags.agent import CallsOption, HintOption, LeanSecondsOption, PerLemmaOption, RoleModelOption
from prover.flags.engine import EngineOption
from prover.flags.model import ModelOption, MoneyOption, PriceOption


def run(
    target: Annotated[str, typer.Argument(help="FILE.lean, FILE.lean:name, FILE.lean#L42.")],
    run_folder: Annotated[Path, typer.Option("--run", metavar="DIR", help="The run's folder: plan and blueprint.")],
    model: ModelOption = "",
    agent: Annotated[str, typer.Option("--agent", metavar="NAME|DIR", help="Whose planner is asked.")] = "leap",
    role_model: RoleModelOption = None,
    hint: HintOption = None,
    price: PriceOption = "",
    money: MoneyOption = None,
    tokens: Annotated[int | None, typer.Option(help="Tokens that models may write in all.", min=1)] = None,
    calls: CallsOption = None,
    lean_seconds: LeanSecondsOption = None,
    lemma_limits: PerLemmaOption = None,
    depth: Annotated[int, typer.Option(help="How often lemmas are planned for again.", min=1)] = 1,
    timeout: Annotated[float, typer.Option(help="Seconds for each target.", min=1)] = 600.0,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the plan there.")] = False,
    engine_choice: EngineOption = EngineChoice.AUTO,
) -> int:
    """Have a model plan lemmas for a file's open theorems: checked by Lean, reviewed, and none of them proved yet.

    Edit DIR/blueprint.lean, then go on with the same command and --resume, or see `prove lemmas DIR`.

    Example: `prove plan sums.lean:theorem --run plan --model openai-api/local/NAME`

    Exit code: 0 where all targets are proved already, else 1.
    """
    roles = find_agent(agent).roles
    if "planner" not in roles or "sketcher" not in roles:
        raise UserError(f"the agent {agent} does not plan", code="no_planner", hint="--agent leap does")
    fill.run(
        target,
        timeout=timeout,
        run_folder=run_folder,
        model=model,
        agent=agent,
        role_model=role_model,
        hint=hint,
        price=price,
        money=money,
        tokens=tokens,
        calls=calls,
        lean_seconds=lean_seconds,
        lemma_limits=lemma_limits,
        depth=depth,
        resume=resume,
        engine_choice=engine_choice,
    )
    for file in sorted(run_folder.glob("blueprint*.lean")):
        errors().print(Text(f"the plan as a Lean file: {safe(str(file))}", "dim"))
    return lemmas.run(run_folder)
