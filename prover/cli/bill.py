"""What models were asked, and what it cost, in a line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.text import Text

from prover.cli.terminal import errors, safe


def show_bill(bill: Mapping[str, Any] | None) -> None:
    """One line on standard error: what a model was asked, and its cost."""
    if bill is None:
        return
    words = f"model {bill['model']}: {bill['questions']} questions, {bill['tokens']} tokens written"
    if bill["money"] is None:
        words += ", cost not known (--price)"
    elif bill["money"]:
        words += f", {bill['money']:.4f} USD"
    if bill["failed"]:
        words += f", {bill['failed']} failed"
    errors().print(Text(safe(words), "dim"))
