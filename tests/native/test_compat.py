"""What `Compat.lean` says for older versions is never taken by the Lean at hand; here it is made to be."""

from __future__ import annotations

import re

from prover.lean import Worker
from prover.lean.bundled import bundled
from prover.lean.embedded import EmbeddedEngine
from prover.lean.process import BridgeProcess

OLD = """structure Old where
  range : Lean.Lsp.Range
  suggestionTexts : Array (String × Option String)
"""
TAKES_BOTH = """
example (r : Lean.Lsp.Range) : suggestedEdits { range := r, suggestionTexts := #[("a", none), ("b", some "c")] }
    = [(r, "a"), (r, "b")] := rfl
"""


async def test_suggestions_in_the_form_they_had_before(embedded: EmbeddedEngine) -> None:
    source = (bundled("lean_project") / "Bridge" / "Compat.lean").read_text(encoding="utf-8")
    (definition,) = re.findall(r"^def suggestedEdits.*?\n(?=\n)", source, re.MULTILINE | re.DOTALL)
    # The embedded Lean cannot compile `List.map`, whose code is not exported; what is looked at is the types.
    older = "noncomputable " + definition.replace("Lean.Meta.Tactic.TryThis.TryThisInfo", "Old")
    assert "(t : Old)" in older
    worker = Worker(await BridgeProcess.start(embedded))
    try:
        await worker.import_header(["Init", "Lean"])
        result = await worker.elaborate(worker.env, OLD + older + TAKES_BOTH, wall_seconds=60)
        assert result.clean, result.messages
    finally:
        await worker.close()
