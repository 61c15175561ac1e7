"""A tiny Llama, trained on the project's own tactics, and the engines that run it. Nothing is downloaded."""

from __future__ import annotations

import gc
import hashlib
import importlib.util
import os
import subprocess
import sys
import warnings
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from prover.model import LanguageModel

TINY = Path(__file__).parents[2] / "benchmarks" / "perf" / "tiny"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.parent == Path(__file__).parent:
            item.add_marker(pytest.mark.slow)
            item.add_marker(pytest.mark.timeout(900))


def need(*modules: str) -> None:
    """Skips where an engine is not installed."""
    missing = [module for module in modules if importlib.util.find_spec(module) is None]
    if missing:
        pytest.skip(f"not installed: {', '.join(missing)} (`make engines`)")


@pytest.fixture(scope="session", autouse=True)
def offline() -> Iterator[None]:
    """No model hub; and one thread a process: on a few shared cores more of them wait for each other."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HF_HUB_OFFLINE", "1")
        patch.setenv("OMP_NUM_THREADS", "1")
        if importlib.util.find_spec("torch") is not None:
            importlib.import_module("torch").set_num_threads(1)
        yield


@pytest.fixture(scope="session")
def tiny(request: pytest.FixtureRequest, offline: None) -> Path:
    """The folder with the tiny model's checkpoint, trained once for each content of the training."""
    need("torch", "transformers")
    content = b"".join((TINY / name).read_bytes() for name in ("train.py", "pairs.jsonl"))
    folder = Path(request.config.cache.mkdir("tiny_model")) / hashlib.sha256(content).hexdigest()[:16]
    if not (folder / "done").exists():
        command = [sys.executable, str(TINY / "train.py"), "-o", str(folder)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=800, env=os.environ)
        assert done.returncode == 0, done.stderr
        (folder / "done").write_text(done.stdout)
    return folder


@pytest.fixture(scope="session")
def states(tiny: Path) -> list[str]:
    """Prompts of states that the model was not trained on, short and long ones, all different."""
    spec = importlib.util.spec_from_file_location("tiny_train", TINY / "train.py")
    assert spec is not None and spec.loader is not None
    train = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(train)
    return list(dict.fromkeys(state + train.SEPARATOR for state, _ in train.pairs("held")))


@pytest.fixture(scope="session")
def tokenizer(tiny: Path) -> Any:
    return importlib.import_module("transformers").AutoTokenizer.from_pretrained(tiny)


@pytest.fixture(scope="session")
def plain(tiny: Path) -> Any:
    """The model as transformers has it, for asking it by hand."""
    return importlib.import_module("transformers").AutoModelForCausalLM.from_pretrained(tiny).eval()


@pytest.fixture(scope="session")
async def hf(tiny: Path) -> AsyncIterator[LanguageModel]:
    from prover.model.hf import HfModel

    model = HfModel.load(str(tiny))
    yield model
    await model.close()


@pytest.fixture(scope="session")
async def vllm(tiny: Path) -> AsyncIterator[LanguageModel]:
    need("vllm")
    from prover.model.vllm import VllmModel

    model = VllmModel.load(str(tiny), cache_gib=0.25)
    yield model
    await model.close()
    del model
    sweep()


def sweep() -> None:
    """vLLM leaves its ZeroMQ context to the garbage collector, which must not find it in somebody else's test."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


@pytest.fixture
def swept() -> Iterator[None]:
    yield
    sweep()


@pytest.fixture(scope="session", params=["hf", "vllm"])
def engine(request: pytest.FixtureRequest) -> LanguageModel:
    """Each engine in turn."""
    return request.getfixturevalue(request.param)
