// The process that runs one embedded Lean: `node process.js CONFIG [lean arguments]`.
//
// CONFIG is one JSON object: { memoryMb, scratchMb, stackMb, threads, program, roots: [{at, path, writable, trusted}], env, cwd }.
// Node's main thread only starts threads, reads standard input and ends the process; Lean's own main function runs in the
// first worker. So a thread that asks for another one, or for the end of the process, is always heard, whatever the
// others compute or wait for.
"use strict";
const fs = require("fs");
const path = require("path");
const { Worker } = require("worker_threads");
const { CONTROL, EXIT, FILES, INPUT } = require("./layout.js");

const config = JSON.parse(process.argv[2]);
const home = path.dirname(__dirname);
const pages = Math.min(32768, Math.max(1024, Math.floor(config.memoryMb * 16)));
const memory = new WebAssembly.Memory({ initial: 256, maximum: pages, shared: true });
const control = new SharedArrayBuffer(CONTROL.bytes);
const control32 = new Int32Array(control);
const files = new SharedArrayBuffer(FILES.bytes);
const input = new SharedArrayBuffer(INPUT.bytes);

const idle = [];            // started workers that run nothing
const finished = new Set(); // threads whose worker is done with them
const released = new Set(); // threads that Lean has joined or detached and that have ended
let code = null;            // what a worker needs to begin: module and symbols, once they are there
let ending = false;

function end(status) {
    if (ending) return;
    ending = true;
    process.reallyExit(status);
}

function fail(error) {
    if (ending) return;
    const refused = Atomics.load(control32, CONTROL.refused);
    const text = error && error.stack ? error.stack : String(error);
    const said = refused ? `out of memory (limit ${config.memoryMb} MB)` : text;
    try { fs.writeSync(2, `${said}\n`); } catch { /* nobody reads */ }
    end(refused ? EXIT.outOfMemory : EXIT.trap);
}

// A thread's memory may be freed once its worker has left it and Lean has let go of it. Any running thread can do that:
// the next one that creates a thread takes the address from a slot.
function reclaim(thread) {
    if (!finished.has(thread) || !released.has(thread)) return;
    finished.delete(thread);
    released.delete(thread);
    for (let i = 0; i < CONTROL.slots; i++) {
        if (Atomics.compareExchange(control32, CONTROL.firstSlot + i, 0, thread) === 0) return;
    }
}

// Standard input is read here, so that no thread ever blocks in a system call that the end of the process would wait
// for. Reading begins with the first wish for it.
const inputWords = new Int32Array(input, 0, INPUT.data >> 2);
const inputBytes = new Uint8Array(input, INPUT.data);
const pending = []; // pieces that the ring has no room for yet
let atEnd = false;

function deliver() {
    let put = inputWords[INPUT.put];
    while (pending.length) {
        const free = INPUT.size - ((put - Atomics.load(inputWords, INPUT.taken)) >>> 0);
        if (free === 0) {
            Atomics.store(inputWords, INPUT.full, 1);
            if (((put - Atomics.load(inputWords, INPUT.taken)) >>> 0) === INPUT.size) break;
            continue;
        }
        const chunk = pending[0], at = put & (INPUT.size - 1);
        const length = Math.min(chunk.length, free, INPUT.size - at);
        inputBytes.set(chunk.subarray(0, length), at);
        put = (put + length) | 0;
        Atomics.store(inputWords, INPUT.put, put);
        if (length === chunk.length) pending.shift(); else pending[0] = chunk.subarray(length);
    }
    if (atEnd && !pending.length) Atomics.store(inputWords, INPUT.ended, 1);
    Atomics.add(inputWords, INPUT.news, 1);
    Atomics.notify(inputWords, INPUT.news);
    if (pending.length) process.stdin.pause(); else process.stdin.resume();
}

function endInput() {
    atEnd = true;
    deliver();
}

let reading = false;
function readInput() {
    if (reading) return deliver();
    reading = true;
    process.stdin.on("data", (chunk) => { pending.push(chunk); deliver(); });
    process.stdin.on("end", endInput);
    process.stdin.on("error", endInput);
}

function startWorker(main) {
    const worker = new Worker(path.join(__dirname, "thread.js"), {
        workerData: { config, memory, control, files, input, main, arguments: process.argv.slice(3) },
        resourceLimits: { stackSizeMb: config.stackMb },
        env: {},
        stdin: false,
        trackUnmanagedFds: false,
    });
    worker.on("message", (message) => {
        if (message.exit !== undefined) {
            const refused = Atomics.load(control32, CONTROL.refused);
            end(message.exit !== 0 && refused ? EXIT.outOfMemory : message.exit);
        } else if (message.input) {
            readInput();
        } else if (message.spawn !== undefined) {
            const next = idle.pop() || startWorker(false);
            next.postMessage(message);
        } else if (message.finished !== undefined) {
            idle.push(worker);
            finished.add(message.finished);
            reclaim(message.finished);
        } else if (message.released !== undefined) {
            released.add(message.released);
            reclaim(message.released);
        }
    });
    worker.on("error", fail);
    worker.on("exit", () => fail(new Error("a thread ended unexpectedly")));
    if (code) worker.postMessage(code);
    return worker;
}

// Nobody is left to talk to when the parent is gone, even while Lean computes and does not read its input.
const parent = process.ppid;
setInterval(() => { if (process.ppid !== parent) end(EXIT.abort); }, 2000);

const first = startWorker(true);
for (let i = 0; i < config.threads; i++) idle.push(startWorker(false));
const early = [first, ...idle];

const binary = fs.readFileSync(path.join(home, "lean.wasm"));
const compiling = WebAssembly.compile(binary);
if (typeof binary.buffer.transfer === "function") binary.buffer.transfer(0); // the engine has its own copy
const symbolsFile = path.join(home, "symbols.bin");
const symbols = new Uint8Array(new SharedArrayBuffer(fs.statSync(symbolsFile).size));
const symbolsFd = fs.openSync(symbolsFile, "r");
for (let at = 0; at < symbols.length;) at += fs.readSync(symbolsFd, symbols, at, symbols.length - at, null);
fs.closeSync(symbolsFd);
const gotFunctions = JSON.parse(fs.readFileSync(path.join(home, "addresses.json"), "utf8"));
compiling.then((module) => {
    code = { module, symbols, gotFunctions };
    for (const worker of early) worker.postMessage(code);
}, fail);
