// AbortController. Nothing else happens in a script while the host does a request, so no script can abort
// it then; but how long a signal lasts is known before, and the host is told. Its events reach whatever
// waits in the script.
(function (host) {
  'use strict';

  let abort, due;

  class AbortSignal {
    #listeners = new Map();
    #aborted = false;
    #reason;
    /** When it aborts by itself, on the clock of `host.now`. */
    #due = Infinity;
    onabort = null;

    static {
      due = (signal) => (#due in signal ? signal.#due : Infinity);
      abort = (signal, reason = new DOMException('this was aborted', 'AbortError')) => signal.#abort(reason);
    }

    static abort(reason) {
      const signal = new AbortSignal();
      abort(signal, reason);
      return signal;
    }

    static timeout(milliseconds) {
      const signal = new AbortSignal();
      signal.#due = host.now() + Number(milliseconds);
      setTimeout(expire, milliseconds, signal);
      return signal;
    }

    static any(signals) {
      const any = new AbortSignal();
      for (const signal of signals) {
        if (signal.aborted) abort(any, signal.reason);
        any.#due = Math.min(any.#due, due(signal));
        signal.addEventListener('abort', () => abort(any, signal.reason), { once: true });
      }
      return any;
    }

    get aborted() {
      return this.#aborted;
    }

    get reason() {
      return this.#reason;
    }

    throwIfAborted() {
      if (this.#aborted) throw this.#reason;
    }

    addEventListener(type, listener, options) {
      if (type === 'abort' && listener && !this.#listeners.has(listener)) this.#listeners.set(listener, Boolean(options?.once));
    }

    removeEventListener(type, listener) {
      if (type === 'abort') this.#listeners.delete(listener);
    }

    #abort(reason) {
      if (this.#aborted) return;
      this.#aborted = true;
      this.#reason = reason;
      const event = { type: 'abort', target: this };
      for (const listener of [this.onabort, ...this.#listeners.keys()]) {
        if (this.#listeners.get(listener)) this.#listeners.delete(listener);
        if (listener) host.guarded(() => (typeof listener === 'function' ? listener.call(this, event) : listener.handleEvent(event)));
      }
    }
  }

  class AbortController {
    signal = new AbortSignal();

    abort(reason) {
      abort(this.signal, reason);
    }
  }

  function expire(signal) {
    abort(signal, new DOMException('the time is over', 'TimeoutError'));
  }

  /** Gives the milliseconds that a signal leaves; one that leaves none throws its reason. */
  function timeLeft(signal) {
    const left = due(signal) - host.now();
    if (left < 1) expire(signal);
    signal.throwIfAborted();
    return left;
  }

  host.define({ AbortController, AbortSignal });
  Object.assign(host, { timeLeft });
});
