"""Results as JSON documents. Their shape (`prover/cli/schemas/*.json`) is stable within a schema version."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from prover.agent import FileResult, TargetResult
from prover.core.errors import ProverError
from prover.core.message import Message
from prover.core.verdict import Verdict

RESULT_SCHEMA = "leap-prover/result/1"
CHECK_SCHEMA = "leap-prover/check/1"
ERROR_SCHEMA = "leap-prover/error/1"


def error_document(error: ProverError) -> dict[str, Any]:
    return {"schema": ERROR_SCHEMA, "exit_code": error.exit_code, "error": _error(error)}


def _error(error: ProverError) -> dict[str, str]:
    return {"code": error.code, "message": error.message, "hint": error.hint}


def verdict_document(verdict: Verdict) -> dict[str, Any]:
    """A verdict's code and evidence."""
    return {"code": verdict.code, **_plain(verdict)}


def message_document(message: Message) -> dict[str, Any]:
    return {
        "severity": str(message.severity),
        "kind": message.kind,
        "text": message.text,
        "line": message.start.line if message.start else None,
        "column": message.start.column if message.start else None,
    }


def target_document(target: TargetResult) -> dict[str, Any]:
    return {
        "name": target.name,
        "line": target.line,
        "proved": target.proved,
        "verdict": verdict_document(target.verdict),
        "scripts": target.scripts,
        "seconds": round(target.seconds, 3),
        "statistics": dict(target.statistics),
    }


def result_document(
    result: FileResult,
    exit_code: int,
    save_error: ProverError | None = None,
    *,
    model: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """`model`: what was asked of a language model, and its cost."""
    return {
        "schema": RESULT_SCHEMA,
        "exit_code": exit_code,
        "file": result.source.name,
        "sha256": result.source.digest,
        "engine": result.engine,
        "lean_version": result.lean_version,
        "foundation": result.foundation,
        "model": None if model is None else dict(model),
        "interrupted": result.interrupted,
        "seconds": round(result.seconds, 3),
        "targets": [target_document(t) for t in result.targets],
        "messages": [message_document(m) for m in result.messages],
        "diff": result.diff(),
        "save_error": None if save_error is None else _error(save_error),
    }


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: _plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(k): _plain(v) for k, v in value.items()}  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(v) for v in value]  # pyright: ignore[reportUnknownVariableType]
    return value
