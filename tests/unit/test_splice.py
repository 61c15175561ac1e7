"""Where a proof stands in the file: columns and indentation of every layout. (Which of them parse, Lean tells.)"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prover.core.position import Span
from prover.lean.source import SourceFile
from prover.lean.splice import layouts

SCRIPT_LINE = st.text(alphabet="xz α·", min_size=1, max_size=6).map(str.strip).filter(bool)


@st.composite
def scripts(draw: st.DrawFn) -> list[str]:
    """Lines of a tactic script: the first at column 0, the others indented at will, some empty in between."""
    first = draw(SCRIPT_LINE)
    indented = st.tuples(st.integers(0, 3), SCRIPT_LINE).map(lambda pair: "  " * pair[0] + pair[1])
    more = draw(st.lists(st.one_of(st.just(""), indented), max_size=4))
    while more and not more[-1]:
        more.pop()
    return [first, *more]


BEFORE = st.one_of(
    st.sampled_from(
        [
            "theorem t : p := ",
            "theorem t : p := by ",
            "theorem t : p := by\n  ",
            "  · ",
            "  have h : α := by ",
            "  | inl h => ",
            "example : p := ⟨",
            "  constructor <;> ",
            "",
        ]
    ),
    st.text(alphabet="aα ·:=\n", max_size=20),
)


@given(
    before=BEFORE,
    after=st.sampled_from(["", "\n", "\nend", " -- why\n", "⟩"]),
    lines=scripts(),
    tactic=st.booleans(),
    crlf=st.booleans(),
)
def test_every_layout_keeps_the_rest_of_the_file_and_the_shape_of_the_script(
    before: str, after: str, lines: list[str], tactic: bool, crlf: bool
) -> None:
    whole = before + "sorry" + after
    data = (whole.replace("\n", "\r\n") if crlf else whole).encode()
    source = SourceFile("F.lean", data)
    start = len(before.encode())
    found = layouts(source, Span(start, start + len("sorry")), "\n".join(lines), tactic=tactic)
    assert found and len({edit.text for edit in found}) == len(found)
    for edit in found:
        text = source.with_edits([edit]).text
        assert text.endswith(after)
        # Blanks before a hole may give way to a line end, nothing else does.
        kept = text[: len(before)] if text.startswith(before) else text[: len(before.rstrip(" "))]
        assert before.startswith(kept) and not before[len(kept) :].strip(" ")
        inserted = text[len(kept) : len(text) - len(after)]
        at = inserted.index(lines[0])
        head = (kept + inserted[:at]).rpartition("\n")[2]
        assert inserted[:at] in ("", "(", "by ", "(by ") or inserted[:at].strip(" \n") in ("", "by")
        body = inserted[at:].split("\n")
        closing = ")" if inserted.startswith("(") else ""
        expected = [lines[0], *((" " * len(head) + line if line else "") for line in lines[1:])]
        expected[-1] += closing
        assert body == expected
        assert not any(line != line.rstrip(" ") for line in (kept + inserted).split("\n")[kept.count("\n") : -1])


CASES = [
    # one line
    ("theorem t : p := by sorry\n", "omega", "theorem t : p := by omega\n"),
    ("theorem t : p := by\n  sorry\n", "omega", "theorem t : p := by\n  omega\n"),
    # several lines after `by`: a block of its own
    ("theorem t : p := by sorry\n", "intro x\nexact x", "theorem t : p := by\n  intro x\n  exact x\n"),
    ("theorem t :\n    p := by sorry\n", "a\nb", "theorem t :\n    p := by\n      a\n      b\n"),
    ("  have h : p := by sorry\n", "a\nb", "  have h : p := by\n    a\n    b\n"),
    ("  · have h : p := by sorry\n", "a\nb", "  · have h : p := by\n      a\n      b\n"),
    # several lines where the hole stands alone or after a bullet: aligned with it
    ("theorem t : p := by\n  sorry\n", "a\nb", "theorem t : p := by\n  a\n  b\n"),
    ("  · sorry\n", "a\n· b\n  c", "  · a\n    · b\n      c\n"),
    ("  | inl h => sorry\n", "a\nb", "  | inl h =>\n    a\n    b\n"),
]


@pytest.mark.parametrize(("before", "script", "after"), CASES)
def test_the_first_layout_of_a_tactic_hole_is_how_people_write_it(before: str, script: str, after: str) -> None:
    source = SourceFile("F.lean", before.encode())
    start = len(before[: before.index("sorry")].encode())
    first = layouts(source, Span(start, start + 5), script, tactic=True)[0]
    assert source.with_edits([first]).text == after


@pytest.mark.parametrize(
    ("before", "script", "after"),
    [
        ("theorem t : p := sorry\n", "omega", "theorem t : p := by omega\n"),
        ("theorem t : p := sorry\n", "a\nb", "theorem t : p := by\n  a\n  b\n"),
        ("example := f sorry x\n", "omega", "example := f (by omega) x\n"),
        ("example := f sorry x\n", "a\nb", "example := f (by a\n                 b) x\n"),
    ],
)
def test_the_first_layout_of_a_term_hole(before: str, script: str, after: str) -> None:
    source = SourceFile("F.lean", before.encode())
    start = before.index("sorry")
    first = layouts(source, Span(start, start + 5), script, tactic=False)[0]
    assert source.with_edits([first]).text == after


def test_the_last_layout_stands_in_parentheses() -> None:
    source = SourceFile("F.lean", b"  constructor <;> sorry\n")
    last = layouts(source, Span(18, 23), "a\nb", tactic=True)[-1]
    assert source.with_edits([last]).text == "  constructor <;> (a\n                   b)\n"
