"""Rewrite `lean.wasm` once, so that starting it costs instantiation and no JavaScript loops.

The module as published exports 201,110 names, because Lean's interpreter finds compiled definitions with `dlsym`.
Every thread of every process would build a JavaScript object per export. `rewrite` moves that work here: every
exported function gets a fixed slot of the module's function table, the exports the host never touches are dropped,
and the names go to a compact hash table (`symbols.bin`) that the host searches instead.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

TYPE, IMPORT, FUNCTION, TABLE, GLOBAL, EXPORT, ELEMENT, CODE = 1, 2, 3, 4, 6, 7, 9, 10
FUNCTION_KIND, TABLE_KIND, MEMORY_KIND, GLOBAL_KIND, TAG_KIND = range(5)

SYMBOLS_MAGIC: Final = 0x31535950  # "PYS1", little-endian
SLOT: Final = struct.Struct("<IIII")
HEADER: Final = struct.Struct("<IIII")


class WasmError(ValueError):
    """The bytes are not a WebAssembly module of the shape this rewriting understands."""


@dataclass(frozen=True)
class Import:
    """One import: where it comes from, its kind, and (for functions) the index of its type."""

    module: str
    name: str
    kind: int
    type_index: int


@dataclass(frozen=True)
class Rewritten:
    """What `rewrite` produced: the new module, the symbol table, and facts for the host."""

    module: bytes
    symbols: bytes
    imports: tuple[Import, ...]
    got_functions: dict[str, int]
    functions: int
    data: int


class Cursor:
    """A reading position in the bytes of a module."""

    def __init__(self, data: bytes, at: int = 0) -> None:
        self.data = data
        self.at = at

    def byte(self) -> int:
        self.at += 1
        return self.data[self.at - 1]

    def unsigned(self) -> int:
        data, at = self.data, self.at
        value = shift = 0
        while True:
            byte = data[at]
            at += 1
            value |= (byte & 127) << shift
            if byte < 128:
                self.at = at
                return value
            shift += 7

    def signed(self) -> int:
        value = shift = 0
        while True:
            byte = self.byte()
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value - (1 << shift) if byte & 64 else value

    def name(self) -> bytes:
        length = self.unsigned()
        self.at += length
        return self.data[self.at - length : self.at]

    def expect(self, value: int, what: str) -> None:
        found = self.byte()
        if found != value:
            raise WasmError(f"{what}: expected byte {value:#x}, found {found:#x} at offset {self.at - 1}")


def unsigned(value: int) -> bytes:
    """LEB128 encoding of a non-negative number."""
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)
    return bytes(out)


@dataclass(frozen=True)
class Section:
    """A section: its number and where header, contents and end lie in the file."""

    number: int
    head: int
    start: int
    end: int


def sections(module: bytes) -> list[Section]:
    """The sections of a module in file order."""
    if module[:8] != b"\0asm\1\0\0\0":
        raise WasmError("not a WebAssembly module (version 1)")
    found: list[Section] = []
    cursor = Cursor(module, 8)
    while cursor.at < len(module):
        head = cursor.at
        number, size = cursor.byte(), cursor.unsigned()
        found.append(Section(number, head, cursor.at, cursor.at + size))
        cursor.at += size
    if cursor.at != len(module):
        raise WasmError("the last section runs past the end of the file")
    return found


def read_imports(module: bytes, section: Section) -> list[Import]:
    """The imports, functions with their type's index."""
    cursor = Cursor(module, section.start)
    found: list[Import] = []
    for _ in range(cursor.unsigned()):
        origin, name, kind = cursor.name().decode(), cursor.name().decode(), cursor.byte()
        type_index = 0
        if kind == FUNCTION_KIND:
            type_index = cursor.unsigned()
        elif kind == MEMORY_KIND:
            _read_limits(cursor)
        elif kind == GLOBAL_KIND:
            cursor.at += 2
        else:
            raise WasmError(f"import {origin}.{name} has the unexpected kind {kind}")
        found.append(Import(origin, name, kind, type_index))
    return found


def _read_limits(cursor: Cursor) -> tuple[int, int, int | None]:
    flags, minimum = cursor.unsigned(), cursor.unsigned()
    return flags, minimum, cursor.unsigned() if flags & 1 else None


def read_globals(module: bytes, section: Section) -> list[int | None]:
    """For each global the constant it starts with; None for a mutable one, whose address is not fixed."""
    cursor = Cursor(module, section.start)
    values: list[int | None] = []
    for _ in range(cursor.unsigned()):
        cursor.byte()
        mutable = cursor.byte()
        cursor.expect(0x41, "global initialiser (i32.const)")
        value = cursor.signed()
        cursor.expect(0x0B, "end of a global initialiser")
        values.append(None if mutable else value & 0xFFFFFFFF)
    return values


def read_exports(module: bytes, section: Section) -> list[tuple[bytes, int, int]]:
    """The exports as (name, kind, index)."""
    cursor = Cursor(module, section.start)
    return [(cursor.name(), cursor.byte(), cursor.unsigned()) for _ in range(cursor.unsigned())]


def _read_elements(module: bytes, section: Section) -> list[int]:
    cursor = Cursor(module, section.start)
    if cursor.unsigned() != 1 or cursor.unsigned() != 0:
        raise WasmError("expected exactly one plain active element segment")
    cursor.expect(0x41, "element offset (i32.const)")
    if cursor.signed() != 1:
        raise WasmError("expected the element segment to start at table index 1")
    cursor.expect(0x0B, "end of the element offset")
    return [cursor.unsigned() for _ in range(cursor.unsigned())]


def _read_table_size(module: bytes, section: Section) -> int:
    cursor = Cursor(module, section.start)
    if cursor.unsigned() != 1:
        raise WasmError("expected exactly one table")
    cursor.expect(0x70, "table of function references")
    flags, minimum, _ = _read_limits(cursor)
    if flags != 0:
        raise WasmError("expected a table without an upper limit")
    return minimum


def _parameters_and_results(module: bytes, section: Section, wanted: int) -> tuple[int, int]:
    cursor = Cursor(module, section.start)
    for index in range(cursor.unsigned()):
        cursor.expect(0x60, "function type")
        parameters = cursor.unsigned()
        cursor.at += parameters
        results = cursor.unsigned()
        cursor.at += results
        if index == wanted:
            return parameters, results
    raise WasmError(f"no function type {wanted}")


def _empty_bodies(module: bytes, parts: dict[int, Section], functions: Collection[int], imported: int) -> bytes:
    """The code section, in which the given functions do nothing but return their first argument."""
    declared = Cursor(module, parts[FUNCTION].start)
    types = [declared.unsigned() for _ in range(declared.unsigned())]
    code = bytearray(module[parts[CODE].head : parts[CODE].end])
    cursor = Cursor(module, parts[CODE].start)
    for index in range(cursor.unsigned()):
        size = cursor.unsigned()
        if index + imported in functions:
            _, results = _parameters_and_results(module, parts[TYPE], types[index])
            body = b"\x00" + (b"\x20\x00" if results else b"")
            at = cursor.at - parts[CODE].head
            code[at : at + size] = body + b"\x01" * (size - len(body) - 1) + b"\x0b"
        cursor.at += size
    return bytes(code)


def symbol_table(entries: dict[bytes, int]) -> bytes:
    """The names and their values as an open-addressing hash table that the host searches in place.

    Layout, all numbers 32-bit little-endian: header (magic, number of slots, number of names, bytes of names),
    then the slots (CRC-32 of the name, offset of the name plus one or 0 when empty, length, value), then the names.
    """
    slots = 1 << max(4, (len(entries) * 4 // 3).bit_length())
    table: list[tuple[int, int, int, int] | None] = [None] * slots
    names = bytearray()
    for name, value in entries.items():
        digest = zlib.crc32(name)
        place = digest & (slots - 1)
        while table[place] is not None:
            place = (place + 1) & (slots - 1)
        table[place] = (digest, len(names) + 1, len(name), value)
        names += name
    empty = SLOT.pack(0, 0, 0, 0)
    body = b"".join(SLOT.pack(*slot) if slot else empty for slot in table)
    return HEADER.pack(SYMBOLS_MAGIC, slots, len(entries), len(names)) + body + bytes(names)


def _section(number: int, contents: bytes) -> bytes:
    return bytes([number]) + unsigned(len(contents)) + contents


def rewrite(
    module: bytes, keep: Collection[str], reachable: Collection[str], emptied: Collection[str] = ()
) -> Rewritten:
    """Place all exported functions in the table, keep only the exports named in `keep`, and tabulate the rest.

    `reachable` names imports whose *address* the module may take (its `GOT.func` entries) and which the host
    offers; they get table slots too. The result's `got_functions` gives every such entry its table index, 0 for
    the others.
    The functions exported under the names in `emptied` are made to do nothing.
    """
    parts = sections(module)
    by_number = {part.number: part for part in parts if part.number}
    for needed in (TYPE, IMPORT, FUNCTION, TABLE, GLOBAL, EXPORT, ELEMENT, CODE):
        if needed not in by_number:
            raise WasmError(f"the module has no section {needed}")
    imports = read_imports(module, by_number[IMPORT])
    exports = read_exports(module, by_number[EXPORT])
    values = read_globals(module, by_number[GLOBAL])
    imported_globals = sum(1 for item in imports if item.kind == GLOBAL_KIND)
    elements = _read_elements(module, by_number[ELEMENT])
    if _read_table_size(module, by_number[TABLE]) != len(elements) + 1:
        raise WasmError("the element segment does not fill the table")

    index_of: dict[int, int] = {}
    for index, function in enumerate(elements, start=1):
        index_of.setdefault(function, index)

    def place(function: int) -> int:
        if function not in index_of:
            elements.append(function)
            index_of[function] = len(elements)
        return index_of[function]

    imported = [item.name for item in imports if item.kind == FUNCTION_KIND]
    entries: dict[bytes, int] = {}
    functions = data = 0
    kept: list[bytes] = []
    for name, kind, index in exports:
        if name.decode() in keep:
            kept.append(unsigned(len(name)) + name + bytes([kind]) + unsigned(index))
        # C++ names are never looked up by Lean; leaving them out keeps them out of the reach of interpreted code.
        if name.startswith(b"_Z"):
            continue
        if kind == FUNCTION_KIND:
            entries[name] = place(index)
            functions += 1
        elif kind == GLOBAL_KIND:
            address = values[index - imported_globals]
            if address is not None:
                entries[name] = address
                data += 1
    if len(kept) != len(set(keep)):
        missing = sorted(set(keep) - {name.decode() for name, _, _ in exports})
        raise WasmError(f"exports the host needs are missing: {', '.join(missing)}")

    got_functions: dict[str, int] = {}
    for item in imports:
        if item.module == "GOT.func":
            offered = item.name in reachable and item.name in imported
            got_functions[item.name] = place(imported.index(item.name)) if offered else 0

    replaced = {
        TABLE: unsigned(1) + b"\x70\x00" + unsigned(len(elements) + 1),
        EXPORT: unsigned(len(kept)) + b"".join(kept),
        ELEMENT: b"\x01\x00\x41\x01\x0b" + unsigned(len(elements)) + b"".join(map(unsigned, elements)),
    }
    numbers = {index for name, kind, index in exports if kind == FUNCTION_KIND and name.decode() in emptied}
    if emptied and not numbers:
        raise WasmError(f"functions to be emptied are missing: {', '.join(sorted(emptied))}")
    out = bytearray(module[:8])
    for part in parts:
        contents = replaced.get(part.number)
        if contents is not None:
            out += _section(part.number, contents)
        elif part.number == CODE and numbers:
            out += _empty_bodies(module, by_number, numbers, len(imported))
        else:
            out += module[part.head : part.end]
    return Rewritten(bytes(out), symbol_table(entries), tuple(imports), got_functions, functions, data)
