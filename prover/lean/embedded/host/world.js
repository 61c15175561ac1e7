// The world a Lean program sees: a few folders, three streams, an environment of our making, nothing else.
//
// Every call works on its own thread with Node's `fs`; open files are numbered in memory that all threads share, so a
// descriptor means the same everywhere and no thread waits for another. Folders are mounted under fixed names
// (config.roots); only writable ones accept writes. Paths below a root that is not `trusted` are resolved before use,
// and refused where a symbolic link leads out of the root.
"use strict";
const fs = require("fs");
const { randomFillSync } = require("crypto");
const { CONTROL, FILES } = require("./layout.js");

const O = { access: 3, create: 64, exclusive: 128, truncate: 512, append: 1024, directory: 65536, noFollow: 131072 };
const AT = { here: -100, noFollow: 0x100, removeDirectory: 0x200, emptyPath: 0x1000 };
const KIND = { free: 0, opening: 1, file: 2, directory: 3, random: 4, nothing: 5, standard: 6 };
const E = {
    EACCES: 2, EAGAIN: 6, EBADF: 8, EBUSY: 10, EDQUOT: 19, EEXIST: 20, EFBIG: 22, EINVAL: 28, EIO: 29, EISDIR: 31,
    ELOOP: 32, EMFILE: 33, ENAMETOOLONG: 37, ENOENT: 44, ENOMEM: 48, ENOSPC: 51, ENOSYS: 52, ENOTDIR: 54, ENOTEMPTY: 55,
    ENOTTY: 59, EPERM: 63, EPIPE: 64, ERANGE: 68, EROFS: 69, ESPIPE: 70, ETXTBSY: 74, EXDEV: 75,
};
const MODE = { directory: 0o40000, character: 0o20000 };
const DIRENT_SIZE = 280;

class Refusal extends Error {
    constructor(name) { super(name); this.errno = E[name]; }
}
const refuse = (name) => { throw new Refusal(name); };
const errnoOf = (error) => {
    if (error instanceof Refusal) return error.errno;
    if (error?.code === "ERR_ACCESS_DENIED") return E.EACCES;
    if (typeof error?.code === "string" && error?.syscall !== undefined) return E[error.code] ?? E.EIO;
    throw error;
};

const pause = new Int32Array(new SharedArrayBuffer(4));
// A pipe that the other side made non-blocking: wait a little and try again.
function patiently(run) {
    for (;;) {
        try { return run(); } catch (error) {
            if (error.code !== "EAGAIN") throw error;
            Atomics.wait(pause, 0, 0, 2);
        }
    }
}

function worldImports({ heap, config, control: controlBuffer, files, takeInput }) {
    const control = new Int32Array(controlBuffer, 0, CONTROL.name >> 2);
    const directoryName = new Uint8Array(controlBuffer, CONTROL.name);
    const table = new Int32Array(files, 0, FILES.positions >> 2);
    const positions = new Float64Array(files, FILES.positions, FILES.count);
    const listings = new Map(); // directory descriptor -> { path, names }, on the thread that opened it
    const roots = config.roots.map((root) => (
        { ...root, real: fs.realpathSync.native(root.path), prefix: root.at + "/" }));
    const inner = new Map(); // folders that exist only because a root lies below them -> their entries
    for (const root of roots) {
        const parts = root.at.split("/").slice(1);
        for (let i = 0; i < parts.length; i++) {
            const above = "/" + parts.slice(0, i).join("/");
            if (!inner.has(above)) inner.set(above, new Set());
            inner.get(above).add(parts[i]);
        }
    }

    // ---- paths ----
    function directory() {
        const length = Atomics.load(control, CONTROL.directory);
        return length ? Buffer.from(directoryName.slice(0, length)).toString("utf8") : config.cwd;
    }

    function absolute(at, name) {
        if (name.length > 4000) refuse("ENAMETOOLONG");
        let from = "";
        if (name[0] !== "/") from = at === AT.here ? directory() : (listings.get(at) ?? refuse("EBADF")).path;
        const parts = [];
        for (const part of `${from}/${name}`.split("/")) {
            if (part === "..") parts.pop();
            else if (part !== "" && part !== ".") parts.push(part);
        }
        return "/" + parts.join("/");
    }

    const inside = (root, real) => real === root.real || real.startsWith(root.real + "/");

    // Where a guest path lies on the host: { root, host }, or { inner } for a folder above the roots.
    function locate(guest, follow) {
        for (const root of roots) {
            if (guest !== root.at && !guest.startsWith(root.prefix)) continue;
            const rest = guest.slice(root.prefix.length);
            if (rest === "") return { root, host: root.real };
            const host = `${root.real}/${rest}`;
            if (root.trusted) return { root, host };
            const cut = host.lastIndexOf("/");
            const parent = fs.realpathSync.native(host.slice(0, cut));
            if (!inside(root, parent)) refuse("EACCES");
            const place = parent + host.slice(cut);
            if (follow && fs.lstatSync(place, { throwIfNoEntry: false })?.isSymbolicLink()) {
                const real = fs.realpathSync.native(place);
                if (!inside(root, real)) refuse("EACCES");
                return { root, host: real };
            }
            return { root, host: place };
        }
        const entries = inner.get(guest);
        if (entries) return { inner: entries };
        return refuse("ENOENT");
    }

    function writable(guest, follow) {
        const place = locate(guest, follow);
        if (!place.root?.writable || place.host === place.root.real) refuse("EROFS");
        return place.host;
    }

    function charge(bytes) {
        const kib = Math.ceil(bytes / 1024);
        if (Atomics.add(control, CONTROL.written, kib) + kib > config.scratchMb * 1024) {
            Atomics.sub(control, CONTROL.written, kib);
            refuse("ENOSPC");
        }
    }

    // ---- descriptors ----
    const word = (fd, which) => table[fd * FILES.words + which];

    function kindOf(fd) {
        if (fd >= 0 && fd < 3) return KIND.standard;
        if (!(fd >= 3 && fd < FILES.count)) refuse("EBADF");
        const kind = Atomics.load(table, fd * FILES.words + FILES.kind);
        return kind === KIND.free || kind === KIND.opening ? refuse("EBADF") : kind;
    }

    function fileOf(fd) {
        const kind = kindOf(fd);
        if (kind === KIND.directory) refuse("EISDIR");
        return kind;
    }

    function claim(fill) {
        for (let fd = 3; fd < FILES.count; fd++) {
            const at = fd * FILES.words;
            if (Atomics.compareExchange(table, at + FILES.kind, KIND.free, KIND.opening) !== KIND.free) continue;
            try {
                positions[fd] = 0;
                table[at + FILES.host] = -1;
                Atomics.store(table, at + FILES.kind, fill(fd, at));
                return fd;
            } catch (error) {
                Atomics.store(table, at + FILES.kind, KIND.free);
                throw error;
            }
        }
        return refuse("EMFILE");
    }

    const devices = { "/dev/null": KIND.nothing, "/dev/urandom": KIND.random, "/dev/random": KIND.random };

    function open(at, name, flags) {
        const guest = absolute(at, name);
        const device = devices[guest];
        if (device) return claim(() => device);
        const writing = (flags & O.access) !== 0 || (flags & (O.create | O.truncate)) !== 0;
        const place = locate(guest, !(flags & O.noFollow));
        if (place.inner) {
            if (writing) refuse("EISDIR");
            return openDirectory(guest, [...place.inner]);
        }
        if (writing && !place.root.writable) {
            // Opening an existing library file for writing and creating one are both refused alike.
            refuse("EROFS");
        }
        const C = fs.constants;
        const host = (flags & O.access) | (flags & O.create && C.O_CREAT) | (flags & O.exclusive && C.O_EXCL)
            | (flags & O.truncate && C.O_TRUNC) | (flags & O.append && C.O_APPEND) | C.O_NOFOLLOW | C.O_NONBLOCK;
        if (flags & O.directory || (!writing && !/\.[a-z]+$/.test(guest) && fs.statSync(place.host).isDirectory())) {
            if (!fs.statSync(place.host).isDirectory()) refuse("ENOTDIR");
            return openDirectory(guest, fs.readdirSync(place.host));
        }
        return claim((fd, entry) => {
            const hostFd = fs.openSync(place.host, host, 0o644);
            if (!place.root.trusted) {
                const status = fs.fstatSync(hostFd);
                if (!status.isFile()) { // a pipe or a device has no business here
                    fs.closeSync(hostFd);
                    refuse(status.isDirectory() ? "EISDIR" : "EACCES");
                }
            }
            table[entry + FILES.host] = hostFd;
            table[entry + FILES.flags] = flags;
            return KIND.file;
        });
    }

    function openDirectory(guest, names) {
        const fd = claim(() => KIND.directory);
        listings.set(fd, { path: guest, names: [".", "..", ...names] });
        return fd;
    }

    function close(fd) {
        const kind = kindOf(fd);
        if (kind === KIND.standard) return 0;
        const at = fd * FILES.words;
        if (kind === KIND.file) fs.closeSync(table[at + FILES.host]);
        listings.delete(fd);
        Atomics.store(table, at + FILES.kind, KIND.free);
        return 0;
    }

    // ---- bytes ----
    function transfer(vectors, count, each) {
        let total = 0;
        for (let i = 0; i < count; i++) {
            const start = heap.u32[(vectors >> 2) + i * 2], length = heap.u32[(vectors >> 2) + i * 2 + 1];
            if (length === 0) continue;
            const done = each(heap.u8.subarray(start, start + length));
            total += done;
            if (done < length) break;
        }
        return total;
    }

    function readSome(fd, kind, bytes, position) {
        if (kind === KIND.nothing) return 0;
        if (kind === KIND.random) {
            bytes.set(randomFillSync(Buffer.alloc(bytes.length)));
            return bytes.length;
        }
        if (kind === KIND.standard) {
            if (fd !== 0) refuse("EBADF");
            return takeInput(bytes);
        }
        return fs.readSync(word(fd, FILES.host), bytes, 0, bytes.length, position);
    }

    function writeSome(fd, kind, bytes, position) {
        if (kind === KIND.nothing || kind === KIND.random) return bytes.length;
        if (kind === KIND.standard) {
            if (fd === 0) refuse("EBADF");
            if (fd === 2 && isTrace(bytes)) return bytes.length;
            return patiently(() => fs.writeSync(fd, bytes, 0, bytes.length, null));
        }
        charge(bytes.length);
        return fs.writeSync(word(fd, FILES.host), bytes, 0, bytes.length, position);
    }

    // This build of Lean traces its imports on standard error, one write per line; two kinds of lines are continued.
    let tracing = false;
    function isTrace(bytes) {
        const text = bytes.length < 4096 ? Buffer.from(bytes.slice()).toString("latin1") : "";
        if (text.startsWith("uncaught exception")) Atomics.store(control, CONTROL.uncaught, 1);
        tracing = /^\[DEBUG:[A-Z]+\]/.test(text) || (tracing && /^(  - \/|  mainModule\? = |\n$)/.test(text));
        return tracing;
    }

    function sequential(fd, vectors, count, result, move) {
        const kind = fileOf(fd);
        const seekable = kind === KIND.file;
        if (seekable && move === writeSome && word(fd, FILES.flags) & O.append) {
            positions[fd] = fs.fstatSync(word(fd, FILES.host)).size;
        }
        const total = transfer(vectors, count, (bytes) => {
            const done = move(fd, kind, bytes, seekable ? positions[fd] : null);
            if (seekable) positions[fd] += done;
            return done;
        });
        heap.u32[result >> 2] = total;
        return 0;
    }

    function positioned(fd, vectors, count, offset, result, move) {
        if (fileOf(fd) !== KIND.file) refuse("ESPIPE");
        let position = Number(offset);
        const total = transfer(vectors, count, (bytes) => {
            const done = move(fd, KIND.file, bytes, position);
            position += done;
            return done;
        });
        heap.u32[result >> 2] = total;
        return 0;
    }

    function seek(fd, offset, whence, result) {
        const kind = kindOf(fd);
        if (kind === KIND.standard) refuse("ESPIPE");
        let base = 0;
        if (whence === 1) base = positions[fd];
        else if (whence === 2 && kind === KIND.file) base = fs.fstatSync(word(fd, FILES.host)).size;
        const position = base + Number(offset);
        if (position < 0) refuse("EINVAL");
        positions[fd] = position;
        heap.i64[result >> 3] = BigInt(position);
        return 0;
    }

    // ---- status ----
    function putStatus(place, status) {
        const { mode, nlink = 1, size = 0, blocks = 0, ino = 1, atimeMs = 0, mtimeMs = 0, ctimeMs = 0 } = status;
        const { u32, i32, i64 } = heap;
        const time = (at, ms) => {
            i64[(place + at) >> 3] = BigInt(Math.floor(ms / 1000));
            u32[(place + at + 8) >> 2] = Math.floor((ms % 1000) * 1e6);
        };
        u32[place >> 2] = 1;
        u32[(place + 4) >> 2] = mode;
        u32[(place + 8) >> 2] = nlink;
        u32[(place + 12) >> 2] = u32[(place + 16) >> 2] = u32[(place + 20) >> 2] = 0;
        i64[(place + 24) >> 3] = BigInt(size);
        i32[(place + 32) >> 2] = 4096;
        i32[(place + 36) >> 2] = blocks;
        time(40, atimeMs);
        time(56, mtimeMs);
        time(72, ctimeMs);
        i64[(place + 88) >> 3] = BigInt(ino);
        return 0;
    }
    const folder = { mode: MODE.directory | 0o555, nlink: 2 };
    const stream = { mode: MODE.character | 0o666 };

    function statusOf(guest, follow) {
        if (devices[guest]) return stream;
        const place = locate(guest, follow);
        if (place.inner) return folder;
        const status = (follow ? fs.statSync : fs.lstatSync)(place.host, { throwIfNoEntry: false });
        return status ?? refuse("ENOENT");
    }

    function statusOfOpen(fd) {
        const kind = kindOf(fd);
        if (kind === KIND.file) return fs.fstatSync(word(fd, FILES.host));
        return kind === KIND.directory ? folder : stream;
    }

    function statusAt(at, name, place, flags) {
        const text = heap.text(name);
        if (text === "" && flags & AT.emptyPath && at !== AT.here) return putStatus(place, statusOfOpen(at));
        if (text === "") refuse("ENOENT");
        return putStatus(place, statusOf(absolute(at, text), !(flags & AT.noFollow)));
    }

    function access(at, name, wanted) {
        const guest = absolute(at, heap.text(name));
        if (devices[guest]) return 0;
        const place = locate(guest, true);
        if (place.root && !fs.existsSync(place.host)) refuse("ENOENT");
        if (wanted & 2 && !place.root?.writable) refuse("EROFS");
        return 0;
    }

    function list(fd, place, size) {
        if (kindOf(fd) !== KIND.directory) refuse("ENOTDIR");
        const { names, path } = listings.get(fd) ?? refuse("EBADF");
        let index = Math.floor(positions[fd] / DIRENT_SIZE), at = place;
        for (; index < names.length && at + DIRENT_SIZE <= place + size; index++) {
            const name = names[index];
            if (Buffer.byteLength(name) > 255) continue;
            let type = 4;
            if (index > 1) {
                let status;
                try { status = statusOf(path === "/" ? `/${name}` : `${path}/${name}`, false); } catch { continue; }
                const isFolder = (status.mode & 0o170000) === MODE.directory;
                type = isFolder ? 4 : status.isSymbolicLink?.() ? 10 : 8;
            }
            heap.i64[at >> 3] = BigInt(index + 1);
            heap.i64[(at + 8) >> 3] = BigInt((index + 1) * DIRENT_SIZE);
            heap.u16[(at + 16) >> 1] = DIRENT_SIZE;
            heap.u8[at + 18] = type;
            heap.put(name, at + 19, 256);
            at += DIRENT_SIZE;
        }
        positions[fd] = index * DIRENT_SIZE;
        return at - place;
    }

    function enter(name) {
        const guest = absolute(AT.here, heap.text(name));
        if ((statusOf(guest, true).mode & 0o170000) !== MODE.directory) refuse("ENOTDIR");
        const bytes = Buffer.from(guest, "utf8");
        if (bytes.length > directoryName.length) refuse("ENAMETOOLONG");
        directoryName.set(bytes);
        Atomics.store(control, CONTROL.directory, bytes.length);
        return 0;
    }

    function control64(fd, command) {
        kindOf(fd);
        if (command === 3) return fd < 3 ? 2 : word(fd, FILES.flags); // F_GETFL
        if ([1, 2, 4, 13, 14].includes(command)) return 0; // descriptor flags, status flags and locks mean nothing here
        return refuse("EINVAL");
    }

    const environment = Object.entries(config.env).map(([key, value]) => `${key}=${value}`);

    // ---- what the module imports: __syscall_* return -errno, the others errno ----
    const calls = {
        openat: (at, name, flags) => open(at, heap.text(name), flags),
        fstat64: (fd, place) => putStatus(place, statusOfOpen(fd)),
        stat64: (name, place) => statusAt(AT.here, name, place, 0),
        lstat64: (name, place) => statusAt(AT.here, name, place, AT.noFollow),
        newfstatat: statusAt,
        faccessat: access,
        fcntl64: control64,
        ioctl: (fd) => { kindOf(fd); return refuse("ENOTTY"); },
        getcwd(place, size) {
            const name = directory(), length = Buffer.byteLength(name) + 1;
            if (size < length) refuse("ERANGE");
            heap.put(name, place, length);
            return length;
        },
        chdir: enter,
        getdents64: list,
        mkdirat(at, name) {
            const host = writable(absolute(at, heap.text(name)), false);
            charge(4096);
            fs.mkdirSync(host);
            return 0;
        },
        unlinkat(at, name, flags) {
            const host = writable(absolute(at, heap.text(name)), false);
            if (flags & AT.removeDirectory) fs.rmdirSync(host);
            else fs.unlinkSync(host);
            return 0;
        },
        rmdir(name) { fs.rmdirSync(writable(absolute(AT.here, heap.text(name)), false)); return 0; },
        renameat(from, old, to, name) {
            const source = writable(absolute(from, heap.text(old)), false);
            fs.renameSync(source, writable(absolute(to, heap.text(name)), false));
            return 0;
        },
        ftruncate64(fd, length) {
            if (fileOf(fd) !== KIND.file || (word(fd, FILES.flags) & O.access) === 0) refuse("EINVAL");
            if (Number(length) > config.scratchMb * 1048576) refuse("EFBIG");
            fs.ftruncateSync(word(fd, FILES.host), Number(length));
            return 0;
        },
        readlinkat(at, name, place, size) {
            const target = fs.readlinkSync(locate(absolute(at, heap.text(name)), false).host ?? refuse("EINVAL"));
            const bytes = Buffer.from(target).subarray(0, size);
            heap.u8.set(bytes, place);
            return bytes.length;
        },
        fdatasync: (fd) => { kindOf(fd); return 0; },
        fadvise64: () => 0,
        utimensat: () => 0,
        poll: () => refuse("ENOSYS"),
    };
    const streams = {
        fd_close: close,
        fd_read: (fd, vectors, count, result) => sequential(fd, vectors, count, result, readSome),
        fd_write: (fd, vectors, count, result) => sequential(fd, vectors, count, result, writeSome),
        fd_pread: (fd, vectors, count, offset, result) => positioned(fd, vectors, count, offset, result, readSome),
        fd_pwrite: (fd, vectors, count, offset, result) => positioned(fd, vectors, count, offset, result, writeSome),
        fd_seek: seek,
        fd_sync: (fd) => { kindOf(fd); return 0; },
        fd_fdstat_get(fd, place) {
            const kind = kindOf(fd);
            heap.u8[place] = kind === KIND.file ? 4 : kind === KIND.directory ? 3 : 2;
            heap.u16[(place + 2) >> 1] = 0;
            heap.i64[(place + 8) >> 3] = heap.i64[(place + 16) >> 3] = 0n;
            return 0;
        },
        environ_sizes_get(count, size) {
            heap.u32[count >> 2] = environment.length;
            heap.u32[size >> 2] = environment.reduce((sum, line) => sum + Buffer.byteLength(line) + 1, 0);
            return 0;
        },
        environ_get(pointers, place) {
            environment.forEach((line, i) => {
                heap.u32[(pointers >> 2) + i] = place;
                place += heap.put(line, place, Infinity) + 1;
            });
            return 0;
        },
        random_get(place, size) {
            heap.u8.set(randomFillSync(Buffer.alloc(size)), place);
            return 0;
        },
    };
    const imports = {};
    const answering = (sign, run) => (...values) => {
        try { return run(...values); } catch (error) { return sign * errnoOf(error); }
    };
    for (const [name, run] of Object.entries(calls)) imports[`__syscall_${name}`] = answering(-1, run);
    for (const [name, run] of Object.entries(streams)) imports[name] = answering(1, run);
    return imports;
}

module.exports = { worldImports };
