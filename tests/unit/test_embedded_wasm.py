"""The rewriting of the WebAssembly module, on a module of a few bytes."""

from __future__ import annotations

import zlib

import pytest

from prover.lean.embedded.wasm import (
    EXPORT,
    FUNCTION_KIND,
    GLOBAL_KIND,
    HEADER,
    SLOT,
    SYMBOLS_MAGIC,
    TABLE,
    TABLE_KIND,
    Cursor,
    WasmError,
    read_exports,
    rewrite,
    sections,
    symbol_table,
    unsigned,
)


def name(text: str) -> bytes:
    return unsigned(len(text)) + text.encode()


def section(number: int, items: list[bytes]) -> bytes:
    contents = unsigned(len(items)) + b"".join(items)
    return bytes([number]) + unsigned(len(contents)) + contents


def module(*, table_limit: bytes = b"\x00\x02", elements: bytes | None = None) -> bytes:
    """Two imported functions (0, 1), one taken address, three own functions (2, 3, 4), of which 2 is in the table."""
    body = b"\x00" + b"\x20\x00" + b"\x01" * 3 + b"\x0b"
    return b"\0asm\1\0\0\0" + b"".join(
        [
            section(1, [b"\x60\x01\x7f\x01\x7f"]),
            section(
                2,
                [
                    name("env") + name("exit") + b"\x00\x00",
                    name("env") + name("__cxa_throw") + b"\x00\x00",
                    name("GOT.func") + name("exit") + b"\x03\x7f\x01",
                    name("GOT.func") + name("glClear") + b"\x03\x7f\x01",
                ],
            ),
            section(3, [b"\x00"] * 3),
            section(4, [b"\x70" + table_limit]),
            section(6, [b"\x7f\x00\x41\x80\x80\x04\x0b", b"\x7f\x01\x41\x08\x0b"]),
            section(
                7,
                [
                    name("malloc") + b"\x00" + unsigned(2),
                    name("l_f") + b"\x00" + unsigned(3),
                    name("l_f_alias") + b"\x00" + unsigned(3),
                    name("_ZN4lean") + b"\x00" + unsigned(4),
                    name("l_data") + b"\x03" + unsigned(2),
                    name("l_mutable") + b"\x03" + unsigned(3),
                    name("tab") + b"\x01\x00",
                ],
            ),
            section(9, [elements or b"\x00\x41\x01\x0b\x01\x02"]),
            section(10, [unsigned(len(body)) + body] * 3),
        ]
    )


def look_up(table: bytes, wanted: bytes) -> int | None:
    """What the host does with `symbols.bin`."""
    magic, slots, _, size = HEADER.unpack_from(table)
    assert magic == SYMBOLS_MAGIC
    names = table[HEADER.size + slots * SLOT.size :]
    assert len(names) == size
    place = zlib.crc32(wanted) & (slots - 1)
    while True:
        digest, offset, length, value = SLOT.unpack_from(table, HEADER.size + place * SLOT.size)
        if offset == 0:
            return None
        if digest == zlib.crc32(wanted) and names[offset - 1 : offset - 1 + length] == wanted:
            return value
        place = (place + 1) & (slots - 1)


def test_exported_functions_get_table_slots_and_unused_exports_go() -> None:
    result = rewrite(module(), ["malloc", "tab"], ["exit"])
    parts = {part.number: part for part in sections(result.module)}
    kept = read_exports(result.module, parts[EXPORT])
    assert kept == [(b"malloc", FUNCTION_KIND, 2), (b"tab", TABLE_KIND, 0)]
    assert look_up(result.symbols, b"malloc") == 1  # it was in the table already
    assert look_up(result.symbols, b"l_f") == look_up(result.symbols, b"l_f_alias") == 2
    assert result.got_functions == {"exit": 3, "glClear": 0}
    table = Cursor(result.module, parts[TABLE].start)
    assert [table.byte() for _ in range(4)] == [1, 0x70, 0, 4]


def test_data_symbols_have_their_addresses_and_mutable_ones_none() -> None:
    symbols = rewrite(module(), ["malloc"], []).symbols
    assert look_up(symbols, b"l_data") == 0x10000
    assert look_up(symbols, b"l_mutable") is None


def test_cxx_names_cannot_be_looked_up() -> None:
    assert look_up(rewrite(module(), ["malloc"], []).symbols, b"_ZN4lean") is None


def test_emptied_function_returns_its_argument_and_keeps_its_size() -> None:
    original = module()
    result = rewrite(original, ["malloc"], [], ["_ZN4lean"]).module
    assert result.endswith(b"\x00\x20\x00" + b"\x01" * 3 + b"\x0b")
    with pytest.raises(WasmError, match="emptied"):
        rewrite(original, ["malloc"], [], ["nothing"])


def test_missing_exports_are_named() -> None:
    with pytest.raises(WasmError, match="free, main"):
        rewrite(module(), ["main", "malloc", "free"], [])


@pytest.mark.parametrize(
    ("broken", "message"),
    [
        (b"not a module at all", "not a WebAssembly module"),
        (b"\0asm\1\0\0\0", "no section"),
        (module()[:-3], "past the end"),
        (module(table_limit=b"\x01\x02\x02"), "upper limit"),
        (module(elements=b"\x00\x41\x05\x0b\x01\x02"), "index 1"),
        (module(elements=b"\x00\x41\x01\x0b\x02\x02\x03"), "does not fill"),
    ],
)
def test_other_shapes_are_refused(broken: bytes, message: str) -> None:
    with pytest.raises(WasmError, match=message):
        rewrite(broken, ["malloc"], [])


def test_symbol_table_finds_every_name_and_no_other() -> None:
    entries = {f"l_name_{number}".encode(): number + 1 for number in range(3000)}
    table = symbol_table(entries)
    assert all(look_up(table, key) == value for key, value in entries.items())
    assert look_up(table, b"l_name_3000") is None
    assert look_up(symbol_table({}), b"x") is None


def test_unsigned_round_trip() -> None:
    for value in (0, 1, 127, 128, 300, 1 << 20, (1 << 32) - 1):
        assert Cursor(unsigned(value)).unsigned() == value


def test_kinds_are_those_of_the_format() -> None:
    assert (FUNCTION_KIND, TABLE_KIND, GLOBAL_KIND) == (0, 1, 3)
