// The globals that a plugin finds besides JavaScript's own. For a tsconfig.json without the library
// of browsers: { "lib": ["es2024"], "types": ["@pocket/plugin-sdk/globals"] }
import type { Pocket, PermissionError as Denied } from '@pocket/plugin-sdk';

declare global {
  const pocket: Pocket;
  const PermissionError: Pocket['PermissionError'];
  type PermissionError = Denied;

  const console: Readonly<Record<'debug' | 'log' | 'info' | 'warn' | 'error', (...values: unknown[]) => void>>;

  function setTimeout<Values extends unknown[]>(callback: (...values: Values) => void, delay?: number, ...values: Values): number;
  function clearTimeout(id: number | undefined): void;
  function setInterval<Values extends unknown[]>(callback: (...values: Values) => void, delay?: number, ...values: Values): number;
  function clearInterval(id: number | undefined): void;
  function queueMicrotask(callback: () => void): void;
  function structuredClone<Value>(value: Value): Value;
  function atob(base64: string): string;
  function btoa(bytes: string): string;

  const crypto: {
    getRandomValues<View extends ArrayBufferView>(target: View): View;
    randomUUID(): string;
  };

  class DOMException extends Error {
    constructor(message?: string, name?: string);
    readonly code: number;
  }

  class TextEncoder {
    readonly encoding: 'utf-8';
    encode(text?: string): Uint8Array<ArrayBuffer>;
    encodeInto(text: string, target: Uint8Array): { read: number; written: number };
  }

  /** For UTF-8 alone. */
  class TextDecoder {
    constructor(label?: string, options?: { fatal?: boolean; ignoreBOM?: boolean });
    readonly encoding: 'utf-8';
    readonly fatal: boolean;
    readonly ignoreBOM: boolean;
    decode(data?: ArrayBuffer | ArrayBufferView, options?: { stream?: boolean }): string;
  }

  class URL {
    constructor(url: string | URL, base?: string | URL);
    static canParse(url: string | URL, base?: string | URL): boolean;
    static parse(url: string | URL, base?: string | URL): URL | null;
    href: string;
    readonly origin: string;
    protocol: string;
    username: string;
    password: string;
    host: string;
    hostname: string;
    port: string;
    pathname: string;
    search: string;
    hash: string;
    readonly searchParams: URLSearchParams;
    toString(): string;
    toJSON(): string;
  }

  class URLSearchParams implements Iterable<[string, string]> {
    constructor(init?: string | Iterable<[string, string]> | Record<string, string>);
    readonly size: number;
    append(name: string, value: string): void;
    delete(name: string, value?: string): void;
    get(name: string): string | null;
    getAll(name: string): string[];
    has(name: string, value?: string): boolean;
    set(name: string, value: string): void;
    sort(): void;
    forEach(callback: (value: string, name: string, params: URLSearchParams) => void, self?: unknown): void;
    entries(): IterableIterator<[string, string]>;
    keys(): IterableIterator<string>;
    values(): IterableIterator<string>;
    [Symbol.iterator](): IterableIterator<[string, string]>;
    toString(): string;
  }

  type HeadersInit = Iterable<readonly [string, string]> | Record<string, string>;
  type BodyInit = string | ArrayBuffer | ArrayBufferView | URLSearchParams;

  class Headers implements Iterable<[string, string]> {
    constructor(init?: HeadersInit);
    append(name: string, value: string): void;
    delete(name: string): void;
    get(name: string): string | null;
    getSetCookie(): string[];
    has(name: string): boolean;
    set(name: string, value: string): void;
    forEach(callback: (value: string, name: string, headers: Headers) => void, self?: unknown): void;
    entries(): IterableIterator<[string, string]>;
    keys(): IterableIterator<string>;
    values(): IterableIterator<string>;
    [Symbol.iterator](): IterableIterator<[string, string]>;
  }

  interface AbortEvent {
    readonly type: 'abort';
    readonly target: AbortSignal;
  }

  type AbortListener = ((event: AbortEvent) => void) | { handleEvent(event: AbortEvent): void };

  class AbortSignal {
    private constructor();
    static abort(reason?: unknown): AbortSignal;
    static timeout(milliseconds: number): AbortSignal;
    static any(signals: Iterable<AbortSignal>): AbortSignal;
    readonly aborted: boolean;
    readonly reason: any;
    onabort: AbortListener | null;
    throwIfAborted(): void;
    addEventListener(type: 'abort', listener: AbortListener, options?: { once?: boolean }): void;
    removeEventListener(type: 'abort', listener: AbortListener): void;
  }

  class AbortController {
    readonly signal: AbortSignal;
    abort(reason?: unknown): void;
  }

  interface RequestInit {
    method?: string;
    headers?: HeadersInit;
    body?: BodyInit | null;
    redirect?: 'follow';
    /** One of AbortSignal.timeout bounds the request; another is looked at before it, not during it. */
    signal?: AbortSignal | null;
  }

  interface ResponseInit {
    status?: number;
    statusText?: string;
    headers?: HeadersInit;
  }

  interface Body {
    readonly headers: Headers;
    readonly bodyUsed: boolean;
    text(): Promise<string>;
    json(): Promise<any>;
    bytes(): Promise<Uint8Array<ArrayBuffer>>;
    arrayBuffer(): Promise<ArrayBuffer>;
  }

  class Request {
    constructor(input: string | URL | Request, init?: RequestInit);
    readonly method: string;
    readonly url: string;
    readonly signal: AbortSignal | null;
    clone(): Request;
  }
  interface Request extends Body {}

  class Response {
    constructor(body?: BodyInit | null, init?: ResponseInit);
    static json(value: unknown, init?: ResponseInit): Response;
    readonly status: number;
    readonly statusText: string;
    readonly ok: boolean;
    readonly url: string;
    readonly redirected: boolean;
    clone(): Response;
  }
  interface Response extends Body {}

  /** Wants `permissions.network`. One request is made at a time, and the plugin waits for it. */
  function fetch(input: string | URL | Request, init?: RequestInit): Promise<Response>;
}
