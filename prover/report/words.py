"""Codes of verdicts, stops and outcomes in words, and the tone a page shows them in."""

from __future__ import annotations

#: Tones: `good`, `refuted`, `part`, `open`, `bad`.
_VERDICTS: dict[str, tuple[str, str]] = {
    "proved": ("proved", "good"),
    "refuted": ("refuted: its negation is proved", "refuted"),
    "proved_modulo": ("proved, but for what is still open", "part"),
    "consistent": ("no errors; nothing said of the statement", "part"),
    "incomplete": ("a part of it is proved", "part"),
    "not_proved": ("not proved", "open"),
    "found_not_verified": ("found, not verified", "open"),
    "timed_out": ("the check ran out of time", "open"),
    "": ("no verdict: the run did not end", "open"),
}

_STOPS = {
    "proved": "proof found",
    "exhausted": "nothing left to try",
    "budget": "out of time",
    "budget_seconds": "out of time",
    "budget_heartbeats": "out of heartbeats",
    "budget_expansions": "out of expansions",
    "budget_candidates": "out of candidates",
    "interrupted": "interrupted",
    "engine_lost": "Lean was lost",
    "model_failed": "the model failed",
    "not_tried": "not tried",
    "not_placed": "a proof was found that does not fit the file",
    "slow_proof": "a proof was found that is too slow",
    "refutation_refused": "a refutation was found that does not hold",
    "": "did not end",
}

_OUTCOMES = {
    "Solved": "closed the goal",
    "Progress": "ran",
    "Refused": "led to a state known already",
    "Failed": "failed",
    "TimedOut": "ran out of limits",
    "Rejected": "was not tried",
    "Lost": "ended the process",
}

_REASONS = {
    "parse": "does not parse",
    "error": "error",
    "recursion": "recursion too deep",
    "logged_error": "logged an error",
    "sorry": "uses sorry",
    "open_metavariable": "leaves a metavariable",
    "open_level": "leaves a universe level",
    "uses_open_declaration": "uses what is still open",
    "undescribable": "leaves what cannot be written down",
    "wall": "time limit",
    "heartbeats": "heartbeat limit",
    "known": "known already",
}


def verdict_words(code: str) -> str:
    return _VERDICTS[code][0] if code in _VERDICTS else code.replace("_", " ")


def verdict_tone(code: str) -> str:
    return _VERDICTS[code][1] if code in _VERDICTS else "bad"


def stop_words(code: str) -> str:
    return _STOPS.get(code, code.replace("_", " "))


def outcome_words(outcome: str) -> str:
    return _OUTCOMES.get(outcome, outcome)


def reason_words(reason: str) -> str:
    return _REASONS.get(reason, reason.replace("_", " "))


def duration(seconds: float) -> str:
    """Seconds as a person says them."""
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 100:
        return f"{seconds:.1f} s"
    return f"{seconds // 60:.0f} min {seconds % 60:.0f} s"
