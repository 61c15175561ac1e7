"""What a server is told when it starts."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field

from prover.core.errors import UserError

#: The environment variable that holds the key.
KEY = "PROVER_SERVE_KEY"
#: A key that cannot be guessed has at least so many characters.
KEY_LENGTH = 16
_LOOPBACK_NAMES = frozenset({"localhost"})


@dataclass(frozen=True, slots=True)
class Settings:
    """`jobs`: items worked on at once; `queue`: items that may wait beside them. `max_seconds`: the most that may be
    asked for an item, `run_seconds`: what a proof run may take in all. `max_bytes`: the size of a request's body,
    `body_seconds`: the time it may take to come, and its head before it. `stop_seconds`: what is under way has so long
    to finish when the server is stopped. `kept`: runs that are remembered after their end. `names`, `origins`: further
    host names and origins that requests may carry. `key`: what clients must show, empty: nothing."""

    host: str = "127.0.0.1"
    jobs: int = 1
    queue: int = 100
    max_seconds: float = 300.0
    run_seconds: float = 1800.0
    max_bytes: int = 4 * 1024 * 1024
    body_seconds: float = 30.0
    stop_seconds: float = 20.0
    kept: int = 50
    names: frozenset[str] = frozenset()
    origins: frozenset[str] = frozenset()
    key: str = field(default="", repr=False)

    @property
    def capacity(self) -> int:
        """Items that can be there at once, worked on or waiting."""
        return self.jobs + self.queue

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can reach it."""
        return _is_loopback(self.host)

    def checked(self) -> Settings:
        """Itself. Raises `UserError`: `key_required` for an address that others can reach, `weak_key`."""
        if not self.key and not self.is_loopback:
            raise UserError(
                f"{self.host} can be reached from other machines, and there is no key",
                code="key_required",
                hint=f"set {KEY} to a secret of {KEY_LENGTH} characters or more, or listen on 127.0.0.1",
            )
        if self.key and (len(self.key) < KEY_LENGTH or not self.key.isascii() or not self.key.isprintable()):
            raise UserError(
                f"{KEY} is no key: it must have {KEY_LENGTH} printable ASCII characters or more",
                code="weak_key",
                hint="for one: python3 -c 'import secrets; print(secrets.token_urlsafe(32))'",
            )
        return self

    def admits_host(self, host: str) -> bool:
        """Whether a request may name this `Host`.

        A page that makes its own name point here (DNS rebinding) sends that name: addresses cannot be made so, and of
        names only `localhost` and those of the settings are taken.
        """
        name = host_name(host)
        if name in _LOOPBACK_NAMES or name in self.names:
            return True
        if self.is_loopback:
            return _is_loopback(name)
        return name == self.host or _is_address(name)

    def admits_origin(self, origin: str, host: str) -> bool:
        """Whether a page of this origin may ask: one that this server has sent itself, or that the settings name."""
        return origin in self.origins or origin in (f"http://{host}", f"https://{host}")


def host_name(host: str) -> str:
    """A `Host` header without its port, lower case; brackets of an address gone."""
    if host.startswith("["):
        return host[1:].partition("]")[0].lower()
    return host.partition(":")[0].lower().removesuffix(".")


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _is_loopback(name: str) -> bool:
    return name in _LOOPBACK_NAMES or (_is_address(name) and ipaddress.ip_address(name).is_loopback)
