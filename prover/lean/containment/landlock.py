"""Landlock's rights over files, the network and other processes, as each ABI of the kernel has them."""

from __future__ import annotations

_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_REMOVE_DIR, _REMOVE_FILE = 1 << 4, 1 << 5
_MAKE_DIR, _MAKE_REG, _MAKE_SYM = 1 << 7, 1 << 8, 1 << 12
_REFER, _TRUNCATE = 1 << 13, 1 << 14

# How many rights over files the ABIs 1, 2, ... know; later ABIs as the last.
_FILE_RIGHTS = (13, 14, 15, 15, 16)
_BIND_TCP, _CONNECT_TCP = 1, 2
_SCOPE_ABSTRACT_SOCKET, _SCOPE_SIGNAL = 1, 2

READ = _EXECUTE | _READ_FILE | _READ_DIR
WRITE_DEVICE = _READ_FILE | _WRITE_FILE
_WRITE = _WRITE_FILE | _REMOVE_DIR | _REMOVE_FILE | _MAKE_DIR | _MAKE_REG | _MAKE_SYM | _REFER | _TRUNCATE

ABI_TRUNCATE, ABI_NETWORK, ABI_SCOPE = 3, 4, 6


def handled(abi: int) -> tuple[int, int, int]:
    """What a ruleset takes away: rights over files, over TCP ports, over what is outside."""
    files = (1 << _FILE_RIGHTS[min(abi, len(_FILE_RIGHTS)) - 1]) - 1
    network = _BIND_TCP | _CONNECT_TCP if abi >= ABI_NETWORK else 0
    scope = _SCOPE_ABSTRACT_SOCKET | _SCOPE_SIGNAL if abi >= ABI_SCOPE else 0
    return files, network, scope


def writing(abi: int) -> int:
    """Rights in a folder that may be written to: files, folders and links are made, changed, moved, removed in it."""
    return (_READ_FILE | _READ_DIR | _WRITE) & handled(abi)[0]
