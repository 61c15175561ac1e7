"""The page as text: nothing in it can leave its place, whatever Lean or a model said."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prover.events import Event, Opaque
from prover.report import page
from prover.report.data import MOST_TRIES, page_data
from prover.report.embedding import embedded_json
from prover.report.story import Story

HOSTILE = [
    "</script><script>window.hacked=1</script>",
    "<!--<script>",
    "]]><img src=x onerror=alert(1)>",
    "\u202e⊢ False\u2066",
    "\x00\x1b[2J\r\x7f",
    "{{ 7 * 7 }}{% raw %}${1}`",
    '" onmouseover="x" \'',
    "\ud800\ufdd0\U000e0041",
    "&lt;b&gt;&amp;",
    "a\u2028b\u2029c\u0085d",
]


class Elements(HTMLParser):
    """What a parser sees in a page."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[str] = []
        self.styles: list[str] = []
        self.text = ""
        self._within = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._within = tag
        if tag == "script":
            self.scripts.append("")
        if tag == "style":
            self.styles.append("")

    def handle_endtag(self, tag: str) -> None:
        self._within = ""

    def handle_data(self, data: str) -> None:
        if self._within == "script":
            self.scripts[-1] += data
        elif self._within == "style":
            self.styles[-1] += data
        else:
            self.text += data


def events_with(text: str) -> list[Event]:
    """A run in which every text is `text`."""

    def event(kind: str, search: str = "", **fields: Any) -> Event:
        return Event(search, 0, 1.0, None, kind, 1, Opaque(kind, 1, fields))

    verdict = {"code": text, "detail": text, "axioms": [text], "messages": [{"text": text}]}
    return [
        event("FileOpened", file=text, targets=[text]),
        event("SearchStarted", "1", name=text, refuting=True),
        event("NodeOpened", "1", node=0, goal=text),
        event("TacticTried", "1", node=0, tactic=text, outcome=text, reason=text, text=text, source=text),
        event("NodeOpened", "1", node=1, goal=text),
        event("EdgeAdded", "1", node=0, tactic=text, source=text, children=[1]),
        event("SearchEnded", "1", stop=text, detail=text, proof=[{"node": 1, "tactic": text, "children": []}]),
        event(
            "Result",
            file=text,
            engine=text,
            lean_version=text,
            targets=[{"name": text, "line": 3, "verdict": verdict, "scripts": [text]}],
        ),
    ]


def shape(html: str) -> list[tuple[str, tuple[str, ...]]]:
    return [(tag, tuple(attributes)) for tag, attributes in Elements(html).tags]


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_adds_an_element_or_an_attribute(text: str) -> None:
    html = page(events_with(text))
    assert shape(html) == shape(page(events_with("plain")))
    assert not set(re.findall(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]", html))
    assert "{{ 7" not in text or "{{ 7 * 7 }}" in Elements(html).text
    html.encode()


@given(st.text(st.characters(exclude_categories=())))
def test_no_text_at_all_adds_an_element(text: str) -> None:
    # A text with nothing to be seen in it takes other branches of the page.
    text = "t" + text
    assert shape(page(events_with(text))) == shape(page(events_with("plain")))


@given(st.recursive(st.none() | st.integers() | st.text(), lambda x: st.lists(x) | st.dictionaries(st.text(), x)))
def test_embedded_data_reads_back_and_holds_no_markup(data: Any) -> None:
    text = embedded_json(data)
    assert json.loads(text) == data
    assert not set("<>&\u2028\u2029") & set(text)


def test_the_policy_lets_run_what_the_page_has_and_nothing_else() -> None:
    seen = Elements(page(events_with("x")))
    (policy,) = [a["content"] or "" for t, a in seen.tags if t == "meta" and a.get("http-equiv")]
    data, program = seen.scripts
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    assert rules["default-src"] == "'none'" and rules["base-uri"] == "'none'" and rules["form-action"] == "'none'"
    assert rules["script-src"] == _hash(program) and rules["style-src"] == _hash(seen.styles[0])
    json.loads(data)
    tags = [t for t, _ in seen.tags]
    # The policy stands before anything it is to hold back.
    assert tags.index("meta") < tags.index("style") < tags.index("script") and tags[3:5] == ["meta", "meta"]


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def test_nothing_is_loaded_from_elsewhere() -> None:
    for tag, attributes in Elements(page(events_with("x"))).tags:
        assert tag not in ("img", "iframe", "object", "embed", "base", "form")
        assert not [name for name in attributes if name.startswith("on") or name in ("src", "style", "srcdoc")]
        target = attributes.get("href") or "#"
        assert target.startswith("#") or (tag == "link" and target.startswith("data:image/svg+xml,"))


def test_a_run_of_many_tries_says_how_many_it_leaves_out() -> None:
    def event(kind: str, **fields: Any) -> Event:
        return Event("1", 0, 1.0, None, kind, 1, Opaque(kind, 1, fields))

    tried = event("TacticTried", node=0, tactic="t", outcome="Failed")
    events = [event("SearchStarted", name="t"), event("NodeOpened", node=0, goal="⊢ p"), *[tried] * (MOST_TRIES + 5)]
    state = page_data(Story.of(events))["targets"][0]["searches"][0]["states"][0]
    assert len(state[10]) == MOST_TRIES and state[11] == 5


def test_pages_of_little_or_nothing() -> None:
    assert "This run has no targets" in page([])
    html = page(events_with("x")[:1])
    assert "the run did not end" in html and "0 of 1 proved" not in html
