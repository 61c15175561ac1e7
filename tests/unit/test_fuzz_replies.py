"""What a model or its server may say: read or refused. No text leaves its template, its fence or its line."""

from __future__ import annotations

import io
import re
import sys
import unicodedata
from typing import Any

import pytest
from hostile import EDGES, as_json, cut_or_garbled, each_broken, values
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from prover.agent.leap.protocol import (
    Question,
    read_diagnosis,
    read_plan,
    read_proof,
    read_review,
    read_statement,
)
from prover.cli.terminal import print_error
from prover.core.errors import ProverError
from prover.core.visible import visible
from prover.generate.fences import blocks, fence, spoken
from prover.generate.folder import sandbox
from prover.generate.reply import Reader
from prover.model.endpoint import Received
from prover.model.price import Price
from prover.model.refusal import error_of, read_refusal
from prover.model.reply import MalformedReply, read_reply

CHAT: dict[str, Any] = {
    "choices": [
        {
            "index": 0,
            "message": {
                "role": "assistant",
                "content": "hi",
                "reasoning_content": "r",
                "tool_calls": [{"id": "a", "function": {"name": "n", "arguments": "{}"}}],
            },
            "finish_reason": "stop",
        },
        {
            "index": 1,
            "message": {"content": [{"type": "text", "text": "hi"}], "function_call": {"name": "n", "arguments": {}}},
        },
    ],
    "usage": {"prompt_tokens": 3, "completion_tokens": 4, "completion_tokens_details": {"reasoning_tokens": 1}},
}
LISTED: dict[str, Any] = {
    "choices": [
        {
            "index": 0,
            "message": {"content": "hi"},
            "finish_reason": "length",
            "logprobs": {"content": [{"token": "hi", "logprob": -0.5}]},
        },
        {"index": 1, "text": "abc", "logprobs": {"tokens": ["ab", "c"], "token_logprobs": [-1, -2]}},
    ],
    "usage": {"prompt_tokens": 3, "completion_tokens": 4},
}


def _replied(body: bytes, stop: list[str]) -> bool:
    try:
        reply = read_reply(body, stop)
    except MalformedReply:
        return False
    Price(1.0, 2.0).of(reply.prompt_tokens, reply.tokens)
    for sample in reply.samples:
        assert sample.log_probability is None or abs(sample.log_probability) < float("inf")
        assert sample.tokens >= 0 and isinstance(sample.text, str)
    return True


@pytest.mark.parametrize("document", [CHAT, LISTED], ids=["chat", "listed"])
@pytest.mark.parametrize("stop", [[], ["i", "c"]])
def test_every_part_of_a_reply_may_be_anything(document: dict[str, Any], stop: list[str]) -> None:
    assert _replied(as_json(document), stop)
    for broken in [*each_broken(document), *EDGES]:
        _replied(as_json(broken), stop)


@given(cut_or_garbled(as_json(LISTED)))
def test_a_garbled_reply(body: bytes) -> None:
    _replied(body, ["i"])


def test_numbers_of_tokens_that_no_float_holds() -> None:
    """Pinned: a price could not be reckoned, and a log-probability was an `OverflowError`."""
    huge = as_json(LISTED).replace(b'"prompt_tokens": 3', b'"prompt_tokens": ' + b"9" * 400)
    assert _replied(huge, []) and _replied(as_json(LISTED).replace(b"-0.5", b"-" + b"9" * 400), [])


PAUSES = st.one_of(
    st.text(max_size=30),
    st.sampled_from(["1e400", "-1", "nan", " ", "Mon,", "1 Jan 1 00:00:00 -0000", "Sun, 06 Nov 0001 08:49:37 +9999"]),
    st.from_regex(r"[A-Z][a-z]{2}, \d{1,2} [A-Z][a-z]{2} \d{1,5} \d\d:\d\d:\d\d [+-]?\w{1,5}", fullmatch=True),
)
REFUSED = {"error": {"message": "m", "type": "t", "param": "a.b", "code": "c"}, "detail": [{"msg": "m", "loc": ["a"]}]}
STATUS = [200, 302, 400, 401, 404, 408, 413, 422, 429, 500, 503, 599]


def test_every_part_of_a_refusal_may_be_anything() -> None:
    for broken in [*each_broken(REFUSED), *EDGES]:
        for status in STATUS:
            refusal = read_refusal(Received(status, {}, as_json(broken)))
            assert error_of(refusal, "n", refusal.message).code


@given(st.binary(max_size=40), st.sampled_from(STATUS), PAUSES, PAUSES)
def test_any_refusal_says_how_long_to_wait_or_not(body: bytes, status: int, first: str, second: str) -> None:
    refusal = read_refusal(Received(status, {"retry-after": first, "retry-after-ms": second}, body))
    assert refusal.retry_after is None or 0 <= refusal.retry_after <= 600


# --- the texts of models

PIECES = [
    "```",
    "````",
    "~~~",
    "```lean proof\n",
    "```lean lemma\n",
    "```lean definitions\n",
    "```json\n",
    "\n```\n",
    "\n",
    " ",
    "<think>",
    "</think>",
    "<|im_end|>",
    "</s>",
    "theorem x : p := by\n  simp\n",
    "lemma h (n : Nat) : n = n := by sorry\n",
    "def f := 1\n",
    "/-",
    "-/",
    "--",
    '"',
    "'",
    "«",
    "»",
    "1. ",
    "- ",
    "Tactic: ",
    "verdict: accept",
    "VERDICT reject",
    '{"verdict": "accept", "score": 7}',
    '{"diagnosis": "FALSE", "advice": ',
    "{",
    "}",
    "[",
    "sorry",
    "⟨",
    "·",
    "é",
    "\t",
    "score: 99999999999999999999",
    "import Mathlib\n",
    "end\n",
    "namespace N\n",
    "\u2028",
    "\x85",
    "\x1b[2J",
    "\u202e",
    "\0",
]
REPLY = st.one_of(
    st.lists(st.sampled_from(PIECES), max_size=30).map("".join),
    st.text(st.characters(exclude_categories=()), max_size=40),
)
QUESTIONS = [Question(), Question("N.x", "def f := 1\n"), Question("goal", native=True)]


@given(REPLY, st.sampled_from(["stop", "length", "calls", "other"]), st.sampled_from(QUESTIONS))
def test_any_text_of_a_role_is_read(text: str, finish: str, question: Question) -> None:
    for read in (read_proof, read_plan, read_statement):
        assert read(text, question, finish) is not None
    for judge in (read_review, read_diagnosis):
        assert judge(text, finish) is not None


@given(values)
def test_any_json_of_a_role_is_read(value: Any) -> None:
    for document in ({"verdict": value, "score": value, "reasons": value}, {"verdict": "accept", "score": value}):
        review = read_review(f"```json\n{as_json(document).decode()}\n```")
        assert 0 <= getattr(review, "score", 0) <= 10
    read_diagnosis(as_json({"diagnosis": "FALSE", "advice": value, "counterexample": value}).decode())


@given(REPLY, st.sampled_from(["step", "steps", "proof"]), st.sampled_from(["stop", "length"]), st.text(max_size=3))
def test_any_text_gives_tactics_or_says_why_not(text: str, kind: Any, finish: str, mark: str) -> None:
    reader = Reader(kind, echo=mark, marks=(mark,) if mark else (), theorem="x", context="def f := 1", longest=60)
    found = reader.read(text, finish)
    assert found
    for tactic in found:
        assert tactic.rejected or tactic.text.strip()
        assert tactic.rejected != "" or len(tactic.text) <= 60


@given(REPLY)
def test_blocks_stand_where_they_say(text: str) -> None:
    spoken(text)
    at = 0
    for block in blocks(text):
        assert at <= block.start <= block.end <= len(text)
        at = block.start


@given(REPLY.filter(lambda text: not any(c in text for c in "\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029")))
def test_nothing_leaves_a_fence(text: str) -> None:
    """What a prompt quotes is one block, whatever backticks it holds."""
    (block,) = blocks(fence(text, "lean"))
    assert block.closed and block.text.strip("\n") == text.strip("\n")


TEMPLATES = [
    "{{ x.__class__ }}",
    "{{ x.__class__.__mro__[1].__subclasses__() }}",
    "{{ ''.__class__ }}",
    "{{ x|attr('__class__') }}",
    "{{ x.format.__globals__ }}",
    "{{ '{0.__class__}'.format(x) }}",
    "{{ cycler.__init__.__globals__.os }}",
    "{% include '/etc/passwd' %}",
    "{% import 'os' as o %}",
    "{{ lipsum.__globals__['os'].popen('id').read() }}",
]


@pytest.mark.parametrize("template", TEMPLATES)
def test_a_template_reaches_nothing_but_its_variables(template: str) -> None:
    from jinja2 import TemplateError

    with pytest.raises((TemplateError, TypeError)):
        made = sandbox({}).from_string(template).render(x="text")
        assert re.search("class|root:|function|uid=", made) is None, made
        raise TypeError("nothing was reached")


@given(REPLY)
def test_what_a_template_is_given_is_not_a_template(text: str) -> None:
    assert sandbox({}).from_string("[{{ x }}]").render(x=text + "{{ y }}{% raw %}") == f"[{text}{{{{ y }}}}{{% raw %}}]"


# --- terminals

#: All that a terminal or a reader may be misled by: nothing of this passes.
HIDDEN = [
    chr(code)
    for code in range(sys.maxunicode + 1)
    if unicodedata.category(chr(code)) in ("Cc", "Cf", "Cs", "Zl", "Zp") and chr(code) not in "\n\t"
]
UNDRAWN = "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180f\u3164\ufe00\ufe0f\uffa0\U000e0100\U000e01ef"


def test_every_hidden_character_is_spelled_out() -> None:
    for char in [*HIDDEN, *UNDRAWN]:
        assert visible(f"a{char}b") == f"a\\u{{{ord(char):x}}}b"
    assert len(HIDDEN) > 2000


@given(st.text(st.one_of(st.sampled_from(HIDDEN), st.sampled_from("a\nαℕ[/]{}\\")), max_size=20))
def test_no_error_text_controls_the_terminal(text: str) -> None:
    """Also nothing that `rich` would take for its own marks."""
    real = sys.stderr
    sys.stderr = shown = io.StringIO()
    try:
        print_error(ProverError(f"m{text}", code="bad", hint=f"h{text}"))
    finally:
        sys.stderr = real
    assert shown.getvalue() == f"error [bad]: m{visible(text)}\n  h{visible(text)}\n"


@given(st.text(st.sampled_from([*HIDDEN[:80], "a", "\n"]), max_size=20))
def test_a_plan_on_a_terminal_holds_nothing_hidden(text: str) -> None:
    from prover.cli.plan_view import PlanView

    view = PlanView()
    shown = io.StringIO()
    console = Console(file=shown, highlight=False, markup=False, width=300)
    for kind, payload in (
        ("LemmaTakenUp", {"lemma": text, "action": "close"}),
        ("PlanStands", {"lemmas": {text: "open"}, "tokens": 1, "calls": 1, "money": 0.0}),
        ("ModelFailed", {"code": text}),
        ("PersonEdited", {"what": text, "name": text, "refused": text}),
    ):
        for line in view.observe(kind, payload):
            console.print(line)
    console.print(view)
    assert not [c for c in shown.getvalue() if unicodedata.category(c) in ("Cc", "Cf", "Cs") and c != "\n"]
