// structuredClone: data of any shape, circles too.
(function (host) {
  'use strict';

  const ERRORS = { Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError };

  function structuredClone(value, options) {
    if (options?.transfer?.length) throw refusal('nothing can be transferred here');
    return copy(value, new Map());
  }

  function refusal(message) {
    return new DOMException(message, 'DataCloneError');
  }

  function copy(value, seen) {
    if (typeof value === 'function' || typeof value === 'symbol') throw refusal(`${String(value)} cannot be cloned`);
    if (typeof value !== 'object' || value === null) return value;
    if (seen.has(value)) return seen.get(value);
    const begun = begin(value, seen);
    seen.set(value, begun);
    return fill(begun, value, seen);
  }

  /** The copy without what it holds, so that a circle finds it. */
  function begin(value, seen) {
    if (Array.isArray(value)) return new Array(value.length);
    if (value instanceof Date) return new Date(value.getTime());
    if (value instanceof RegExp) return new RegExp(value.source, value.flags);
    if (value instanceof Map) return new Map();
    if (value instanceof Set) return new Set();
    if (value instanceof ArrayBuffer) return value.slice();
    if (ArrayBuffer.isView(value)) return view(value, copy(value.buffer, seen));
    if (value instanceof Error) return error(value);
    if ([Boolean, Number, String, BigInt].some((wrapper) => value instanceof wrapper)) return Object(value.valueOf());
    if (platform().some((kind) => value instanceof kind)) throw refusal(`${value.constructor?.name} cannot be cloned`);
    return {};
  }

  function platform() {
    return [Promise, WeakMap, WeakSet, WeakRef, URL, URLSearchParams, Headers, Request, Response];
  }

  function view(value, buffer) {
    if (value instanceof DataView) return new DataView(buffer, value.byteOffset, value.byteLength);
    return new globalThis[value[Symbol.toStringTag]](buffer, value.byteOffset, value.length);
  }

  function error(value) {
    const Kind = Object.hasOwn(ERRORS, value.name) ? ERRORS[value.name] : Error;
    return new Kind(value.message);
  }

  function fill(begun, value, seen) {
    if (value instanceof Map) for (const [key, held] of [...value]) begun.set(copy(key, seen), copy(held, seen));
    else if (value instanceof Set) for (const held of [...value]) begun.add(copy(held, seen));
    else if (value instanceof Error) fillError(begun, value, seen);
    else if (Array.isArray(value) || Object.getPrototypeOf(begun) === Object.prototype) {
      for (const key of Object.keys(value)) define(begun, key, copy(value[key], seen));
    }
    return begun;
  }

  function fillError(begun, value, seen) {
    Object.defineProperty(begun, 'stack', { value: String(value.stack), writable: true, configurable: true });
    if ('cause' in value) Object.defineProperty(begun, 'cause', { value: copy(value.cause, seen), writable: true, configurable: true });
  }

  /** An assignment to `__proto__` would not make a property. */
  function define(begun, key, value) {
    Object.defineProperty(begun, key, { value, writable: true, enumerable: true, configurable: true });
  }

  host.define({ structuredClone });
});
