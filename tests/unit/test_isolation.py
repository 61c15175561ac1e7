"""The guards of `conftest.py` guard."""

from __future__ import annotations

import os
import socket
import threading
from pathlib import Path

import pytest


@pytest.mark.parametrize("address", [("192.0.2.1", 9), ("2001:db8::1", 9)])
def test_connections_to_other_hosts_are_refused(address: tuple[str, int]) -> None:
    family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
    with socket.socket(family) as client, pytest.raises(AssertionError, match=r"socket\.connect"):
        client.connect(address)


def test_names_of_other_hosts_are_not_looked_up() -> None:
    with pytest.raises(AssertionError, match=r"example\.org"):
        socket.create_connection(("example.org", 80))


def test_datagrams_to_other_hosts_are_refused() -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as client, pytest.raises(AssertionError, match="sendto"):
        client.sendto(b"", ("192.0.2.1", 9))


def test_this_machine_can_be_reached() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        accepted = threading.Thread(target=lambda: server.accept()[0].close())
        accepted.start()
        socket.create_connection(server.getsockname()).close()
        accepted.join()


def test_unix_sockets_work(tmp_path: Path) -> None:
    path = str(tmp_path / "s")
    with socket.socket(socket.AF_UNIX) as server, socket.socket(socket.AF_UNIX) as client:
        server.bind(path)
        server.listen()
        client.connect(path)


def test_settings_from_outside_are_gone(empty_cache: Path) -> None:
    assert {name for name in os.environ if name.startswith("PROVER_")} == {"PROVER_CACHE_DIR", "PROVER_CONFIG_DIR"}
    assert os.environ["PROVER_CACHE_DIR"] == str(empty_cache)
