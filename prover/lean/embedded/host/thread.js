// One thread of Lean: instantiates the module in a worker, offers it exactly the functions it imports, and runs.
//
// The exception and thread conventions are those of Emscripten, which compiled the module; the parts adapted from its
// runtime are (c) the Emscripten authors, MIT licence.
"use strict";
const fs = require("fs");
const { parentPort, workerData } = require("worker_threads");
const { CONTROL, EXIT, INPUT, LIMITS } = require("./layout.js");
const { worldImports } = require("./world.js");
const { calendarImports } = require("./calendar.js");

const { config, memory, main } = workerData;
const control = new Int32Array(workerData.control, 0, CONTROL.name >> 2);
let symbols, symbolWords; // the contents of symbols.bin, as bytes and as 32-bit words
let gotFunctions;         // table indices of the imports whose address the module takes
let wasm;                 // the instance's exports
let table;                // its function table
const entries = [];

// ---- memory ----
// The views are made anew when another thread has grown the memory.
let buffer = memory.buffer;
let u8 = new Uint8Array(buffer), u32 = new Uint32Array(buffer), i32 = new Int32Array(buffer);
let u16 = new Uint16Array(buffer), i64 = new BigInt64Array(buffer);
const heap = {
    fresh() {
        const now = memory.buffer;
        if (now !== buffer) {
            buffer = now;
            u8 = new Uint8Array(buffer); u32 = new Uint32Array(buffer); i32 = new Int32Array(buffer);
            u16 = new Uint16Array(buffer); i64 = new BigInt64Array(buffer);
        }
    },
    get u8() { heap.fresh(); return u8; },
    get u16() { heap.fresh(); return u16; },
    get u32() { heap.fresh(); return u32; },
    get i32() { heap.fresh(); return i32; },
    get i64() { heap.fresh(); return i64; },
    text(at) {
        if (!at) return "";
        const bytes = heap.u8;
        let end = at;
        while (bytes[end]) end++;
        return Buffer.from(bytes.slice(at, end)).toString("utf8");
    },
    put(text, at, size) {
        const bytes = Buffer.from(text, "utf8");
        const length = Math.min(bytes.length, size - 1);
        heap.u8.set(bytes.subarray(0, length), at);
        heap.u8[at + length] = 0;
        return length;
    },
};

function grow(size) {
    size >>>= 0;
    const old = memory.buffer.byteLength;
    if (size <= old) return 0;
    const limit = Math.floor(config.memoryMb) * 1048576;
    if (size <= limit) {
        const wanted = Math.min(limit, Math.max(size, Math.min(old * 1.2, size + (96 << 20))));
        for (const target of [wanted, size]) {
            try {
                memory.grow(Math.ceil((target - old) / 65536));
                return 1;
            } catch { /* another thread has grown it meanwhile, or the limit is reached */ }
            if (memory.buffer.byteLength >= size) return 1;
        }
    }
    Atomics.store(control, CONTROL.refused, 1);
    return 0;
}

// ---- the end ----
const forever = new Int32Array(new SharedArrayBuffer(4));

function endProcess(status) {
    parentPort.postMessage({ exit: status & 255 });
    Atomics.wait(forever, 0, 0);
}

function exit(status) {
    try { wasm.fflush(heap.u32[wasm.stdout.value >> 2]); } catch { /* what can be written has been written */ }
    endProcess(status);
}

function complain(text) {
    try { fs.writeSync(2, `${text}\n`); } catch { /* nobody reads */ }
}

function abort(text) {
    complain(`aborted: ${text}`);
    endProcess(EXIT.abort);
}

// ---- standard input ----
const inputWords = new Int32Array(workerData.input, 0, INPUT.data >> 2);
const inputBytes = new Uint8Array(workerData.input, INPUT.data);

// Waits for input and moves what is there into `bytes`; 0 at the end.
function takeInput(bytes) {
    if (Atomics.compareExchange(inputWords, INPUT.wanted, 0, 1) === 0) parentPort.postMessage({ input: true });
    for (;;) {
        const news = Atomics.load(inputWords, INPUT.news), ended = Atomics.load(inputWords, INPUT.ended);
        const put = Atomics.load(inputWords, INPUT.put), taken = Atomics.load(inputWords, INPUT.taken);
        const there = (put - taken) >>> 0;
        if (there === 0) {
            if (ended) return 0;
            Atomics.wait(inputWords, INPUT.news, news);
            continue;
        }
        const at = taken & (INPUT.size - 1), length = Math.min(there, bytes.length, INPUT.size - at);
        bytes.set(inputBytes.subarray(at, at + length));
        Atomics.store(inputWords, INPUT.taken, (taken + length) | 0);
        if (Atomics.exchange(inputWords, INPUT.full, 0)) parentPort.postMessage({ input: true });
        return length;
    }
}

// ---- functions by address and by name ----
const at = (index) => entries[index] || (entries[index] = table.get(index));

const crcTable = new Int32Array(256);
for (let n = 0; n < 256; n++) {
    let c = n;
    for (let k = 0; k < 8; k++) c = c & 1 ? (c >>> 1) ^ 0xEDB88320 : c >>> 1;
    crcTable[n] = c;
}

// The table of `symbols.bin`: see wasm.py. A function's value is its table index, a variable's its address.
function lookUp(name) {
    const bytes = heap.u8;
    let crc = -1, end = name;
    for (let byte; (byte = bytes[end]); end++) crc = crcTable[(crc ^ byte) & 255] ^ (crc >>> 8);
    crc = (crc ^ -1) >>> 0;
    const length = end - name, slots = symbolWords[1], names = 16 + slots * 16;
    search: for (let place = crc & (slots - 1); ; place = (place + 1) & (slots - 1)) {
        const slot = 4 + place * 4, offset = symbolWords[slot + 1];
        if (offset === 0) return 0;
        if (symbolWords[slot] !== crc || symbolWords[slot + 2] !== length) continue;
        const from = names + offset - 1;
        for (let i = 0; i < length; i++) if (symbols[from + i] !== bytes[name + i]) continue search;
        return symbolWords[slot + 3];
    }
}

// ---- exceptions (Emscripten's JavaScript scheme: a thrown number is the address of the exception) ----
const caught = [];
let uncaught = 0, lastThrown = 0;
const field = { type: -20, destructor: -16, caught: -12, rethrown: -11, adjusted: -8 };

function catchMatching(types) {
    const thrown = lastThrown;
    if (!thrown) { wasm._emscripten_tempret_set(0); return 0; }
    const adjusted = thrown + field.adjusted;
    heap.u32[adjusted >> 2] = thrown;
    const type = heap.u32[(thrown + field.type) >> 2];
    if (!type) { wasm._emscripten_tempret_set(0); return thrown; }
    for (const candidate of types) {
        if (candidate === 0 || candidate === type) break;
        if (wasm.__cxa_can_catch(candidate, type, adjusted)) {
            wasm._emscripten_tempret_set(candidate);
            return thrown;
        }
    }
    wasm._emscripten_tempret_set(type);
    return thrown;
}

function rethrow() {
    const thrown = caught.pop();
    if (!thrown) abort("no exception to throw");
    if (!heap.u8[thrown + field.rethrown]) {
        caught.push(thrown);
        heap.u8[thrown + field.rethrown] = 1;
        heap.u8[thrown + field.caught] = 0;
        uncaught++;
    }
    lastThrown = thrown;
    throw thrown;
}

const exceptionImports = {
    __cxa_throw(thrown, type, destructor) {
        heap.u32[(thrown + field.adjusted) >> 2] = 0;
        heap.u32[(thrown + field.type) >> 2] = type;
        heap.u32[(thrown + field.destructor) >> 2] = destructor;
        lastThrown = thrown;
        uncaught++;
        throw thrown;
    },
    __cxa_begin_catch(thrown) {
        if (!heap.u8[thrown + field.caught]) {
            heap.u8[thrown + field.caught] = 1;
            uncaught--;
        }
        heap.u8[thrown + field.rethrown] = 0;
        caught.push(thrown);
        wasm.__cxa_increment_exception_refcount(thrown);
        return wasm.__cxa_get_exception_ptr(thrown);
    },
    __cxa_end_catch() {
        wasm.setThrew(0, 0);
        wasm.__cxa_decrement_exception_refcount(caught.pop());
        lastThrown = 0;
    },
    __cxa_rethrow: rethrow,
    __cxa_current_primary_exception() {
        if (!caught.length) return 0;
        wasm.__cxa_increment_exception_refcount(caught[caught.length - 1]);
        return caught[caught.length - 1];
    },
    __cxa_rethrow_primary_exception(thrown) {
        if (!thrown) return;
        caught.push(thrown);
        heap.u8[thrown + field.rethrown] = 1;
        rethrow();
    },
    __cxa_uncaught_exceptions: () => uncaught,
    __resumeException(thrown) {
        if (!lastThrown) lastThrown = thrown;
        throw lastThrown;
    },
    llvm_eh_typeid_for: (type) => type,
    _emscripten_throw_longjmp() { throw Infinity; },
};

// `invoke_<signature>(function, ...)` calls a function so that a C++ exception in it returns here. Only numbers are C++
// exceptions; a trap or a stack overflow passes through. One arity per closure keeps the calls fast.
function invoker(signature) {
    const zero = signature[0] === "j" ? 0n : undefined;
    const names = Array.from(signature.slice(1), (_, i) => `a${i}`).join(",");
    return new Function("at", "wasm", "zero", `return function(f${names && "," + names}) {
        const stack = wasm().emscripten_stack_get_current();
        try { return at(f)(${names}); } catch (thrown) {
            wasm()._emscripten_stack_restore(stack);
            if (thrown !== thrown + 0) throw thrown;
            wasm().setThrew(1, 0);
            return zero;
        }
    }`)(at, () => wasm, zero);
}

// ---- threads ----
function freeEndedThreads() {
    for (let i = 0; i < CONTROL.slots; i++) {
        const thread = Atomics.exchange(control, CONTROL.firstSlot + i, 0);
        if (thread) wasm._emscripten_thread_free_data(thread);
    }
}

const threadImports = {
    __pthread_create_js(thread, _attributes, start, argument) {
        freeEndedThreads();
        if (Atomics.add(control, CONTROL.threads, 1) >= LIMITS.threads) {
            Atomics.sub(control, CONTROL.threads, 1);
            return 6; // EAGAIN
        }
        parentPort.postMessage({ spawn: thread, start, argument });
        return 0;
    },
    _emscripten_thread_cleanup(thread) { parentPort.postMessage({ released: thread }); },
    _emscripten_thread_exit_joinable() {},
    _emscripten_thread_set_strongref() {},
    // No work is ever sent to another thread's JavaScript, so nobody waits for such work.
    _emscripten_thread_mailbox_await() {},
    _emscripten_notify_mailbox_postmessage() {},
    _emscripten_init_main_thread_js(thread) {
        wasm._emscripten_thread_init(thread, 0, 1, 1, 65536, 0);
        wasm._emscripten_tls_init();
    },
    _emscripten_runtime_keepalive_clear() {},
    emscripten_check_blocking_allowed() {},
    emscripten_unwind_to_js_event_loop() { throw "unwind"; },
    emscripten_exit_with_live_runtime() { throw "unwind"; },
};

function runThread({ spawn, start, argument }) {
    const high = heap.u32[(spawn + 52) >> 2], size = heap.u32[(spawn + 56) >> 2];
    wasm.emscripten_stack_set_limits(high, high - size);
    wasm._emscripten_stack_restore(high);
    wasm._emscripten_thread_init(spawn, 0, 0, 1, 0, 0);
    wasm._emscripten_tls_init();
    caught.length = uncaught = lastThrown = 0;
    try {
        const result = at(start)(argument);
        wasm._emscripten_thread_exit(result);
    } catch (thrown) {
        if (thrown !== "unwind") throw thrown;
    }
    Atomics.sub(control, CONTROL.threads, 1);
    parentPort.postMessage({ finished: spawn });
}

// ---- the rest of what the module imports ----
// Code blocks that the C++ sources contain as JavaScript, by address in this build; the others only trace.
const inlineCode = {
    942318: (text) => complain(`Lean threw: ${heap.text(text)}`),
    942405: () => complain("Lean ran out of memory"),
    942466: (text) => complain(`Lean threw: ${heap.text(text)}`),
    943294: (file, line, condition) => complain(assertion(condition, file, line)),
    943522: (name) => copyOut(config.env[heap.text(name)]),
    943765: () => copyOut(config.program),
};

function assertion(condition, file, line) {
    return `assertion failed: ${heap.text(condition)}, ${heap.text(file)}:${line}`;
}

function copyOut(text) {
    if (text === undefined) return 0;
    const size = Buffer.byteLength(text) + 1;
    const place = wasm.malloc(size);
    heap.put(text, place, size);
    return place;
}

const systemImports = {
    // Every argument these blocks take is a 32-bit number.
    emscripten_asm_const_int(code, signature, values) {
        const run = inlineCode[code];
        if (!run) return 0;
        const given = [];
        for (let i = 0; heap.u8[signature + i]; i++) given.push(heap.u32[(values >> 2) + i]);
        return run(...given) | 0;
    },
    _dlsym_js: (_handle, name) => lookUp(name) | 0,
    emscripten_resize_heap: grow,
    emscripten_get_heap_max: () => Math.floor(config.memoryMb) * 1048576,
    emscripten_num_logical_cores: () => 1,
    emscripten_get_now: () => performance.timeOrigin + performance.now(),
    emscripten_date_now: () => Date.now(),
    uv__hrtime: () => process.hrtime.bigint(),
    _emscripten_get_progname(place, size) { heap.put(config.program, place, size); },
    _emscripten_log_formatted(_flags, text) { complain(heap.text(text)); },
    __call_sighandler(handler, signal) { at(handler)(signal); },
    __assert_fail(condition, file, line) { abort(assertion(condition, file, line)); },
    _abort_js() { abort("abort() was called"); },
    exit,
    proc_exit: endProcess,
};

// Functions that lead out of the module: the network, other programs, shared libraries, mapped files. They answer as on
// a system that has none of these. Whatever else is imported (sound, browser events) ends the process when called.
const NOT_SUPPORTED = 52; // ENOSYS
const refusedImports = {
    _mmap_js: () => -NOT_SUPPORTED,
    _munmap_js: () => -NOT_SUPPORTED,
    _msync_js: () => -NOT_SUPPORTED,
    _emscripten_system: () => -NOT_SUPPORTED,
    _dlopen_js: () => 0,
    getaddrinfo: () => -4,
    getnameinfo: () => -4,
    _emscripten_lookup_name: () => 0,
};

function importsOf(module) {
    const offered = {
        ...exceptionImports, ...threadImports, ...systemImports, ...refusedImports, ...calendarImports(heap),
        ...worldImports({ heap, config, control: workerData.control, files: workerData.files, takeInput }),
    };
    const env = { memory }, addresses = {};
    for (const { module: from, name, kind } of WebAssembly.Module.imports(module)) {
        if (from === "GOT.func") {
            addresses[name] = new WebAssembly.Global({ value: "i32", mutable: true }, gotFunctions[name] | 0);
        } else if (kind === "function") {
            env[name] = offered[name]
                || (name.startsWith("invoke_") && invoker(name.slice(7)))
                || (name.startsWith("__cxa_find_matching_catch_") && ((...types) => catchMatching(types)))
                || (name.startsWith("__syscall_") && (() => -NOT_SUPPORTED))
                || (() => abort(`${name} does not exist in the embedded Lean`));
        }
    }
    return { env, wasi_snapshot_preview1: env, "GOT.func": addresses };
}

function runMain() {
    wasm.__wasm_call_ctors();
    // The module's own main stack has 64 KiB, and below it lie its data: move to one that deep recursion cannot leave
    // unnoticed. This build computes the size of its main stack as end minus base, so the two are given the other way round.
    const low = wasm.emscripten_builtin_memalign(16, LIMITS.stack), high = low + LIMITS.stack;
    wasm.emscripten_stack_set_limits(low, high);
    wasm._emscripten_stack_restore(high);
    const words = [config.program, ...workerData.arguments];
    const argv = wasm.malloc((words.length + 1) * 4);
    words.forEach((word, i) => { const place = copyOut(word); heap.u32[(argv >> 2) + i] = place; });
    heap.u32[(argv >> 2) + words.length] = 0;
    const status = wasm.__main_argc_argv(words.length, argv);
    // After `--run` this build returns the address of a freed object instead of what the program returned.
    exit(status >>> 0 > 255 ? Atomics.load(control, CONTROL.uncaught) : status);
}

function whatOf(thrown) {
    try {
        const place = wasm.malloc(8);
        wasm.__get_exception_message(thrown, place, place + 4);
        return `${heap.text(heap.u32[place >> 2])}: ${heap.text(heap.u32[(place + 4) >> 2])}`;
    } catch { return "of an unknown type"; }
}

// Whatever is thrown out of the module ends the process; otherwise it would only end this worker's turn.
function guarded(run) {
    return (message) => {
        try { run(message); } catch (thrown) {
            let status = EXIT.trap, text = thrown?.stack ?? String(thrown);
            if (Atomics.load(control, CONTROL.refused)) {
                [status, text] = [EXIT.outOfMemory, `out of memory (limit ${config.memoryMb} MB)`];
            } else if (typeof thrown === "number") {
                [status, text] = [EXIT.abort, `aborted: a C++ exception was not caught: ${whatOf(thrown)}`];
            } else if (thrown instanceof RangeError) {
                [status, text] = [EXIT.abort, "aborted: stack overflow"];
            }
            complain(text);
            endProcess(status);
        }
    };
}

function begin({ module, symbols: table8, gotFunctions: addresses }) {
    symbols = table8;
    symbolWords = new Uint32Array(symbols.buffer, 0, symbols.length >> 2);
    gotFunctions = addresses;
    wasm = new WebAssembly.Instance(module, importsOf(module)).exports;
    table = wasm.__indirect_function_table;
    if (main) runMain();
}

parentPort.on("message", guarded((message) => (message.module ? begin(message) : runThread(message))));
