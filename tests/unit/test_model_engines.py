"""What the engines that run in this process need no engine for: tokens, texts, and words for what is not installed."""

from __future__ import annotations

import importlib.util
import os
from typing import Any

import pytest

from prover.core.errors import ModelError, SetupError
from prover.model import Query, Turn
from prover.model.encoding import Encoding, cut
from prover.model.extra import extra


class Letters:
    """A tokenizer of one token a letter, which begins texts with 1 and, if it `ends` them, ends them with 2."""

    eos_token_id = 2

    def __init__(self, *, ends: bool = False, template: str | None = "chat") -> None:
        self.ends = ends
        self.chat_template = template

    def encode(self, text: str, *, add_special_tokens: bool = True, verbose: bool = True) -> list[int]:
        letters = [ord(letter) for letter in text]
        return [1, *letters, *([2] if self.ends else [])] if add_special_tokens else letters

    def decode(self, tokens: list[int], **_: Any) -> str:
        return "".join(chr(token) for token in tokens if token > 2)

    def apply_chat_template(self, turns: list[dict[str, str]], **options: Any) -> str:
        text = "".join(f"<{turn['role']}>{turn['content']}" for turn in turns)
        return text + ("<assistant>" if options["add_generation_prompt"] else "")


def test_a_prompt_is_read_with_what_stands_before_texts_and_without_what_ends_them() -> None:
    assert Encoding(Letters(), context=None).tokens(Query("ab")) == [1, 97, 98]
    assert Encoding(Letters(ends=True), context=None).tokens(Query("ab")) == [1, 97, 98]
    assert Encoding(Letters(ends=True), context=None, closed=True).tokens(Query("ab")) == [1, 97, 98, 2]


def test_a_conversation_is_what_the_template_writes() -> None:
    encoding = Encoding(Letters(), context=None)
    asked = encoding.tokens(Query(turns=(Turn("system", "s"), Turn("user", "u"))))
    assert encoding.text(asked) == "<system>s<user>u<assistant>"
    begun = encoding.tokens(Query(turns=(Turn("user", "u"), Turn("assistant", "by "))))
    assert encoding.text(begun) == "<user>u<assistant>by "
    with pytest.raises(ModelError) as error:
        Encoding(Letters(template=None), context=None).tokens(Query(turns=(Turn("user", "u"),)))
    assert error.value.code == "model_no_chat"


def test_what_does_not_fit_is_told_of() -> None:
    encoding = Encoding(Letters(), context=6, ends=[7])
    assert encoding.ends == {2, 7}
    assert encoding.room(len(encoding.tokens(Query("abcd"))), 100) == 1
    assert encoding.room(2, 3) == 3
    with pytest.raises(ModelError) as error:
        encoding.tokens(Query("abcde"))
    assert error.value.code == "model_too_long"


@pytest.mark.parametrize(
    ("stops", "expected"), [((), "simp\nrfl"), (("\n",), "simp"), (("rfl", "m"), "si"), (("", "x"), "simp\nrfl")]
)
def test_texts_are_cut_at_the_first_stop(stops: tuple[str, ...], expected: str) -> None:
    assert cut("simp\nrfl", stops) == expected


def test_a_missing_extra_says_how_to_install_it() -> None:
    with pytest.raises(SetupError) as error:
        extra("no_such_engine_anywhere", "hf")
    assert error.value.code == "missing_extra"
    assert error.value.hint == "pip install 'leap-prover[hf]'"


@pytest.mark.parametrize(("module", "kind", "needs"), [("hf", "HfModel", "torch"), ("vllm", "VllmModel", "vllm")])
def test_an_engine_that_is_not_installed_is_told_of_when_it_is_loaded(module: str, kind: str, needs: str) -> None:
    if importlib.util.find_spec(needs) is not None:
        pytest.skip(f"{needs} is installed")
    engine = getattr(importlib.import_module(f"prover.model.{module}"), kind)
    before = dict(os.environ)
    with pytest.raises(SetupError) as error:
        engine.load("any/model")
    assert error.value.code == "missing_extra" and f"[{module}]" in error.value.hint
    assert dict(os.environ) == before
