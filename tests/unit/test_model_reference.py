"""What `--model` names, and how it becomes a model."""

from __future__ import annotations

import sys
import threading
import types
from pathlib import Path

import pytest
from model_server import ModelServer

from prover.core.errors import SetupError, UserError
from prover.model import Answer, Query, Turn
from prover.model.openai import OpenAIModel
from prover.model.opening import open_model
from prover.model.reference import ModelReference, parse_reference

GOOD = {
    "vllm/ORG/NAME": ModelReference("vllm", "ORG/NAME"),
    "vllm/ByteDance-Seed/BFS-Prover-V2-7B@main": ModelReference(
        "vllm", "ByteDance-Seed/BFS-Prover-V2-7B", revision="main"
    ),
    "hf/gpt2": ModelReference("hf", "gpt2"),
    "hf/org/name@refs/pr/1": ModelReference("hf", "org/name", revision="refs/pr/1"),
    "hf/./local/path": ModelReference("hf", "./local/path"),
    "hf/../up@home/x": ModelReference("hf", "../up@home/x"),
    "hf//abs/path": ModelReference("hf", "/abs/path"),
    "openai/gpt-9": ModelReference("openai", "gpt-9"),
    "openai/ft:gpt-9:me::x@y": ModelReference("openai", "ft:gpt-9:me::x@y"),
    "openai-api/my-box/org/name": ModelReference("openai-api", "org/name", "my-box"),
    "replay/a.jsonl": ModelReference("replay", "a.jsonl"),
    "manual/-": ModelReference("manual", "-"),
    "manual/some folder": ModelReference("manual", "some folder"),
    "replay//tmp/a.jsonl": ModelReference("replay", "/tmp/a.jsonl"),
}


@pytest.mark.parametrize(("text", "reference"), GOOD.items())
def test_references(text: str, reference: ModelReference) -> None:
    assert parse_reference(text) == reference
    assert str(reference) == text
    assert reference.local == (reference.name[0] in "./" and reference.engine == "hf")


BAD = [
    "", "gpt-9", "vllm", "vllm/", "vllm/a/b/c", "vllm/a/", "hf/a b", "hf/org/name@", "hf/org/name@a b",
    "hf/-x/y", "hf/https://x/y", "openai/", "openai/ ", "openai-api/box", "openai-api/box/", "openai-api//x",
    "openai-api/b$x/y", "openai-api/1/x", "replay/", "manual/", "ollama/x",
    "openai/a\nb", "openai/a\u202eb", "VLLM/a/b",
]  # fmt: skip


@pytest.mark.parametrize("text", BAD)
def test_what_is_no_reference(text: str) -> None:
    with pytest.raises(UserError) as caught:
        parse_reference(text)
    assert caught.value.code == "model_reference"
    assert "openai-api/SERVICE/NAME" in caught.value.hint
    assert caught.value.message.isprintable()


def test_where_server_and_key_are_named() -> None:
    reference = parse_reference("openai-api/my-box/org/name")
    assert (reference.key_variable, reference.address_variable) == ("MY_BOX_API_KEY", "MY_BOX_BASE_URL")
    reference = parse_reference("openai/x")
    assert (reference.key_variable, reference.address_variable) == ("OPENAI_API_KEY", "OPENAI_BASE_URL")
    assert parse_reference("hf/x").key_variable == ""


async def test_a_server_of_this_machine_needs_no_key(server: ModelServer) -> None:
    model = await open_model(parse_reference("openai-api/box/tiny"), environment={"BOX_BASE_URL": server.url})
    (answer,) = await model.answer([Query(turns=(Turn("user", "p"),))])
    await model.close()
    assert isinstance(answer, Answer)
    assert "authorization" not in server.asked[0].headers
    assert model.name == "openai-api/box/tiny"


async def test_the_key_of_a_service_goes_to_that_service(server: ModelServer, monkeypatch: pytest.MonkeyPatch) -> None:
    server.key = "sk-1"
    monkeypatch.setenv("OPENAI_API_KEY", "sk-other")
    monkeypatch.setenv("BOX_API_KEY", "sk-1")
    monkeypatch.setenv("BOX_BASE_URL", server.url)
    model = await open_model(parse_reference("openai-api/box/tiny"))
    (answer,) = await model.answer([Query(prompt="p")])
    await model.close()
    assert isinstance(answer, Answer)


@pytest.mark.parametrize(
    ("text", "environment", "error", "code", "tells"),
    [
        ("openai-api/box/x", {"BOX_API_KEY": "k"}, SetupError, "model_address", "BOX_BASE_URL"),
        ("openai-api/box/x", {"OPENAI_BASE_URL": "http://localhost/v1"}, SetupError, "model_address", "BOX_BASE_URL"),
        ("openai-api/box/x", {"BOX_BASE_URL": "https://example.org/v1"}, SetupError, "model_key", "BOX_API_KEY"),
        ("openai-api/box/x", {"BOX_BASE_URL": "http://localhost.example.org/"}, SetupError, "model_key", "BOX_API_KEY"),
        ("openai-api/box/x", {"BOX_BASE_URL": "example.org"}, UserError, "model_address", "BOX_BASE_URL"),
        ("openai/x", {}, SetupError, "model_key", "OPENAI_API_KEY"),
    ],
)
async def test_what_the_environment_lacks(
    text: str, environment: dict[str, str], error: type[SetupError], code: str, tells: str
) -> None:
    with pytest.raises(error) as caught:
        await open_model(parse_reference(text), environment=environment)
    assert caught.value.code == code
    assert tells in caught.value.message


@pytest.mark.parametrize("host", ["localhost", "127.0.0.9", "[::1]", "box.localhost"])
async def test_names_of_this_machine(host: str) -> None:
    environment = {"OPENAI_BASE_URL": f"http://{host}:8000/v1"}
    model = await open_model(parse_reference("openai/x"), environment=environment)
    assert isinstance(model, OpenAIModel)
    await model.close()


@pytest.mark.parametrize(("engine", "kind"), [("hf", "HfModel"), ("vllm", "VllmModel")])
async def test_engines_of_this_process_are_loaded_in_a_thread(
    engine: str, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded: list[object] = []

    class Engine:
        @classmethod
        def load(cls, name: str, **options: object) -> str:
            loaded.extend([name, options, threading.current_thread() is threading.main_thread()])
            return "the model"

    module = types.ModuleType(f"prover.model.{engine}")
    setattr(module, kind, Engine)
    monkeypatch.setitem(sys.modules, module.__name__, module)
    model = await open_model(parse_reference(f"{engine}/org/name@v1"), options={"dtype": "float32"})
    assert model == "the model"
    assert loaded == ["org/name", {"revision": "v1", "dtype": "float32"}, False]
    await open_model(parse_reference(f"{engine}/./dir"))
    assert loaded[3:5] == ["./dir", {"revision": None}]


async def test_a_recording_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UserError) as caught:
        await open_model(parse_reference(f"replay/{tmp_path}/none.jsonl"))
    assert caught.value.code == "no_cassette"
