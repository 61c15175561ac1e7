"""A folder with `agent.toml` and the templates of prompts beside it: a recipe's, or an agent's."""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from prover.core.errors import UserError

if TYPE_CHECKING:
    from pydantic import BaseModel

SUFFIX = ".md.j2"
_Manifest = TypeVar("_Manifest", bound="BaseModel")


@dataclass(frozen=True, slots=True)
class Kind:
    """What a folder is: `recipe` or `agent`, the word of its error codes (`no_recipe`, `bad_recipe`), and the page that
    lists its keys."""

    word: str
    page: str

    def read(self, file: Path, manifest: type[_Manifest]) -> _Manifest:
        """`agent.toml`, checked. Raises `UserError`: `no_...` (no such file), `bad_...` (what is wrong, and where)."""
        from pydantic import ValidationError

        article = "an" if self.word[0] in "aeiou" else "a"
        try:
            data = tomllib.loads(file.read_text(encoding="utf-8"))
        except FileNotFoundError:
            hint = f"{article} {self.word} is a folder with agent.toml"
            raise UserError(f"there is no {file}", code=f"no_{self.word}", hint=hint) from None
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
            raise self.bad(f"{file} cannot be read: {error}") from None
        try:
            return manifest.model_validate(data)
        except ValidationError as error:
            first = error.errors()[0]
            key = ".".join(str(part) for part in first["loc"] if part != "[key]") or "(the file)"
            more = f" (and {error.error_count() - 1} more)" if error.error_count() > 1 else ""
            hint = f"{self.page} lists the keys of {article} {self.word}"
            raise self.bad(f"{file}: {key}: {first['msg']}{more}", hint) from None

    def template(self, file: Path, hint: str = "") -> str:
        """The text of a template. Raises `UserError` (`bad_...`)."""
        try:
            return file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise self.bad(f"{file} cannot be read: {error}", hint) from None

    def bad_template(self, file: Path, problem: str) -> UserError:
        """A template that cannot be rendered."""
        return self.bad(f"{file}: {problem}", f"{self.page} lists what templates can name")

    def bad(self, message: str, hint: str = "") -> UserError:
        return UserError(message, code=f"bad_{self.word}", hint=hint)


def digest(manifest: BaseModel, templates: Mapping[str, str]) -> str:
    """64 hexadecimal digits over everything that a folder holds."""
    data = {"manifest": manifest.model_dump(mode="json"), "templates": dict(templates)}
    return hashlib.sha256(json.dumps(data, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def sandbox(templates: Mapping[str, str], **options: Any) -> Any:
    """A jinja2 environment in which templates by name can do nothing but make text; `options` as jinja2 has them."""
    from jinja2 import DictLoader, StrictUndefined
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    return ImmutableSandboxedEnvironment(
        loader=DictLoader(dict(templates)), undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, **options
    )
