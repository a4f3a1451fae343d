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

const host = /* @__PURE__ */ (() => surroundings.pocket ?? standIn())();

export const env: Env = /* @__PURE__ */ (() => host.env)();
export const store: Store = /* @__PURE__ */ (() => host.store)();
export const input: Input = /* @__PURE__ */ (() => host.input)();
export const output: Output = /* @__PURE__ */ (() => host.output)();
export const log: Log = /* @__PURE__ */ (() => host.log)();
export const HostError: Pocket['HostError'] = /* @__PURE__ */ (() => host.HostError)();
export const PermissionError: Pocket['PermissionError'] = /* @__PURE__ */ (() => host.PermissionError)();
