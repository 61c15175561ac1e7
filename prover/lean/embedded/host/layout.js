// Memory that all threads share besides Lean's own, and the exit codes the Python side reads.
"use strict";

// Indices into the control block (32-bit words).
const CONTROL = {
    refused: 0,      // set when growing the memory was refused
    threads: 1,      // threads running or being started
    written: 2,      // KiB written to the scratch folder
    directory: 3,    // length of the working directory's name in bytes; the name is in the bytes from `name` on
    uncaught: 4,     // Lean's main function ended with an exception
    firstSlot: 16,   // addresses of ended threads, to be freed by the next thread that creates one
    slots: 112,
    name: 512,
    bytes: 512 + 4096,
};

// The table of open files: per descriptor `words` 32-bit words, then one 64-bit position each.
const FILES = { count: 1024, words: 4, kind: 0, host: 1, flags: 2, root: 3 };
FILES.positions = FILES.count * FILES.words * 4;
FILES.bytes = FILES.positions + FILES.count * 8;

// Standard input on its way from the main thread, a ring of bytes: words of the head, then the bytes from `data` on.
const INPUT = { taken: 0, put: 1, ended: 2, wanted: 3, full: 4, news: 5, data: 32, size: 1 << 20 };
INPUT.bytes = INPUT.data + INPUT.size;

const EXIT = { outOfMemory: 112, abort: 134, trap: 139 };
const LIMITS = { threads: 64, stack: 16 << 20 };

module.exports = { CONTROL, EXIT, FILES, INPUT, LIMITS };
