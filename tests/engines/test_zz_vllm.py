"""vLLM: what it refuses, and that it leaves nothing behind."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import psutil
import pytest

from prover.core.errors import ModelError, UserError
from prover.model import Answer, Query, Sampling

pytestmark = [pytest.mark.usefixtures("swept"), pytest.mark.filterwarnings("ignore:Unclosed context:ResourceWarning")]


def children() -> set[psutil.Process]:
    """Processes of ours; what Python itself starts for multiprocessing, and ends with us, left out."""
    return {p for p in psutil.Process().children(recursive=True) if "resource_tracker" not in " ".join(p.cmdline())}


@pytest.fixture
def installed() -> None:
    pytest.importorskip("vllm", reason="not installed: vllm (`make engines`)")


async def test_what_it_cannot_do_is_told_of(vllm: object, states: list[str]) -> None:
    from prover.model.vllm import VllmModel

    assert isinstance(vllm, VllmModel)
    beams, hot, plain = await vllm.answer(
        [
            Query(states[0], sampling=Sampling(beams=4)),
            Query(states[0], sampling=Sampling(temperature=9.0)),
            Query(states[0], sampling=Sampling(temperature=0, max_tokens=24)),
        ]
    )
    assert isinstance(beams, ModelError) and (beams.code, beams.transient) == ("model_no_beams", False)
    assert isinstance(hot, ModelError) and (hot.code, hot.transient) == ("model_bad_query", False)
    assert isinstance(plain, Answer)


async def test_an_engine_that_dies_is_told_of_and_nothing_is_left(
    tiny: Path, installed: None, states: list[str]
) -> None:
    from prover.model.vllm import VllmModel

    before, environment = children(), dict(os.environ)
    model = await asyncio.to_thread(VllmModel.load, str(tiny), cache_gib=0.25)
    assert dict(os.environ) == environment
    (answer,) = await model.answer([Query(states[0], sampling=Sampling(n=4, max_tokens=24))])
    assert isinstance(answer, Answer) and len(answer.samples) == 4
    own = children() - before
    assert own
    for process in own:
        process.kill()
    broken = await model.answer([Query(states[0], sampling=Sampling(max_tokens=24), draw=1)])
    assert isinstance(broken[0], ModelError)
    assert (broken[0].code, broken[0].transient) == ("model_broken", False)
    await model.close()
    await model.close()
    assert not children() - before
    with pytest.raises(ModelError) as error:
        await model.answer([Query(states[0])])
    assert error.value.code == "model_closed"


async def test_an_engine_that_is_closed_leaves_nothing(tiny: Path, installed: None, states: list[str]) -> None:
    from prover.model.vllm import VllmModel

    before = children()
    model = await asyncio.to_thread(VllmModel.load, str(tiny), cache_gib=0.25)
    asked = asyncio.create_task(
        model.answer([Query(state, sampling=Sampling(n=8, temperature=2.0, max_tokens=400)) for state in states[:32]])
    )
    await asyncio.sleep(0.2)
    await model.close()
    left = await asked
    assert {answer.code for answer in left if isinstance(answer, ModelError)} <= {"model_closed"}
    assert len(left) == 32
    assert not children() - before


def test_what_is_no_model_is_told_of(tmp_path: Path, installed: None) -> None:
    from prover.model.vllm import VllmModel

    with pytest.raises(UserError) as error:
        VllmModel.load(str(tmp_path))
    assert error.value.code == "model_not_loaded" and error.value.hint
