"""`prove mcp` with an agent: a model behind a real server plans a lemma, and a client reads the plan."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from gauss_play import GAUSS, TEXT, writes
from mcp.client.client import Client
from mcp.client.stdio import StdioServerParameters
from mcp_stand_in import said
from model_server import ModelServer

pytestmark = [pytest.mark.lean, pytest.mark.slow]


async def test_an_agents_plan_is_read(tmp_path: Path) -> None:
    (tmp_path / "F.lean").write_text(TEXT, encoding="utf-8")
    told: list[str] = []

    async def hear(progress: float, total: float | None, message: str | None) -> None:
        told.append(message or "")

    with ModelServer(writes) as model:
        words = ["-c", "import sys; from prover.cli.app import run; sys.exit(run())", "mcp", "--agent", "leap"]
        words += ["--model", "openai-api/local/tiny", "--price", "1/10", "--money", "1"]
        env = {**os.environ, "LOCAL_BASE_URL": model.url}
        server = StdioServerParameters(command=sys.executable, args=words, env=env, cwd=tmp_path)
        async with Client(server) as client:
            arguments = {"path": "F.lean", "seconds": 150}
            result = await client.call_tool("fill_sorries", arguments, progress_callback=hear)
            assert not result.is_error and result.structured_content["proved"], said(result)
            plan = await client.call_tool("lemma_dag", {"id": result.structured_content["id"]})
    assert GAUSS.split()[1] in {lemma["name"] for lemma in plan.structured_content["lemmas"]}
    assert plan.structured_content["totals"]["money"] > 0 and "gauss_cubed: proved, from gauss" in said(plan)
    assert any("lemma(s) in the plan" in line for line in told)
