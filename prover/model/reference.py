"""What `--model` names."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, cast
from urllib.parse import urlsplit

from prover.core.errors import UserError
from prover.core.visible import visible

Engine = Literal["vllm", "hf", "openai", "openai-api", "replay", "manual"]

#: Where `openai/NAME` is asked unless the environment says otherwise.
OPENAI = "https://api.openai.com/v1"
FORMS = (
    "vllm/ORG/NAME, hf/ORG/NAME (each also with a path, hf/./DIR, or with @REVISION), openai/NAME, "
    "openai-api/SERVICE/NAME, replay/FILE.jsonl, manual/DIR, manual/-"
)
_HUB_NAME = re.compile(r"\w[\w.-]*(/\w[\w.-]*)?", re.ASCII)
_REVISION = re.compile(r"\w[\w./-]*", re.ASCII)
_SERVICE = re.compile(r"[A-Za-z][A-Za-z0-9_-]*", re.ASCII)
_PATH = re.compile(r"(\.{0,2}/|\.{1,2}$)")


@dataclass(frozen=True, slots=True)
class ModelReference:
    """A model and the engine that is to run it; nothing of it was looked up yet.

    `name`: as the hub or the server calls it, a directory (`./DIR`, `/DIR`), the file to replay, or the folder that a
    person answers in (`-`: on the terminal). `service`: prefix
    of the variables that say where an `openai-api` server is. `revision`: empty where none was asked for.
    """

    engine: Engine
    name: str
    service: str = ""
    revision: str = ""

    def __str__(self) -> str:
        """As `--model` takes it."""
        service = f"{self.service}/" if self.service else ""
        revision = f"@{self.revision}" if self.revision else ""
        return f"{self.engine}/{service}{self.name}{revision}"

    @property
    def local(self) -> bool:
        """Whether the name is a directory."""
        return self.engine in ("vllm", "hf") and _PATH.match(self.name) is not None

    @property
    def key_variable(self) -> str:
        """The environment variable with the server's key; empty for engines without one."""
        return self._variable("API_KEY")

    @property
    def address_variable(self) -> str:
        """The environment variable with the server's address; empty for engines without one."""
        return self._variable("BASE_URL")

    def host(self, environment: Mapping[str, str] | None = None) -> str:
        """The name of the server that `environment` (default: the process's own) says; empty for none."""
        known = os.environ if environment is None else environment
        address = known.get(self.address_variable, "").strip() if self.address_variable else ""
        try:
            return urlsplit(address or (OPENAI if self.engine == "openai" else "")).hostname or ""
        except ValueError:
            return ""

    def _variable(self, what: str) -> str:
        service = {"openai": "openai", "openai-api": self.service}.get(self.engine)
        return f"{service.upper().replace('-', '_')}_{what}" if service else ""


def parse_reference(text: str) -> ModelReference:
    """Raises `UserError` (`model_reference`), with the forms there are."""
    if not text.isprintable():
        raise _wrong(text, "it holds characters that cannot be printed")
    engine, _, rest = text.partition("/")
    if engine not in ("vllm", "hf", "openai", "openai-api", "replay", "manual"):
        raise _wrong(text, "it does not begin with an engine")
    if not rest.strip():
        what = {"replay": "file", "manual": "folder"}.get(engine, "model")
        raise _wrong(text, f"it names no {what}")
    match engine:
        case "vllm" | "hf":
            return _weights(engine, rest, text)
        case "openai-api":
            service, _, name = rest.partition("/")
            if not name.strip() or not _SERVICE.fullmatch(service):
                raise _wrong(text, "an openai-api model is SERVICE/NAME; SERVICE: letters, digits, - and _")
            return ModelReference("openai-api", name, service)
        case _:
            return ModelReference(cast("Engine", engine), rest)


def _weights(engine: Literal["vllm", "hf"], rest: str, text: str) -> ModelReference:
    if _PATH.match(rest):
        return ModelReference(engine, rest)  # a directory has one content, and may have an @ in its name
    name, at, revision = rest.partition("@")
    if not _HUB_NAME.fullmatch(name):
        raise _wrong(text, "a name on the hub is ORG/NAME, a directory begins with ./ or /")
    if at and not _REVISION.fullmatch(revision):
        raise _wrong(text, "after @ stands a branch, a tag or a commit")
    return ModelReference(engine, name, revision=revision)


def _wrong(text: str, why: str) -> UserError:
    return UserError(f"{visible(text)!r} names no model: {why}", code="model_reference", hint=f"one of: {FORMS}")
