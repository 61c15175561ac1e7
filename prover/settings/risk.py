"""Which settings a project may make without being trusted: those named here, and no others.

What is not named reaches out (models, servers, clusters), runs or writes something, spends money, lets more count as
proved, or is not known here: an option that is added later needs trust until it is named.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import Any

#: Decides that a value is free, given what the user set (None: nothing).
_Free = Callable[[Any, Any], bool]


def _always(_value: Any, _users: Any) -> bool:
    return True


def _only(*free: Any) -> _Free:
    return lambda value, _users: value in free


def _not_above_users(value: Any, users: Any) -> bool:
    """A limit that the user has not set is none: any number is below it."""
    return users is None or (_is_number(value) and _is_number(users) and value <= users)


def _at_most(bound: float) -> _Free:
    return lambda value, users: _is_number(value) and value <= max(bound, users if _is_number(users) else 0)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


#: Of a Lean process, MiB, as the command has it.
_MEMORY_MB = 2500

_FREE: Mapping[str, _Free] = {
    **dict.fromkeys(("timeout", "start-timeout", "max-seconds", "run-seconds"), _always),
    **dict.fromkeys(("frontier", "premises", "refute", "lite", "quiet", "seed", "temperature", "size"), _always),
    **dict.fromkeys(("heartbeats", "expansions", "candidates", "retries", "first", "only", "shard"), _always),
    **dict.fromkeys(("split", "variant", "corrected", "without-bad", "deep", "k", "common", "plain"), _always),
    **dict.fromkeys(("money", "tokens", "calls", "lean-seconds"), _not_above_users),
    "engine": _only("embedded"),
    "policy": _only("proof"),
    "strict": _only(True),
    "jobs": _at_most(os.cpu_count() or 1),
    "memory": _at_most(_MEMORY_MB),
}


def needs_trust(option: str, value: Any, users: Any = None) -> bool:
    """Whether a project's file may set `option` to `value` only once the user trusts it. `users`: what the user's own
    settings say of that option; a project may lower limits, not raise them."""
    free = _FREE.get(option)
    return free is None or not free(value, users)
