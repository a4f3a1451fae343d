// AbortController. Nothing else happens while the host does a request, so a signal is looked at before
// it and after it; its events reach whatever waits in the script.
(function (host) {
  'use strict';

  let abort;

  class AbortSignal {
    #listeners = new Map();
    #aborted = false;
    #reason;
    onabort = null;

    static {
      abort = (signal, reason = new DOMException('this was aborted', 'AbortError')) => signal.#abort(reason);
    }

    static abort(reason) {
      const signal = new AbortSignal();
      abort(signal, reason);
      return signal;
    }

    static timeout(milliseconds) {
      const signal = new AbortSignal();
      setTimeout(() => abort(signal, new DOMException('the time is over', 'TimeoutError')), milliseconds);
      return signal;
    }

    static any(signals) {
      const any = new AbortSignal();
      for (const signal of signals) {
        if (signal.aborted) abort(any, signal.reason);
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

  host.define({ AbortController, AbortSignal });
});
