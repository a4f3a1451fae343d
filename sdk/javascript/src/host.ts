// What a plugin asks its host for. In Pocket the engine has it as the global `pocket`; under plain
// Node, where unit tests run, the process itself stands in.
import type { JSONValue } from './index.js';

/** Why the host refuses; `docs/abi.md` says what each means. */
export type HostErrorCode =
  | 'permission-denied'
  | 'invalid-request'
  | 'unavailable'
  | 'quota-exceeded'
  | 'timeout'
  | 'too-large';

/** What the host refuses or fails to do. */
export interface HostError extends Error {
  readonly code: HostErrorCode;
}

/** The manifest does not ask for it: the message names the permission. */
export interface PermissionError extends HostError {
  readonly code: 'permission-denied';
}

/** Which keys; in the order of their bytes. */
export interface KeysOptions {
  prefix?: string;
  /** At most 1,000; 100 when left out. */
  limit?: number;
  /** Only keys after this one: the last of the page before. */
  after?: string;
}

/** What a plugin keeps from call to call; wants `permissions.store`. */
export interface Store {
  /** Gives null where there is none. */
  get<Value extends JSONValue = any>(key: string): Promise<Value | null>;
  set(key: string, value: JSONValue): Promise<void>;
  /** Gives whether it was there. */
  delete(key: string): Promise<boolean>;
  keys(options?: KeysOptions): Promise<string[]>;
}

/** What is known of a file or a folder. */
export interface FileStat {
  kind: 'file' | 'folder' | 'other';
  /** In bytes. */
  size: number;
  /** When its content was last changed. */
  modified: Date;
}

/**
 * Files beneath the folders that `permissions.filesystem` names, by their absolute paths. What it does
 * not allow is a PermissionError; other errors have a `code` as in Node, like `ENOENT`, and the `path`.
 */
export interface Files {
  read(path: string): Promise<Uint8Array>;
  /** Reads UTF-8. */
  readText(path: string): Promise<string>;
  /** Writes a file anew, text as UTF-8, and makes the folders that it is in. */
  write(path: string, content: Uint8Array | string): Promise<void>;
  /** Writes at the end of a file, which need not be there. */
  append(path: string, content: Uint8Array | string): Promise<void>;
  /** Gives the names in a folder, sorted. */
  list(path: string): Promise<string[]>;
  /** Makes a folder, and those that it is in; one that is there stays as it is. */
  mkdir(path: string): Promise<void>;
  /** Gives a file or folder another path, and replaces a file that is there. */
  rename(from: string, to: string): Promise<void>;
  /** Says what is there; of a link, where it leads. */
  stat(path: string): Promise<FileStat>;
  /** Removes a file, or an empty folder. */
  remove(path: string): Promise<void>;
  exists(path: string): Promise<boolean>;
}

/** Lines for Pocket's log; `console` writes to the same. */
export interface Log {
  debug(...values: unknown[]): void;
  info(...values: unknown[]): void;
  warn(...values: unknown[]): void;
  error(...values: unknown[]): void;
}

/** What the node is to read, if its metadata says `stream: true`: any number of bytes, in pieces. */
export interface Input extends AsyncIterable<Uint8Array> {
  /** Gives the next piece, null at the end. */
  read(): Promise<Uint8Array | null>;
}

/** Where such a node writes. The host puts small writes together. */
export interface Output {
  /** Text is written as UTF-8. */
  write(chunk: Uint8Array | string): Promise<void>;
}

/** The variables that `permissions.env` names and that exist. */
export type Env = Readonly<Record<string, string | undefined>>;

export interface Pocket {
  readonly env: Env;
  readonly store: Store;
  readonly files: Files;
  readonly input: Input;
  readonly output: Output;
  readonly log: Log;
  readonly HostError: new (code: HostErrorCode, message: string, options?: { cause?: unknown }) => HostError;
  readonly PermissionError: new (message: string, options?: { cause?: unknown }) => PermissionError;
}

interface Surroundings {
  pocket?: Pocket;
  process?: { env: Env };
}

const surroundings = globalThis as Surroundings;

function standIn(): Pocket {
  class HostError extends Error {
    override readonly name: string = 'HostError';

    constructor(readonly code: HostErrorCode, message: string, options?: { cause?: unknown }) {
      super(message, options);
    }
  }

  class PermissionError extends HostError {
    override readonly name = 'PermissionError';
    declare readonly code: 'permission-denied';

    constructor(message: string, options?: { cause?: unknown }) {
      super('permission-denied', message, options);
    }
  }

  const { debug, info, warn, error } = console;
  const { input, output } = streams;
  return {
    env: surroundings.process?.env ?? {},
    store: memoryStore(),
    files: memoryFiles(),
    input,
    output,
    log: { debug, info, warn, error },
    HostError,
    PermissionError,
  };
}

/** The streams of a unit test: `streams.use('what is read')`, and afterwards `streams.written`. */
class TestStreams {
  #unread: Uint8Array | null = null;
  #pieces: Uint8Array[] = [];

  /** Gives the node something to read. */
  use(chunk: Uint8Array | string): void {
    this.#unread = bytesOf(chunk);
    this.#pieces = [];
  }

  /** What the node has written. */
  get written(): string {
    const decoder = new TextDecoder();
    return this.#pieces.map((piece) => decoder.decode(piece, { stream: true })).join('') + decoder.decode();
  }

  get input(): Input {
    const read = async (): Promise<Uint8Array | null> => {
      const unread = this.#given();
      this.#unread = unread.subarray(PIECE_BYTES);
      return unread.length > 0 ? unread.subarray(0, PIECE_BYTES) : null;
    };
    async function* pieces(): AsyncGenerator<Uint8Array> {
      for (let piece; (piece = await read()) !== null; ) yield piece;
    }
    return { read, [Symbol.asyncIterator]: pieces };
  }

  get output(): Output {
    return {
      write: async (chunk) => {
        this.#given();
        this.#pieces.push(bytesOf(chunk).slice());
      },
    };
  }

  #given(): Uint8Array {
    if (this.#unread === null) throw new Error('this call has no stream; see streams.use');
    return this.#unread;
  }
}

export const streams = /* @__PURE__ */ new TestStreams();

/** As many as a plugin in Pocket gets at once. */
const PIECE_BYTES = 64 << 10;

function bytesOf(chunk: Uint8Array | string): Uint8Array {
  return typeof chunk === 'string' ? new TextEncoder().encode(chunk) : chunk;
}

/** Keeps JSON, as the host does, so that no value is shared with whoever stored it. */
function memoryStore(): Store {
  const entries = new Map<string, string>();
  return {
    async get(key) {
      return JSON.parse(entries.get(key) ?? 'null');
    },
    async set(key, value) {
      if (value === undefined) throw new TypeError('undefined cannot be stored; delete the key instead');
      entries.set(key, JSON.stringify(value));
    },
    async delete(key) {
      return entries.delete(key);
    },
    async keys({ prefix = '', limit = 100, after = '' } = {}) {
      const found = [...entries.keys()].filter((key) => key.startsWith(prefix) && key > after);
      return found.sort().slice(0, limit);
    },
  };
}

/** Has what was written to it, and no permissions. A folder is there if it was made, or a file is in it. */
function memoryFiles(): Files {
  const files = new Map<string, { bytes: Uint8Array; modified: Date }>();
  const made = new Map<string, Date>();

  function problem(code: string, reason: string, path: string): Error {
    return Object.assign(new Error(`${code}: ${reason}: ${path}`), { code, path });
  }

  function absolute(path: string): string {
    if (!path.startsWith('/')) throw new TypeError(`not an absolute path: ${path}`);
    return path.replace(/\/+/g, '/').replace(/(.)\/$/, '$1');
  }

  function below(path: string): string {
    return absolute(path).replace(/\/?$/, '/');
  }

  function namesIn(path: string): Set<string> {
    const folder = below(path);
    const inside = [...files.keys(), ...made.keys()].filter((other) => other.startsWith(folder));
    return new Set(inside.map((other) => other.slice(folder.length).split('/', 1)[0]!));
  }

  function isFolder(path: string): boolean {
    return made.has(absolute(path)) || namesIn(path).size > 0;
  }

  function found(path: string): { bytes: Uint8Array; modified: Date } {
    const file = files.get(absolute(path));
    if (file) return file;
    throw isFolder(path) ? problem('EISDIR', 'a folder', path) : problem('ENOENT', 'not there', path);
  }

  function put(path: string, bytes: Uint8Array): void {
    if (isFolder(path)) throw problem('EISDIR', 'a folder', path);
    files.set(absolute(path), { bytes, modified: new Date() });
  }

  /** Gives what is at a path, and in it, another one. */
  function move<Kept>(kept: Map<string, Kept>, from: string, to: string): void {
    for (const [path, what] of [...kept]) {
      if (path !== from && !path.startsWith(below(from))) continue;
      kept.delete(path);
      kept.set(to + path.slice(from.length), what);
    }
  }

  return {
    async read(path) {
      return found(path).bytes.slice();
    },
    async readText(path) {
      return new TextDecoder('utf-8', { ignoreBOM: true }).decode(found(path).bytes);
    },
    async write(path, content) {
      put(path, bytesOf(content).slice());
    },
    async append(path, content) {
      const before = files.get(absolute(path))?.bytes ?? new Uint8Array();
      const added = bytesOf(content);
      const both = new Uint8Array(before.length + added.length);
      both.set(before);
      both.set(added, before.length);
      put(path, both);
    },
    async list(path) {
      if (files.has(absolute(path))) throw problem('ENOTDIR', 'not a folder', path);
      if (!isFolder(path)) throw problem('ENOENT', 'not there', path);
      return [...namesIn(path)].sort();
    },
    async mkdir(path) {
      if (files.has(absolute(path))) throw problem('EEXIST', 'there already', path);
      if (!isFolder(path)) made.set(absolute(path), new Date());
    },
    async rename(from, to) {
      const both = `${from}, which was to be ${to}`;
      const [old, next] = [absolute(from), absolute(to)];
      const folder = isFolder(from);
      const refused = (code: string, reason: string) => Object.assign(problem(code, reason, both), { path: from });
      if (!folder && !files.has(old)) throw refused('ENOENT', 'not there');
      if (folder && next.startsWith(below(from))) throw refused('EINVAL', 'no path for this');
      if (folder && files.has(next)) throw refused('ENOTDIR', 'not a folder');
      if (folder && old !== next && namesIn(to).size > 0) throw refused('ENOTEMPTY', 'a folder that is not empty');
      if (!folder && isFolder(to)) throw refused('EISDIR', 'a folder');
      move(files, old, next);
      move(made, old, next);
    },
    async stat(path) {
      if (isFolder(path)) return { kind: 'folder', size: 0, modified: made.get(absolute(path)) ?? new Date() };
      const { bytes, modified } = found(path);
      return { kind: 'file', size: bytes.length, modified };
    },
    async remove(path) {
      if (namesIn(path).size > 0) throw problem('ENOTEMPTY', 'a folder that is not empty', path);
      if (made.delete(absolute(path))) return;
      found(path);
      files.delete(absolute(path));
    },
    async exists(path) {
      return files.has(absolute(path)) || isFolder(path);
    },
  };
}

const host = /* @__PURE__ */ (() => surroundings.pocket ?? standIn())();

export const env: Env = /* @__PURE__ */ (() => host.env)();
export const store: Store = /* @__PURE__ */ (() => host.store)();
export const files: Files = /* @__PURE__ */ (() => host.files)();
export const input: Input = /* @__PURE__ */ (() => host.input)();
export const output: Output = /* @__PURE__ */ (() => host.output)();
export const log: Log = /* @__PURE__ */ (() => host.log)();
export const HostError: Pocket['HostError'] = /* @__PURE__ */ (() => host.HostError)();
export const PermissionError: Pocket['PermissionError'] = /* @__PURE__ */ (() => host.PermissionError)();
