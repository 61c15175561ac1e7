"""Data and programs inside HTML, with nothing that can leave its place."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

# In JSON these stand only inside strings, where an escape means the same; in HTML they would begin or end markup.
_ESCAPES = {ord("<"): "\\u003c", ord(">"): "\\u003e", ord("&"): "\\u0026", 0x2028: "\\u2028", 0x2029: "\\u2029"}


def embedded_json(data: Any) -> str:
    """`data` as JSON that may stand in a `<script type="application/json">` whatever its texts hold."""
    return json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":")).translate(_ESCAPES)


def policy(script: str, style: str) -> str:
    """A Content-Security-Policy under which exactly this script and this style run and nothing is fetched."""
    return "; ".join(
        [
            "default-src 'none'",
            f"script-src {_hash(script)}",
            f"style-src {_hash(style)}",
            "img-src data:",
            "base-uri 'none'",
            "form-action 'none'",
            "require-trusted-types-for 'script'",
            "trusted-types 'none'",
        ]
    )


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
