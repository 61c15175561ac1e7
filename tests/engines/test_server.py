"""`vllm serve` on loopback with the tiny model: what it says over HTTP is what the model says in this process."""

from __future__ import annotations

import asyncio
import importlib
import importlib.util
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from prover.model import Answer, Batcher, LanguageModel, Query, Sampling
from prover.model.openai import OpenAIModel

START_SECONDS = 400


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


def healthy(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}/health", timeout=2) as reply:
            return reply.status == 200
    except OSError:
        return False


@pytest.fixture(scope="module")
def server(tiny: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Its address."""
    if importlib.util.find_spec("vllm") is None:
        pytest.skip("not installed: vllm (`make engines`)")
    port = free_port()
    command = [sys.executable, "-m", "vllm.entrypoints.openai.api_server", "--model", str(tiny), "--port", f"{port}"]
    command += ["--dtype", "float32", "--enforce-eager", "--kv-cache-memory-bytes", str(256 << 20)]
    command += ["--no-enable-chunked-prefill", "--served-model-name", "tiny", "--host", "127.0.0.1"]
    log = tmp_path_factory.mktemp("server") / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env=os.environ | {"VLLM_NO_USAGE_STATS": "1", "VLLM_LOGGING_LEVEL": "WARNING"},
        )
        address = f"http://127.0.0.1:{port}"
        end = time.monotonic() + START_SECONDS
        try:
            while not healthy(address):
                assert process.poll() is None and time.monotonic() < end, log.read_text()[-3000:]
                time.sleep(0.5)
            yield address
        finally:
            tree = psutil.Process(process.pid).children(recursive=True) if process.poll() is None else []
            process.terminate()
            _, left = psutil.wait_procs([*tree, psutil.Process(process.pid)] if tree else [], timeout=30)
            for one in left:
                one.kill()
            process.wait()


def greedy(state: str) -> Query:
    return Query(state, sampling=Sampling(temperature=0, max_tokens=24))


def client(server: str) -> Any:
    return importlib.import_module("openai").OpenAI(base_url=f"{server}/v1", api_key="none", max_retries=0)


async def test_the_server_says_what_the_model_says(server: str, hf: LanguageModel, states: list[str]) -> None:
    answers = await hf.answer([greedy(state) for state in states[:6]])
    with client(server) as asked:
        for state, answer in zip(states, answers, strict=False):
            assert isinstance(answer, Answer)
            done = asked.completions.create(model="tiny", prompt=state, temperature=0, max_tokens=24, logprobs=0)
            (choice,) = done.choices
            (sample,) = answer.samples
            assert (choice.text, choice.finish_reason) == (sample.text, sample.finish)
            assert done.usage.completion_tokens == sample.tokens
            assert sum(choice.logprobs.token_logprobs) == pytest.approx(sample.log_probability, abs=1e-3)


async def test_searches_reach_it_through_openai(server: str, hf: LanguageModel, states: list[str]) -> None:
    model = OpenAIModel("tiny", base_url=f"{server}/v1", name="openai/tiny")
    batcher = Batcher(model)
    clients = [batcher.client() for _ in range(32)]
    queries = [Query(state, sampling=Sampling(n=4, max_tokens=24)) for state in states[:64]]
    try:
        shares = await asyncio.gather(*(c.answer(queries[2 * i : 2 * i + 2]) for i, c in enumerate(clients)))
        found = [answer for share in shares for answer in share]
        assert len(found) == 64
        assert all(isinstance(a, Answer) and len(a.samples) == 4 for a in found), found
        (own,), (other,) = await hf.answer([greedy(states[0])]), await clients[0].answer([greedy(states[0])])
        assert isinstance(own, Answer) and isinstance(other, Answer)
        assert own.samples[0].text == other.samples[0].text
        assert own.samples[0].log_probability == pytest.approx(other.samples[0].log_probability, abs=1e-3)
    finally:
        await batcher.close()
